// Asks an issuer to describe itself.

import { type AuthorizationServer, discoveryRequest, processDiscoveryResponse } from "oauth4webapi";
import { requestOptions } from "./requests.ts";

/**
 * OpenID Connect Discovery 4, else RFC 8414. What is found names the very issuer that was asked, and its places use TLS where
 * the issuer does.
 * @throws what oauth4webapi and fetch() throw
 */
export async function discover(issuer: string): Promise<AuthorizationServer> {
  const url = new URL(issuer);
  const ask = (algorithm: "oidc" | "oauth2"): Promise<Response> =>
    discoveryRequest(url, { algorithm, ...requestOptions(issuer) });
  const answer = await ask("oidc");
  return processDiscoveryResponse(url, answer.status === 404 ? await ask("oauth2") : answer);
}
