// Chooses the messages that a server is told about, so that it has less to report (RFC 7162 3.2.5.2). Pure.

/** Ranks among `count`, ascending: n/2, 3n/4, 7n/8, … and n. When they are too many, those next to n are left out. */
export function sampleRanks(count: number, limit: number): number[] {
  if (count === 0 || limit < 1) return [];
  const ranks: number[] = [];
  for (let distance = count >>> 1; distance > 0 && ranks.length < limit - 1; distance >>>= 1) {
    ranks.push(count - distance);
  }
  return [...ranks, count];
}
