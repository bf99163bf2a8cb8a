// Whether a host is this machine: what goes there cannot be read on the way.

import { plainHost } from "./account.ts";

/** By its name or address; nothing is looked up. */
export function isLoopback(host: string): boolean {
  const plain = plainHost(host);
  return plain === "localhost" || plain === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(plain);
}
