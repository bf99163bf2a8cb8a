// What the ways to log in have in common.

import type { AuthorizationServer, Client, ClientAuth } from "oauth4webapi";
import type { OAuthSettings } from "../../model/oauth-settings.ts";
import type { Provider } from "./provider.ts";

export interface Dialogue {
  /** Lines for the user. */
  readonly say: (...lines: readonly string[]) => void;
  /** Undefined where there is no browser. */
  readonly openBrowser: ((url: string) => void) | undefined;
  /** What the user types or pastes, line by line; ends where there is no input. */
  readonly lines: AsyncIterable<string>;
  /** Between two questions to the issuer. Rejects when the signal aborts. */
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** What a flow has to go by. */
export interface Exchange {
  readonly settings: OAuthSettings;
  readonly provider: Provider;
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly authentication: ClientAuth;
  /** Of the account, as a hint for the issuer. */
  readonly username: string | undefined;
  readonly dialogue: Dialogue;
  /** No error may show it. */
  readonly hide: (secret: string) => void;
}
