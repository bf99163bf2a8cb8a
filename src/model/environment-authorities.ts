// The authorities to trust that the environment names, in the variables of OpenSSL and Node.js.

import type { EnvironmentAuthorities, TlsSettings } from "./server-settings.ts";

/** Undefined: nothing. An empty variable counts as not set. */
export function environmentAuthorities(env: NodeJS.ProcessEnv): EnvironmentAuthorities | undefined {
  const set = (name: string): string | undefined => (env[name] === "" ? undefined : env[name]);
  const certFile = set("SSL_CERT_FILE");
  const certDirectories = (set("SSL_CERT_DIR") ?? "").split(":").filter((directory) => directory !== "");
  const extraFile = set("NODE_EXTRA_CA_CERTS");
  if (certFile === undefined && certDirectories.length === 0 && extraFile === undefined) return undefined;
  return { certFile, certDirectories, extraFile };
}

/** Each with the name of its variable. */
export function authoritiesOf({ environment }: TlsSettings): readonly (readonly [name: string, path: string])[] {
  if (environment === undefined) return [];
  const { certFile, certDirectories, extraFile } = environment;
  const named = (name: string, paths: readonly (string | undefined)[]): [string, string][] =>
    paths.flatMap((path): [string, string][] => (path === undefined ? [] : [[name, path]]));
  return [
    ...named("SSL_CERT_FILE", [certFile]),
    ...named("SSL_CERT_DIR", certDirectories),
    ...named("NODE_EXTRA_CA_CERTS", [extraFile]),
  ];
}
