// What the accounts of a run need of the rest of it.

import type { TargetFilter } from "../../imap/transport/target-filter.ts";
import type { Log } from "../../log/log.ts";
import type { Secrets } from "../../log/secrets.ts";
import type { Fence } from "../../model/fence.ts";
import type { Host } from "../options/host.ts";

export interface AccountsIo {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Gets to know each secret before it is used. */
  readonly secrets: Pick<Secrets, "add">;
  /** A line about a host. */
  readonly say: (text: string, host: Host) => void;
  readonly warn: (text: string, host: Host) => void;
  /** What a server wants people to read. */
  readonly alert?: (text: string, host: Host) => void;
  /** Without echo; undefined: nobody is there to be asked. */
  readonly ask?: ((prompt: string) => Promise<string>) | undefined;
  readonly signal: AbortSignal;
  /** Where connections may go; undefined: anywhere. */
  readonly targets?: TargetFilter | undefined;
  /** Asked before each change of a host; undefined: they may be made. */
  readonly fence?: Fence | undefined;
}
