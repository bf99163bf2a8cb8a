// Reads rows of the table `mapping`. An impossible value stands for nothing, least of all for a message to delete.

import type { InterimapError } from "../model/errors.ts";
import { type PerSide, sides } from "../model/side.ts";
import { type UidSet, UidSetBuilder } from "../model/uid-set.ts";
import { impossibleRow, isUid } from "./read-values.ts";
import type { Connection } from "./sqlite.ts";

/** The column of each side's UIDs. */
export const uidColumn: PerSide<string> = { local: "lUID", remote: "rUID" };

/** A pair, and the fingerprints of its messages. */
export const printedColumns = "lUID AS local, rUID AS remote, lprint, rprint";

/** @throws InterimapError DATABASE_ROWS when either UID of a pair cannot be. */
export function checkedPairs<Pair extends PerSide<number>>(connection: Connection, pairs: Pair[]): Pair[] {
  for (const pair of pairs) {
    if (isUid(pair.local) && isUid(pair.remote)) continue;
    const side = sides.find((side) => !isUid(pair[side]))!;
    throw impossibleUid(connection, uidColumn[side], pair[side]);
  }
  return pairs;
}

/** @throws InterimapError DATABASE_ROWS */
export function checkedSet(connection: Connection, column: string, uids: readonly number[]): UidSet {
  const set = new UidSetBuilder();
  for (const uid of uids) set.add(checkedUid(connection, column, uid));
  return set.build();
}

/** @throws InterimapError DATABASE_ROWS */
export function checkedUid(connection: Connection, column: string, uid: unknown): number {
  if (!isUid(uid)) throw impossibleUid(connection, column, uid);
  return uid;
}

function impossibleUid({ path }: Connection, column: string, value: unknown): InterimapError {
  return impossibleRow(path, { table: "mapping", column }, value);
}
