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

/** The name for SNI; RFC 6066 section 3 allows no IP address there. "" means: send none. */
export function sniName(text: string): string {
  return text === "" ? "" : hostName(text);
}

export function proxy(text: string): ProxySettings {
  const expected = "socks5:// or socks5h:// and then [USER:PASSWORD@]HOST[:PORT]";
  // The last @ ends the password, which may hold others; the first colon begins it.
  const match = /^(socks5h?):\/\/(?:([^:]*):(.*)@)?(?:\[([^\]]*)\]|([^:[\]@]*))(?::([^:]*))?$/s.exec(text);
  if (match === null) throw new BadValue(expected);
  const [, protocol, username, password, literal, name, portText] = match;
  if (literal !== undefined && isIP(literal) === 0) {
    throw new BadValue(expected, "the square brackets of the proxy hold no IP address");
  }
  return {
    host: literal ?? host(name ?? "").host,
    port: portText === undefined ? defaultProxyPort : port(portText),
    username: credential(username),
    password: credential(password),
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

/** %HH stands for an octet, as in any URL; any other % is itself, so that most passwords need no thought. */
function credential(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const plain = text.replace(/(?:%[0-9a-f]{2})+/gi, (octets) => {
    try {
      return decodeURIComponent(octets);
    } catch {
      return octets;
    }
  });
  const length = Buffer.byteLength(plain);
  if (length < 1 || length > maxCredential) {
    throw new BadValue(
      `1 to ${maxCredential} octets each`,
      "the user name or password of the proxy has a wrong length",
    );
  }
  return plain;
}
