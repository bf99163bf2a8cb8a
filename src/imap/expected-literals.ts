// How large a literal may be: memory is for what was asked for, however much a server sends.

import type { Entry } from "./session/entry.ts";
import type { InFlight } from "./session/in-flight.ts";

/** A literal that need not have been asked for, and those of commands that say nothing of how large they are. */
const freeLiteral = 64 * 1024;

/** Whether a command in flight awaits this many octets; if none awaits any, whether they are few. */
export function mayCome(octets: number, inFlight: InFlight<Entry>): boolean {
  const awaits = ({ command: { brings }, brought = 0 }: Entry): boolean =>
    octets <= (brings === undefined ? freeLiteral : brings - brought);
  if (inFlight.findClaimant(awaits) !== undefined) return true;
  return octets <= freeLiteral && inFlight.findClaimant(() => true) === undefined;
}

/** They answered a command, which now awaits that many fewer. */
export function noteBrought(entry: Entry, octets: Buffer): void {
  entry.brought = (entry.brought ?? 0) + octets.length;
}
