// UID sets as they are written in commands and responses (RFC 3501 9, sequence-set), and as people read them.

import { InterimapError } from "./errors.ts";
import { maxUid, type UidRange, type UidSet, UidSetBuilder } from "./uid-set.ts";

/**
 * Reads a sequence-set of RFC 3501 without `*`, such as `1:3,5,9:7`. Throws PROTOCOL for anything else.
 */
export function parseUidSet(text: string): UidSet {
  const builder = new UidSetBuilder();
  // A set can be megabytes long: no array of its parts is made.
  for (let start = 0; start <= text.length;) {
    const comma = text.indexOf(",", start);
    const end = comma < 0 ? text.length : comma;
    const part = text.slice(start, end);
    const colon = part.indexOf(":");
    if (colon < 0) {
      builder.add(parseUid(part, text));
    } else {
      // RFC 3501 section 9, seq-range: 2:4 and 4:2 are the same
      const a = parseUid(part.slice(0, colon), text);
      const b = parseUid(part.slice(colon + 1), text);
      builder.addRange(Math.min(a, b), Math.max(a, b));
    }
    start = end + 1;
  }
  return builder.build();
}

/** Throws BUG rather than make a set that means other messages, such as `1:*`, of what was never a UID. */
export function formatUidSet(set: UidSet): string {
  return set.ranges.map(formatRange).join(",");
}

/** For people, whatever it is of. */
export function shownUidSet(set: UidSet): string {
  return set.ranges.map(shownRange).join(",");
}

/**
 * Cuts a set into pieces, in order, that format within maxOctets each: command lines stay under the 8,000 octets
 * of RFC 7162 section 4. maxOctets must have room for the longest range, 21 octets.
 */
export function splitUidSet(set: UidSet, maxOctets: number): UidSet[] {
  if (maxOctets < 21) throw new RangeError(`no room for a UID range in ${maxOctets} octets`);
  const pieces: UidSet[] = [];
  let piece: UidRange[] = [];
  let octets = 0;
  for (const range of set.ranges) {
    const size = formatRange(range).length;
    if (piece.length > 0 && octets + 1 + size > maxOctets) {
      pieces.push({ ranges: piece });
      piece = [];
      octets = 0;
    }
    octets += piece.length > 0 ? 1 + size : size;
    piece.push(range);
  }
  if (piece.length > 0) pieces.push({ ranges: piece });
  return pieces;
}

function formatRange([first, last]: UidRange): string {
  if (!isUid(first) || !isUid(last) || first > last) throw new InterimapError("BUG", "not a set of UIDs");
  return shownRange([first, last]);
}

function shownRange([first, last]: UidRange): string {
  return first === last ? String(first) : `${first}:${last}`;
}

/** RFC 3501 section 9, nz-number; whatever the type says, as values come from a database, too. */
function isUid(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= maxUid;
}

function parseUid(digits: string, set: string): number {
  const uid = /^[1-9][0-9]{0,9}$/.test(digits) ? Number(digits) : Number.NaN;
  if (uid <= maxUid) return uid;
  // What else it is, is not for people: a server may have put anything there.
  throw new InterimapError(
    "PROTOCOL",
    `the server sent a malformed set of UIDs: "${set.slice(0, 80).replace(/[^0-9:,*]+/g, "…")}"`,
  );
}
