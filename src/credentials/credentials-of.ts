// From settings to Credentials: where the secrets of an account come from.

import type { CredentialKind, Credentials } from "../imap/sasl/credentials.ts";
import type { ServerSettings, TransportSettings } from "../model/server-settings.ts";

/** One for each account and run. */
export function credentialsOf(settings: Pick<ServerSettings, "username" | "password" | "transport">): Credentials {
  const { username, password, transport } = settings;
  const kinds = new Set<CredentialKind>();
  if (password !== undefined) kinds.add("password");
  if (showsCertificate(transport)) kinds.add("certificate");
  return {
    username,
    authzid: undefined,
    kinds,
    secrets: password === undefined ? [] : [password],
    password: ({ rejected }) => Promise.resolve(rejected ? undefined : password),
    token: () => Promise.resolve(undefined),
  };
}

/** In the TLS handshake: see SSL_cert. */
function showsCertificate(transport: TransportSettings): boolean {
  if (transport.type === "tunnel" || transport.tls.ownCertificate === undefined) return false;
  return transport.type === "imaps" || transport.startTls;
}
