// Lists of UIDs that correspond to another list, written as COPYUID does (RFC 4315 3): as a set, but in their order.

export function correspondingUids(uids: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const uid of uids) {
    const last = ranges.at(-1);
    if (last?.[1] === uid - 1) last[1] = uid;
    else ranges.push([uid, uid]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}:${last}`)).join(",");
}
