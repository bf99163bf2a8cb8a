// SCRAM, and what it needs of a password, which is worked out once for all connections of a run.

import type { Credentials } from "./credentials.ts";
import type { Exchange } from "./exchange.ts";
import { prepared, SaltedPasswords } from "./salted-passwords.ts";
import { type Binding, scram, type ScramMechanism } from "./scram.ts";

export interface ScramLogin {
  readonly mechanism: ScramMechanism;
  readonly credentials: Credentials;
  readonly password: string;
  readonly binding: Binding;
  readonly hide: (secret: string) => void;
}

const saltedPasswords = new WeakMap<Credentials["account"], SaltedPasswords>();

/** Resolves with what begins an exchange. */
export async function scramLogin(login: ScramLogin): Promise<() => Exchange> {
  const { mechanism, credentials, binding, hide } = login;
  const known = saltedPasswords.get(credentials.account) ?? new SaltedPasswords();
  saltedPasswords.set(credentials.account, known);
  const username = await prepared(credentials.username ?? "");
  const { authzid } = credentials;
  const password = await prepared(login.password);
  const saltedPassword = known.derive.bind(known, password);
  return () => scram({ mechanism, username, authzid, saltedPassword, binding, hide });
}
