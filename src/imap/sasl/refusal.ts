// What a refused login means, and what to do about it.

import { InterimapError } from "../../model/errors.ts";
import type { AuthMechanism } from "../../model/server-settings.ts";
import { asSetting } from "../../model/vocabulary.ts";
import type { CommandRefused } from "../command-refused.ts";
import type { Credentials } from "./credentials.ts";
import type { Exchange } from "./exchange.ts";

export interface RefusedLogin {
  readonly mechanism: AuthMechanism;
  readonly credentials: Pick<Credentials, "username" | "authzid">;
  readonly secret: string;
  /** Undefined for the LOGIN command. */
  readonly exchange: Exchange | undefined;
}

/** AUTH_FAILED, unless the server says that something else is the matter. */
export function loginRefusal(refusal: CommandRefused, login: RefusedLogin): InterimapError {
  const { mechanism, credentials, exchange } = login;
  const words = refusal.words.replace(/\.$/, "");
  const { retryAfterMs } = refusal;
  if (refusal.willPass) {
    return new InterimapError("CONNECT", `the server does not accept logins now: ${words}`, {
      hint: "try again later",
      cause: refusal,
      retryAfterMs,
    });
  }
  const explained = exchange?.explain?.(refusal);
  if (explained !== undefined) return explained;
  if (refusal.responseCode?.name === "PRIVACYREQUIRED") {
    return new InterimapError("AUTH_NO_MECHANISM", `the server accepts no such login without TLS: ${words}`, {
      hint: `use ${asSetting("type = imaps")}, or ${asSetting("STARTTLS = YES")}`,
      cause: refusal,
    });
  }
  const { username, authzid } = credentials;
  const who = [username === undefined ? "" : ` as ${username}`, authzid === undefined ? "" : ` for ${authzid}`].join(
    "",
  );
  return new InterimapError("AUTH_FAILED", `login${who} refused: ${words}`, {
    hint: quotedHint(login) ?? hintFor(mechanism, refusal, authzid),
    cause: refusal,
  });
}

function hintFor(mechanism: AuthMechanism, refusal: CommandRefused, authzid: string | undefined): string {
  if (authzid !== undefined && refusal.responseCode?.name === "AUTHORIZATIONFAILED") {
    return `this user may not act for ${authzid}: see the setting ${asSetting("authzid")}`;
  }
  if (mechanism === "EXTERNAL") return "check which user the client certificate is for";
  if (mechanism === "PLAIN" || mechanism === "LOGIN") return "check username and password";
  if (mechanism.endsWith("-PLUS")) {
    const other = mechanism.replace(/-PLUS$/, "");
    return `check username and password; if they are right, the server cannot bind logins: then set ${asSetting(`auth = ${other}`)}`;
  }
  // Servers list what their software can do, not what their users' passwords are kept for.
  return `check username and password; some servers offer ${mechanism} and cannot use it: then set ${asSetting("auth = PLAIN")}`;
}

/** In other files, quotes around a value do not belong to it. */
function quotedHint({ credentials: { username = "" }, secret }: RefusedLogin): string | undefined {
  const values = { username, password: secret };
  const quoted = (["username", "password"] as const).filter((name) => /^(["']).*\1$/s.test(values[name]));
  if (quoted.length === 0) return undefined;
  return `the quotes around the ${quoted.join(" and the ")} are taken as part of it; remove them`;
}
