// The credentials of one side, for logins without the rest of a run.

import { credentialsOf, type SecretSettings } from "../../src/credentials/credentials-of.ts";
import type { Credentials } from "../../src/imap/sasl/credentials.ts";

const none: SecretSettings = {
  username: undefined,
  authzid: undefined,
  password: undefined,
  token: undefined,
  transport: { type: "tunnel", command: "", nullStderr: false },
};

/** `settings`: none of what is left out. */
export function someCredentials(settings: Partial<SecretSettings>): Credentials {
  const ignore = (): void => undefined;
  const both = { ...none, ...settings };
  const credentials = credentialsOf(
    { local: both, remote: both },
    { log: { warn: ignore, debug: ignore }, hide: ignore, mayAsk: false },
  );
  return credentials.remote();
}
