// OAuth 2 access tokens: OAUTHBEARER (RFC 7628), and XOAUTH2, which Google made before it.

import type { Hint } from "../../model/remedy.ts";
import type { CommandRefused } from "../command-refused.ts";
import type { Exchange } from "./exchange.ts";
import { saslName } from "./sasl-name.ts";
import type { ServerTokenError } from "./server-token-error.ts";
import { readTokenError, TokenRefused } from "./token-refused.ts";

export interface BearerOptions {
  readonly mechanism: "OAUTHBEARER" | "XOAUTH2";
  readonly username: string | undefined;
  readonly authzid?: string | undefined;
  readonly token: string;
  /** How to get another one; undefined: that is a command's business. */
  readonly renewal: Hint | undefined;
  /** Where we are; undefined in a tunnel. */
  readonly server: { readonly host: string; readonly port: number } | undefined;
  /** Makes a server's text fit to be shown. */
  readonly shown: (text: string) => string;
}

/** RFC 7628 3.1, kvsep */
const separator = "\x01";

export function bearer(options: BearerOptions): Exchange {
  const { mechanism, username, token, renewal, shown } = options;
  let told: ServerTokenError | undefined;
  return {
    mechanism,
    first: Buffer.from(mechanism === "XOAUTH2" ? xoauth2(options) : oauthBearer(options), "utf8"),
    answer: (challenge) => {
      // Empty: the server did not take the message that came with the command. It does not get the token twice.
      if (told !== undefined || challenge.length === 0) return undefined;
      told = readTokenError(challenge, shown);
      return Buffer.from(mechanism === "XOAUTH2" ? "" : separator);
    },
    explain: (refusal: CommandRefused) => new TokenRefused({ mechanism, username, refusal, told, token, renewal }),
  };
}

function oauthBearer({ username, authzid = username, token, server }: BearerOptions): string {
  const header = `n,${authzid === undefined ? "" : `a=${saslName(authzid)}`},`;
  const where = server === undefined ? [] : [`host=${server.host}`, `port=${String(server.port)}`];
  return [header, ...where, `auth=Bearer ${token}`, "", ""].join(separator);
}

function xoauth2({ username = "", token }: BearerOptions): string {
  return [`user=${username}`, `auth=Bearer ${token}`, "", ""].join(separator);
}
