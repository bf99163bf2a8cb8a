// OAuth 2: who issues tokens, for which tenant, and what they allow.

import type { OAuthProvider } from "../model/oauth-settings.ts";
import { BadValue } from "./bad-value.ts";
import { words } from "./parse-text.ts";

const loopback = /^(?:127\.0\.0\.1|\[::1\]|localhost)$/;

/** A name that we know, or an issuer's identifier (RFC 8414 2), which may do without TLS only on this machine. */
export function oauthProvider(text: string): OAuthProvider {
  if (text === "google" || text === "microsoft") return text;
  const expected = "google, microsoft or the issuer as https://HOST[/PATH]";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || `${url.username}${url.password}${url.search}${url.hash}` !== "")
    throw new BadValue(expected);
  if (url.protocol === "http:" && !loopback.test(url.hostname))
    throw new BadValue(expected, "an issuer that is reached without TLS could be anybody");
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new BadValue(expected);
  return { issuer: text };
}

/** Microsoft's: a domain, an ID, or one of its words for several tenants. */
export function tenant(text: string): string {
  if (!/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text))
    throw new BadValue("a tenant: its domain or ID, common, organizations or consumers");
  return text;
}

/** RFC 6749 3.3 */
export function oauthScope(text: string): string {
  const scopes = words(text);
  if (scopes.length === 0 || scopes.some((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)))
    throw new BadValue("scopes, separated by spaces");
  return scopes.join(" ");
}

/** RFC 6749 A.1 and A.2: printable ASCII. */
export function clientText(what: string): (text: string) => string {
  return (text) => {
    if (!/^[\x20-\x7e]+$/.test(text)) throw new BadValue(what);
    return text;
  };
}
