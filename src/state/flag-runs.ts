// How the flags of the messages in a block of UIDs are recorded: as runs of messages with equal flags, whose UIDs follow one
// another. A run is two or three numbers: how many messages, and whether UIDs are passed over before it; how many these are;
// and the number of the set of flags. Seven bits go into an octet, the lowest first; all octets of a number but the last have
// their highest bit set.

import { maxUid } from "../model/uid-set.ts";

export const uidsInBlock = 1024;
export const lastBlock = Math.floor(maxUid / uidsInBlock);
/** Each message on its own, with the longest numbers. */
export const maxRunOctets = 8192;

export interface FlagRun {
  readonly first: number;
  readonly last: number;
  /** Of the set of flags. */
  readonly set: number;
}

/** Ascending, and all in this block. */
export function writeRuns(block: number, runs: readonly FlagRun[]): Buffer {
  const octets: number[] = [];
  let next = block * uidsInBlock;
  for (const { first, last, set } of runs) {
    const passed = first - next;
    writeNumber(octets, 2 * (last - first) + Number(passed > 0));
    if (passed > 0) writeNumber(octets, passed);
    writeNumber(octets, set);
    next = last + 1;
  }
  return Buffer.from(octets);
}

/** Undefined: these are not octets that {@link writeRuns} has made. */
export function readRuns(block: number, octets: Buffer): FlagRun[] | undefined {
  const runs: FlagRun[] = [];
  const end = Math.min((block + 1) * uidsInBlock - 1, maxUid);
  let next = block * uidsInBlock;
  let at = 0;
  const readNumber = (): number => {
    for (let number = 0, factor = 1; factor <= 2 ** 28; factor *= 128) {
      const octet = octets[at++];
      if (octet === undefined) return NaN;
      number += (octet & 0x7f) * factor;
      if (octet < 0x80) return number;
    }
    return NaN;
  };
  while (at < octets.length) {
    const head = readNumber();
    const first = next + (head % 2 === 1 ? readNumber() : 0);
    const last = first + Math.floor(head / 2);
    const set = readNumber();
    // Not so either where a number is NaN.
    const canBe = first >= 1 && last <= end && set <= maxUid;
    if (!canBe) return undefined;
    runs.push({ first, last, set });
    next = last + 1;
  }
  return runs;
}

function writeNumber(octets: number[], number: number): void {
  let rest = number;
  for (; rest >= 128; rest = Math.floor(rest / 128)) octets.push((rest % 128) + 128);
  octets.push(rest);
}
