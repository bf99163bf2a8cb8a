// Mod-sequences (RFC 7162): bigint from the wire to the database.

// RFC 7162 stays within 63 bits; databases of the original program hold unsigned 64-bit values.
const limit = 0xffff_ffff_ffff_ffffn;

/** Stands for a mod-sequence that is not known, or does not exist: they start at 1 (RFC 7162 3.1.1). */
export const noModSeq = 0n;

/** RFC 7162 3.1.1 */
export const firstModSeq = 1n;

/** Zero says that there is none; undefined unless the text is a decimal number of at most 64 bits. */
export function readModSeq(text: string): bigint | undefined {
  const value = /^[0-9]{1,20}$/.test(text) ? BigInt(text) : undefined;
  return value === undefined || value > limit ? undefined : value;
}

export function laterModSeq(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
