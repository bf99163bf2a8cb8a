// --inet4, --inet6: addresses of one family only.

import { lookup as systemLookup } from "node:dns/promises";
import type { Lookup } from "../../imap/transport/addresses.ts";

/** Throws what Node throws. */
export function lookupOf(family: 4 | 6): Lookup {
  return async (host) => (await systemLookup(host, { all: true, family })).map(({ address }) => address);
}
