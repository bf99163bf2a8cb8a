// Runs of pairs of UIDs as the octets of a row: three numbers of 32 bits for each.

import { isPossibleRun, type UidPairRun } from "../model/uid-pairs.ts";

/** UIDs of a row: what a row has of the first host is below `after`, and at least `from`. */
export interface RowBounds {
  readonly from: number;
  readonly after: number;
}

const runOctets = 12;

/** Undefined: {@link writtenRuns} has not made this. */
export function readRuns(octets: Buffer, { from, after }: RowBounds): UidPairRun[] | undefined {
  // The column may hold anything.
  if (!Buffer.isBuffer(octets) || octets.length % runOctets !== 0) return undefined;
  const runs: UidPairRun[] = [];
  let next = from;
  for (let at = 0; at < octets.length; at += runOctets) {
    const [first1, first2] = [octets.readUInt32LE(at), octets.readUInt32LE(at + 4)];
    const run = { first1, first2, count: octets.readUInt32LE(at + 8) };
    if (!isPossibleRun(run) || first1 < next || first1 + run.count > after) return undefined;
    next = first1 + run.count;
    runs.push(run);
  }
  return runs;
}

export function writtenRuns(runs: readonly UidPairRun[]): Buffer {
  const octets = Buffer.alloc(runs.length * runOctets);
  for (const [i, { first1, first2, count }] of runs.entries()) {
    octets.writeUInt32LE(first1, i * runOctets);
    octets.writeUInt32LE(first2, i * runOctets + 4);
    octets.writeUInt32LE(count, i * runOctets + 8);
  }
  return octets;
}
