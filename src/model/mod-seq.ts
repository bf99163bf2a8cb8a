// Mod-sequences (RFC 7162): bigint from the wire to the database.

import { InterimapError } from "./errors.ts";

// RFC 7162 stays within 63 bits; databases of the original program hold unsigned 64-bit values.
const limit = 0xffff_ffff_ffff_ffffn;

/** Throws PROTOCOL unless the text is a decimal number of at most 64 bits. */
export function parseModSeq(text: string): bigint {
  const value = /^[0-9]{1,20}$/.test(text) ? BigInt(text) : undefined;
  if (value !== undefined && value <= limit) return value;
  throw new InterimapError("PROTOCOL", `not a mod-sequence: ${JSON.stringify(text.slice(0, 80))}`);
}
