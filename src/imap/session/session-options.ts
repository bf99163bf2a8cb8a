// What a session is made with.

import type { Log } from "../../log/log.ts";
import type { Fence } from "../../model/fence.ts";
import type { ServerLimits } from "../../model/server-limits.ts";
import type { Side } from "../../model/side.ts";

export interface SessionOptions {
  readonly side: Side;
  readonly log: Log;
  readonly limits?: ServerLimits | undefined;
  /** How long an answer, or any progress towards it, may take for now; `limits` decides unless this is given. */
  readonly silenceLimitMs?: number | undefined;
  /** Commands that would change something are refused. */
  readonly changesNothing?: boolean | undefined;
  /** Asked when a command that changes something is about to be written. */
  readonly fence?: Fence | undefined;
  /** Until `Session.trust()`, the server may send only little. */
  readonly isStranger?: boolean;
  /** Receives what a server wants people to read (RFC 3501 7.1, ALERT). */
  readonly onAlert?: ((text: string) => void) | undefined;
  /** Extensions that the server lists but turned out not to know; `Session.disavow()` adds to them. */
  readonly disavowed?: Set<string> | undefined;
}
