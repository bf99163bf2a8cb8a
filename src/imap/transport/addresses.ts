// The addresses of a host name, in the order in which they are to be tried (RFC 8305 section 4).

import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import { unlessAborted } from "../../util/unless-aborted.ts";
import { allowedAddresses, type TargetFilter } from "./target-filter.ts";

/** All addresses of a name, the best first. Throws what Node throws. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** The system's: it asks for both families at once, and orders addresses by RFC 6724. */
const addressesOf: Lookup = async (host) => (await systemLookup(host, { all: true })).map(({ address }) => address);

export interface LookupOptions {
  readonly signal: AbortSignal;
  /** For tests: instead of the system's. */
  readonly lookup?: Lookup | undefined;
  /** Undefined: anywhere. */
  readonly targets?: TargetFilter | undefined;
}

/**
 * Of the family that comes first, then of the other, in turns; only those that may be connected to. Throws CONNECT where that
 * leaves none, what Node throws, or the signal's reason.
 */
export async function resolveHost(host: string, options: LookupOptions): Promise<readonly string[]> {
  const { signal, lookup = addressesOf, targets } = options;
  signal.throwIfAborted();
  const addresses = isIP(host) === 0 ? new Set(await unlessAborted(lookup(host), signal)) : [host];
  return interleaved(allowedAddresses([...addresses], host, targets));
}

function interleaved(addresses: readonly string[]): readonly string[] {
  const first = isIP(addresses[0] ?? "");
  const preferred = addresses.filter((address) => isIP(address) === first);
  const others = addresses.filter((address) => isIP(address) !== first);
  const turns = Math.max(preferred.length, others.length);
  return Array.from({ length: turns }, (_, i) => [...preferred.slice(i, i + 1), ...others.slice(i, i + 1)]).flat();
}
