// By which mechanisms to log in, the preferred one first, and as whom.

import { type AuthMechanism, authMechanisms, carriesAuthzid } from "../../model/server-settings.ts";
import { AccountFailure } from "./account-failure.ts";
import type { HostOptions } from "./host-options.ts";

export interface LoginPlan {
  readonly auth: readonly AuthMechanism[];
  readonly username: string;
  /** For whom to act; undefined: for `username`. */
  readonly authzid: string | undefined;
  /** Whom to become after the login (`--proxyauth1`). */
  readonly becomes: string | undefined;
  readonly takes: "password" | "token" | "nothing";
  /** The server has to know us when it greets. */
  readonly isPreauthenticated: boolean;
}

type LoginOptions = Pick<
  HostOptions,
  "number" | "authmech" | "authmd5" | "authuser" | "proxyauth" | "oauthaccesstoken" | "oauthdirect" | "sslargs"
> & { readonly user: string };

/**
 * LOGIN, as the original does: servers list what their software can do, not what their users' passwords are kept for, and
 * within TLS nobody reads along. Elsewhere those come first that do not show the password.
 */
const hidden = authMechanisms.filter((name) => name.startsWith("SCRAM-") || name === "CRAM-MD5");
const confidential: readonly AuthMechanism[] = ["LOGIN", "PLAIN", ...hidden];
const overheard: readonly AuthMechanism[] = [...hidden, "PLAIN", "LOGIN"];
const bearer: readonly AuthMechanism[] = ["XOAUTH2", "OAUTHBEARER"];

/** `isConfidential`: nobody can read along, because of verified TLS, or because the server is on this machine. */
export function loginPlan(options: LoginOptions, isConfidential: boolean): LoginPlan {
  const { number, user, authuser, proxyauth, oauthaccesstoken, oauthdirect } = options;
  const named = mechanismNamed(options);
  const refuse = (problem: string): AccountFailure => new AccountFailure("EX_USAGE", problem);
  const base = { username: user, authzid: undefined, becomes: undefined, isPreauthenticated: false };
  if (named === "PREAUTH") return { ...base, auth: [], takes: "nothing", isPreauthenticated: true };
  const hasToken = (oauthaccesstoken ?? oauthdirect) !== undefined;
  const isBearer = named !== undefined && bearer.includes(named);
  if (hasToken && named !== undefined && !isBearer) {
    throw refuse(`--authmech${number} ${named} takes no access token; leave it out, or give XOAUTH2 or OAUTHBEARER`);
  }
  if (isBearer && !hasToken) throw withoutToken(number, named);
  if (proxyauth && authuser !== undefined) {
    const auth = named === undefined ? ordered(isConfidential) : [named];
    return { ...base, auth, username: authuser, becomes: user, takes: hasToken ? "token" : "password" };
  }
  const auth = named === undefined ? (hasToken ? bearer : ordered(isConfidential)) : [named];
  const takes = hasToken ? "token" : named === "EXTERNAL" ? "nothing" : "password";
  if (authuser === undefined || authuser === user) return { ...base, auth, takes };
  const able = auth.filter(carriesAuthzid);
  if (able.length > 0) return { ...base, auth: able, username: authuser, authzid: user, takes };
  throw refuse(
    `${auth.join(" and ")} cannot log in as --authuser${number} for --user${number}; ` +
      (hasToken ? "leave --authuser out" : `give --authmech${number} PLAIN, or --proxyauth${number}`),
  );
}

function ordered(isConfidential: boolean): readonly AuthMechanism[] {
  return isConfidential ? confidential : overheard;
}

function mechanismNamed({ number, authmech, authmd5 }: LoginOptions): AuthMechanism | "PREAUTH" | undefined {
  if (authmech === undefined) return authmd5 === true ? "CRAM-MD5" : undefined;
  const name = authmech.toUpperCase();
  if (name === "PREAUTH") return name;
  const known = authMechanisms.find((one) => one === name);
  if (known !== undefined) return known;
  const reason = refused[name] ?? "is not known";
  const hint = `those known are ${authMechanisms.join(", ")} and PREAUTH`;
  throw new AccountFailure("EX_USAGE", `--authmech${number}: ${name} ${reason}; ${hint}`);
}

const refused: Readonly<Record<string, string>> = {
  NTLM: "is not supported: it protects a password by means that are broken",
  "X-MASTERAUTH": "is not supported: use --authuser and PLAIN, or --proxyauth",
  "DIGEST-MD5": "is not supported: it is obsolete (RFC 6331)",
};

function withoutToken(number: HostOptions["number"], mechanism: string): AccountFailure {
  const line =
    `--authmech${number} ${mechanism} needs --oauthaccesstoken${number}: an access token, or a file with one in it; ` +
    "tokens are not made of the key of a service account";
  return new AccountFailure("EXIT_AUTHENTICATION_FAILURE", line);
}
