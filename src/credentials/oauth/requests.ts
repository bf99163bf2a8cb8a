// How requests to an issuer are made: within a time, with an answer of a bounded size, without TLS on this machine only.

import {
  allowInsecureRequests,
  type AuthorizationServer,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  type CustomFetchOptions,
  None,
} from "oauth4webapi";
import type { OAuthSettings } from "../../model/oauth-settings.ts";

const timeLimitMs = 30_000;
const maxOctets = 1 << 20;

export interface RequestOptions {
  readonly [allowInsecureRequests]: boolean;
  readonly [customFetch]: (url: string, options: CustomFetchOptions<string, unknown>) => Promise<Response>;
  readonly signal: () => AbortSignal;
}

/** Only the configuration lets an issuer be reached without TLS, where it is on this machine. */
export function requestOptions(issuer: string): RequestOptions {
  return {
    [allowInsecureRequests]: issuer.startsWith("http:"),
    [customFetch]: boundedFetch,
    signal: () => AbortSignal.timeout(timeLimitMs),
  };
}

async function boundedFetch(url: string, options: CustomFetchOptions<string, unknown>): Promise<Response> {
  const answer = await fetch(url, options as RequestInit);
  const pieces: Uint8Array[] = [];
  let octets = 0;
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    octets += piece.length;
    if (octets > maxOctets) throw new TypeError("the answer is too large");
    pieces.push(piece);
  }
  const { status, statusText, headers } = answer;
  const isEmpty = status === 204 || status === 304 || octets === 0;
  return new Response(isEmpty ? null : Buffer.concat(pieces), { status, statusText, headers });
}

/** RFC 6749 2.3: who we are to the issuer. */
export function clientOf(
  { clientId, clientSecret }: OAuthSettings,
  server: AuthorizationServer,
): { readonly client: Client; readonly authentication: ClientAuth } {
  const client = { client_id: clientId };
  if (clientSecret === undefined) return { client, authentication: None() };
  const known = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  const isPosted = known.includes("client_secret_post");
  return { client, authentication: isPosted ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret) };
}
