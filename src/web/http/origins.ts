// Which requests come from our own page: no other site may have a browser do anything here.

import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";

export interface OriginRules {
  readonly publicOrigin: string | undefined;
  /** Of pages that may post to the original's endpoint. */
  readonly allowedOrigins: readonly string[];
}

/** What this server is reached by: as configured, or as the request has it. */
export function ownOrigin({ protocol, headers }: FastifyRequest, { publicOrigin }: OriginRules): string {
  return publicOrigin ?? `${protocol}://${headers.host ?? ""}`;
}

/**
 * Whether the name by which a server is reached is its own. A page of another site whose name was made to mean this address (DNS
 * rebinding) would be of the same origin for the browser.
 */
export function isOwnHost({ headers }: FastifyRequest, { publicOrigin }: OriginRules): boolean {
  // Not what a proxy says that it was called: a script of such a page could say that.
  const { host = "" } = headers;
  const name = host.replace(/:\d*$/, "").toLowerCase();
  const bare = name.replace(/^\[(.*)\]$/, "$1");
  const isNoName = isIP(bare) !== 0 || name === "localhost" || name.endsWith(".localhost");
  if (isNoName || publicOrigin === undefined) return isNoName;
  return URL.canParse(`http://${host}`) && new URL(publicOrigin).hostname === new URL(`http://${host}`).hostname;
}

/** Programs that are no browsers say nothing of where they come from. */
export function isFromOwnPage(request: FastifyRequest, rules: OriginRules): boolean {
  const { origin, "sec-fetch-site": site } = request.headers;
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  return origin === undefined || origin.toLowerCase() === ownOrigin(request, rules);
}

/** Also from those pages of others that the operator allows. */
export function isFromAllowedPage(request: FastifyRequest, rules: OriginRules): boolean {
  const { origin } = request.headers;
  if (origin !== undefined && rules.allowedOrigins.includes(origin.toLowerCase())) return true;
  return isFromOwnPage(request, rules);
}
