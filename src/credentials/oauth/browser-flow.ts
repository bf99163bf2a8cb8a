// The authorization code flow with PKCE (RFC 6749 4.1, RFC 7636) for programs on a user's machine (RFC 8252): the browser comes
// back to a port of 127.0.0.1, or the user brings the address where it ended.

import { timingSafeEqual } from "node:crypto";
import {
  authorizationCodeGrantRequest,
  AuthorizationResponseError,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  processAuthorizationCodeResponse,
  type TokenEndpointResponse,
  validateAuthResponse,
} from "oauth4webapi";
import { InterimapError } from "../../model/errors.ts";
import type { Verdict } from "./ending.ts";
import type { Exchange } from "./exchange.ts";
import { awaitReturn } from "./loopback.ts";
import { requestOptions } from "./requests.ts";

/** @throws what oauth4webapi and fetch() throw; InterimapError; the signal's reason */
export async function byBrowser(exchange: Exchange): Promise<TokenEndpointResponse> {
  const { provider, server, client, authentication, dialogue, hide } = exchange;
  if (server.authorization_endpoint === undefined) {
    throw new InterimapError("AUTH_FAILED", `${provider.name} does not let browsers log in`, {
      hint: "set oauth-flow = device",
    });
  }
  const verifier = generateRandomCodeVerifier();
  const state = generateRandomState();
  for (const secret of [verifier, state]) hide(secret);
  const challenge = await calculatePKCECodeChallenge(verifier);
  const urlFor = (redirectUri: string): string => {
    const url = new URL(server.authorization_endpoint!);
    const parameters = {
      ...{ response_type: "code", client_id: client.client_id, redirect_uri: redirectUri },
      ...{ code_challenge: challenge, code_challenge_method: "S256", state },
      ...(provider.scope === undefined ? {} : { scope: provider.scope }),
      ...(exchange.username === undefined ? {} : { login_hint: exchange.username }),
      ...provider.extras,
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  };

  let tokens: TokenEndpointResponse | undefined;
  const judge = async (answer: URLSearchParams, redirectUri: string): Promise<Verdict> => {
    // Anybody on this machine can send something; only the issuer's answer ends the wait.
    if (!isEqual(answer.get("state") ?? "", state)) return "stray";
    const code = answer.get("code");
    if (code !== null) hide(code);
    const parameters = validateAuthResponse(server, client, answer, state);
    const options = requestOptions(provider.issuer);
    const granted = await authorizationCodeGrantRequest(
      ...([server, client, authentication, parameters, redirectUri, verifier, options] as const),
    );
    tokens = await processAuthorizationCodeResponse(server, client, granted);
    return "done";
  };
  await awaitReturn({ host: provider.redirectHost, issuer: provider.name, urlFor, judge, isRefusal, dialogue });
  return tokens!;
}

/** The user, or the issuer, said no in the browser. */
function isRefusal(error: unknown): boolean {
  return error instanceof AuthorizationResponseError;
}

function isEqual(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => Buffer.from(text)) as [Buffer, Buffer];
  return one.length === other.length && timingSafeEqual(one, other);
}
