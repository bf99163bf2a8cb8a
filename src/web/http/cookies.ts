// Cookies, RFC 6265: what browsers send, and what they are to keep.

/** The value of the first cookie of this name. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

export interface NewCookie {
  readonly name: string;
  /** Of base64url. */
  readonly value: string;
  readonly path: string;
  readonly maxAgeSeconds: number;
  /** Only over HTTPS. */
  readonly isSecure: boolean;
}

/** No script can read it, and no other site can have it sent. */
export function setCookie({ name, value, path, maxAgeSeconds, isSecure }: NewCookie): string {
  const secure = isSecure ? "; Secure" : "";
  return `${name}=${value}; Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
}
