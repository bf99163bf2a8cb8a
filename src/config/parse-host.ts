// Host names and IP literals.

import { isIP } from "node:net";
import { hostAndPort } from "../model/host-and-port.ts";
import { BadValue } from "./bad-value.ts";

export interface Host {
  /** As written, brackets included: the default database is named after it. */
  readonly text: string;
  /** Without the brackets. */
  readonly host: string;
  readonly isIpLiteral: boolean;
}

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

function hostName(text: string): string {
  const label = "(?!-)[a-z0-9_-]{1,63}(?<!-)";
  // A last label of digits only is a mistyped IP address.
  const name = new RegExp(`^(?:${label}\\.)*(?!\\d+\\.?$)${label}\\.?$`, "i");
  if (hostAndPort(text) !== undefined)
    throw new BadValue("a host name or IP address alone; `port` is a setting of its own");
  if (text.length > 254 || !name.test(text)) throw new BadValue("a host name or IP address");
  return text;
}
