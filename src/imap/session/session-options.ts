// What a session is made with.

import type { Log } from "../../log/log.ts";
import type { ServerLimits } from "../../model/server-limits.ts";
import type { Side } from "../../model/side.ts";

export interface SessionOptions {
  readonly side: Side;
  readonly log: Log;
  readonly limits?: ServerLimits | undefined;
  /** How long an answer, or any progress towards it, may take for now; as in `limits` unless told. */
  readonly silenceLimitMs?: number | undefined;
  /** Commands that would change something are refused. */
  readonly changesNothing?: boolean | undefined;
  /** Until `Session.trust()`, the server may say little. */
  readonly isStranger?: boolean;
  /** Gets what a server wants people to read (RFC 3501 7.1, ALERT). */
  readonly onAlert?: ((text: string) => void) | undefined;
  /** Extensions that the server was found not to know although it lists them; added to by `Session.disavow()`. */
  readonly disavowed?: Set<string> | undefined;
}
