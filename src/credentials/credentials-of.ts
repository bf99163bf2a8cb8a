// From settings to Credentials: where the secrets of the two accounts come from.

import type { Credentials } from "../imap/sasl/credentials.ts";
import { errorContext } from "../log/error-context.ts";
import type { Log } from "../log/log.ts";
import type { OAuthSettings } from "../model/oauth-settings.ts";
import type { SecretSource } from "../model/secret-source.ts";
import type { ServerSettings, TransportSettings } from "../model/server-settings.ts";
import { type PerSide, perSide, type Side } from "../model/side.ts";
import { Account } from "./account.ts";
import { type Ask, KeptSecret, type Wanted } from "./kept-secret.ts";
import type { AccessTokens, TokenOptions } from "./oauth/access-tokens.ts";
import type { SecretPlace } from "./secret-failed.ts";
import { Turns } from "./turns.ts";

export type SecretSettings = Pick<
  ServerSettings,
  "username" | "authzid" | "password" | "token" | "oauth" | "transport"
>;

export interface CredentialOptions {
  readonly log: Pick<Log, "warn" | "debug">;
  /** Is told each secret before it is used. */
  readonly hide: (secret: string) => void;
  /** Commands may put questions to the terminal: somebody has started this run, and waits for it. */
  readonly mayAsk: boolean;
}

/** For one run. Each call of a function is for one login; what they know they share. */
export function credentialsOf(
  servers: PerSide<SecretSettings>,
  options: CredentialOptions,
): PerSide<() => Credentials> {
  const terminal = new Turns();
  return perSide((side) => {
    const account = accountOf(servers[side], side, { ...options, turns: options.mayAsk ? terminal : new Turns() });
    return () => account.forLogin();
  });
}

function accountOf(settings: SecretSettings, side: Side, options: CredentialOptions & { turns: Turns }): Account {
  const { password, token, oauth } = settings;
  const { log, turns, hide } = options;
  const asking = (kind: "password" | "token", source: SecretSource | undefined): Ask | undefined => {
    if (source === undefined) return undefined;
    const setting = source.from === "text" ? kind : `${kind}-${source.from}`;
    const place: SecretPlace = { setting, name: `${setting} in [${side}]` };
    return async (signal) => {
      if (source.from === "text") return source.text;
      log.debug(`Asking for the ${kind}: ${setting}`, { side });
      // Loaded where it is needed.
      const { secretFrom } = await import("./secret-from.ts");
      return secretFrom(source, { place, signal, mayAsk: options.mayAsk });
    };
  };
  const ask = asking("password", password);
  const kept =
    ask &&
    new KeptSecret(ask, (error) => {
      log.warn(`There is no other password: ${error.message}`, errorContext(error, side));
    });
  const known = password?.from === "text" ? [password.text] : [];
  const hasCertificate = showsCertificate(settings.transport);
  const askToken = asking("token", token);
  return new Account(settings, {
    password: kept,
    token: oauth === undefined ? askToken && (({ signal }) => askToken(signal)) : tokensOf(oauth, { side, hide }),
    renewal: oauth && ["log in again: ", { command: "login", side }],
    ...{ hasCertificate, known, turns, hide },
  });
}

/** What gets tokens is loaded when the first one is wanted. */
function tokensOf(oauth: OAuthSettings, how: TokenOptions): (wanted: Wanted) => Promise<string> {
  let tokens: Promise<AccessTokens> | undefined;
  return async (wanted) => {
    tokens ??= import("./oauth/access-tokens.ts").then((module) => new module.AccessTokens(oauth, how));
    return (await tokens).token(wanted);
  };
}

/** In the TLS handshake: see SSL_cert. */
function showsCertificate(transport: TransportSettings): boolean {
  if (transport.type === "tunnel" || transport.tls.ownCertificate === undefined) return false;
  return transport.type === "imaps" || transport.startTls !== false;
}
