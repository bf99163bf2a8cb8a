// The proxy setting: a URL of few forms.

import { isIP } from "node:net";
import type { ProxyProtocol, ProxySettings } from "../model/server-settings.ts";
import { BadValue } from "./bad-value.ts";
import { host } from "./parse-host.ts";
import { port } from "./parse-text.ts";

const defaultPorts: Readonly<Record<ProxyProtocol, number>> = { socks5: 1080, socks5h: 1080, http: 80, https: 443 };
/** RFC 1929 section 2: each of them has one octet for its length. */
const maxCredential = 255;
const expected = "socks5://, socks5h://, http:// or https:// and then [USER:PASSWORD@]HOST[:PORT]";

/** Without the `tls` of an https proxy, which is not written there. */
export function proxy(text: string): ProxySettings {
  // The last @ ends the password, which may hold others.
  const form = /^(socks5h?|https?):\/\/(?:(.*)@)?(?:\[([^\]]*)\]|([^:[\]@]*))(?::([^:]*))?$/s;
  const match = form.exec(text.replace(/^(https?:.*[^/])\/$/s, "$1"));
  if (match === null) throw new BadValue(expected);
  const [, scheme, user = "", literal, name, portText] = match;
  if (literal !== undefined && isIP(literal) === 0) {
    throw new BadValue(expected, "the square brackets of the proxy hold no IP address");
  }
  const protocol = scheme as ProxyProtocol;
  return {
    protocol,
    host: literal ?? host(name ?? "").host,
    port: portText === undefined ? defaultPorts[protocol] : port(portText),
    ...(protocol.startsWith("http") ? httpCredentials(user) : socksCredentials(user)),
  };
}

type Credentials = Pick<ProxySettings, "username" | "password">;

/** Taken as they are: the first colon begins the password, and nothing is an escape. */
function socksCredentials(user: string): Credentials {
  const credentials = split(user);
  const octets = [credentials.username, credentials.password].map((part) => Buffer.byteLength(part ?? ""));
  if (octets.some((length) => length > maxCredential)) {
    throw new BadValue(`at most ${maxCredential} octets each`, "the user name or password of the proxy is too long");
  }
  return credentials;
}

/** RFC 3986 section 3.2.1: percent-encoded. RFC 7617 section 2: no colon in a user name, and no control characters. */
function httpCredentials(user: string): Credentials {
  const { username, password } = split(user);
  const credentials = { username: decode(username), password: decode(password) };
  if (credentials.username?.includes(":") === true) {
    throw new BadValue("another user name", "the user name of the proxy holds a colon");
  }
  return credentials;
}

function split(user: string): Credentials {
  if (user === "") return { username: undefined, password: undefined };
  const [username = "", ...rest] = user.split(":");
  return { username, password: rest.join(":") };
}

function decode(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw new BadValue("%25 for a %", "the user name or password of the proxy is not percent-encoded");
  }
  if (/[\0-\x1f\x7f]/.test(decoded)) {
    throw new BadValue("other characters", "the user name or password of the proxy holds a control character");
  }
  return decoded;
}
