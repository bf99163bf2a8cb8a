// What a mechanism says, and what it makes of the server's answers (RFC 4422 3); converse.ts puts both into IMAP.

import type { InterimapError } from "../../model/errors.ts";
import type { AuthMechanism } from "../../model/server-settings.ts";
import type { CommandRefused } from "../command-refused.ts";

/** All but the LOGIN command. */
export type SaslMechanism = Exclude<AuthMechanism, "LOGIN">;

/** Good for one login. */
export interface Exchange {
  readonly mechanism: SaslMechanism;
  /** What the client says first; undefined: the server speaks first. */
  readonly first: Buffer | undefined;
  /**
   * Undefined: there is nothing to say to that.
   * @throws InterimapError when the server is not to be believed.
   */
  answer(challenge: Buffer): Buffer | Promise<Buffer> | undefined;
  /**
   * To be called when the server says that we are in.
   * @throws InterimapError AUTH_UNSAFE if it has not proved what the mechanism wants it to prove.
   */
  conclude?(): void;
  /** What a refusal means, where the server gave its reasons before. */
  explain?(refusal: CommandRefused): InterimapError | undefined;
}
