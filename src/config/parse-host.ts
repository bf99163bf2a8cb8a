// Host names, IP literals and proxies.

import { isIP } from "node:net";
import type { ProxySettings } from "../model/server-settings.ts";
import { BadValue } from "./bad-value.ts";
import { port } from "./parse-text.ts";

export interface Host {
  /** As written, brackets included: the default database is named after it. */
  readonly text: string;
  /** Without the brackets. */
  readonly host: string;
  readonly isIpLiteral: boolean;
}

const defaultProxyPort = 1080;
/** RFC 1929 section 2: each of them has one octet for its length. */
const maxCredential = 255;

export function host(text: string): Host {
  const literal = /^\[(.*)\]$/s.exec(text)?.[1];
  if (literal !== undefined) {
    if (isIP(literal) === 0) throw new BadValue("an IP address between the square brackets");
    return { text, host: literal, isIpLiteral: true };
  }
  if (isIP(text) !== 0) return { text, host: text, isIpLiteral: true };
  return { text, host: hostName(text), isIpLiteral: false };
}

/** The name for SNI, where RFC 6066 section 3 allows no IP address. "" means: send none. */
export function sniName(text: string): string {
  return text === "" || host(text).isIpLiteral ? "" : text;
}

export function proxy(text: string): ProxySettings {
  const expected = "socks5:// or socks5h:// and then [USER:PASSWORD@]HOST[:PORT]";
  // The last @ ends the password, which may hold others.
  const match = /^(socks5h?):\/\/(?:(.*)@)?(?:\[([^\]]*)\]|([^:[\]@]*))(?::([^:]*))?$/s.exec(text);
  if (match === null) throw new BadValue(expected);
  const [, protocol, user = "", literal, name, portText] = match;
  if (literal !== undefined && isIP(literal) === 0) {
    throw new BadValue(expected, "the square brackets of the proxy hold no IP address");
  }
  return {
    host: literal ?? host(name ?? "").host,
    port: portText === undefined ? defaultProxyPort : port(portText),
    ...credentials(user),
    resolvesNames: protocol === "socks5h",
  };
}

function hostName(text: string): string {
  const label = "(?!-)[a-z0-9_-]{1,63}(?<!-)";
  // A last label of digits only is a mistyped IP address.
  const name = new RegExp(`^(?:${label}\\.)*(?!\\d+\\.?$)${label}\\.?$`, "i");
  if (text.length > 254 || !name.test(text)) throw new BadValue("a host name or IP address");
  return text;
}

/** Taken as they are: the first colon begins the password, and nothing is an escape. */
function credentials(user: string): Pick<ProxySettings, "username" | "password"> {
  if (user === "") return { username: undefined, password: undefined };
  const [username = "", ...rest] = user.split(":");
  const password = rest.join(":");
  if ([username, password].some((text) => Buffer.byteLength(text) > maxCredential)) {
    throw new BadValue(`at most ${maxCredential} octets each`, "the user name or password of the proxy is too long");
  }
  return { username, password };
}
