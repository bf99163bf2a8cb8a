// `interimap login`: gets the first tokens of an account, with its user's consent, and keeps them.

import type { TokenEndpointResponse } from "oauth4webapi";
import { Secrets } from "../../log/secrets.ts";
import { InterimapError } from "../../model/errors.ts";
import type { OAuthSettings } from "../../model/oauth-settings.ts";
import type { Side } from "../../model/side.ts";
import type { Dialogue, Exchange } from "./exchange.ts";
import { oauthFailure } from "./oauth-failure.ts";
import { tokenStore } from "./open-token-store.ts";
import { type Provider, providerOf } from "./provider.ts";
import { clientOf } from "./requests.ts";
import { documentOf, formatDocument } from "./token-document.ts";

export interface Wish {
  readonly settings: OAuthSettings;
  readonly side: Side;
  readonly username: string | undefined;
  readonly dialogue: Dialogue;
}

/**
 * Returns where the tokens are now, for people.
 * @throws InterimapError AUTH_FAILED, CONNECT, TLS, CREDENTIALS; or the signal's reason
 */
export async function logIn({ settings, side, username, dialogue }: Wish): Promise<string> {
  const provider = providerOf(settings);
  const store = tokenStore(settings, side);
  const secrets = new Secrets();
  const hide = (secret: string): void => {
    secrets.add(secret);
  };
  if (settings.clientSecret !== undefined) hide(settings.clientSecret);
  try {
    const server = await provider.server();
    const { client, authentication } = clientOf(settings, server);
    const exchange = { settings, provider, server, client, authentication, username, dialogue, hide };
    const askedAt = Date.now();
    const tokens = await flowOf(settings.flow, exchange);
    const refreshToken = requireRefreshToken(tokens, provider);
    const owner = { issuer: provider.issuer, clientId: settings.clientId };
    const document = documentOf(owner, tokens, { refreshToken, askedAt });
    await store.exclusively(() => store.write(formatDocument(document)));
    return store.place;
  } catch (error) {
    if (dialogue.signal.aborted) throw dialogue.signal.reason;
    throw oauthFailure(error, { what: "login failed", side, issuer: provider.name, secrets });
  }
}

async function flowOf(flow: OAuthSettings["flow"], exchange: Exchange): Promise<TokenEndpointResponse> {
  if (flow === "device") return (await import("./device-flow.ts")).byDevice(exchange);
  return (await import("./browser-flow.ts")).byBrowser(exchange);
}

function requireRefreshToken({ refresh_token: token }: TokenEndpointResponse, { name }: Provider): string {
  if (token !== undefined) return token;
  throw new InterimapError("AUTH_FAILED", `login failed: ${name} gives no refresh token`, {
    hint: "without one, a login would last for an hour; many issuers want offline_access in oauth-scope",
  });
}
