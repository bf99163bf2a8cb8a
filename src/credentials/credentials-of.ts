// From settings to Credentials: where the secrets of an account come from.

import type { Credentials } from "../imap/sasl/credentials.ts";
import type { ServerSettings } from "../model/server-settings.ts";

/** One for each account and run. */
export function credentialsOf({ username, password }: Pick<ServerSettings, "username" | "password">): Credentials {
  return {
    username,
    authzid: undefined,
    kinds: new Set(password === undefined ? [] : (["password"] as const)),
    secrets: password === undefined ? [] : [password],
    password: ({ rejected }) => Promise.resolve(rejected ? undefined : password),
    token: () => Promise.resolve(undefined),
  };
}
