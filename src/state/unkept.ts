// Flags that messages of one side have and the other side's mailbox cannot store, by its server's word (RFC 3501 7.1,
// PERMANENTFLAGS).

import { type FlagSet, flagsOfKey, noFlags } from "../model/flags.ts";
import type { Side } from "../model/side.ts";
import { possibleRows } from "./possible-rows.ts";
import type { Connection } from "./sqlite.ts";
import { secondsOf, timeOf } from "./times.ts";

export interface Unkept {
  readonly idx: number;
  /** The one that cannot keep them. */
  readonly side: Side;
  readonly flags: FlagSet;
  /** When the server said so last; to the day, more or less. */
  readonly at: Date;
}

interface Row {
  readonly idx: number;
  readonly side: Side;
  readonly flags: string;
  readonly at: number;
}

const dayInSeconds = 86_400;

/** Takes the place of what was noted before; nothing is written that says the same on the same day. */
export function noteUnkept(connection: Connection, { idx, side, flags }: Omit<Unkept, "at">): void {
  if (flags === noFlags) {
    connection.run("DELETE FROM unkept WHERE idx = ? AND side = ?", idx, side);
    return;
  }
  connection.run(
    `INSERT INTO unkept (idx, side, flags, at) VALUES (?, ?, ?, ?)
     ON CONFLICT (idx, side) DO UPDATE SET flags = excluded.flags, at = excluded.at
     WHERE flags <> excluded.flags OR at NOT BETWEEN excluded.at - ${String(dayInSeconds - 1)} AND excluded.at`,
    ...[idx, side, flags.key, secondsOf(new Date())],
  );
}

/** Of one mailbox or of all, in the order of mailbox and side. */
export function unkept(connection: Connection, idx: number | undefined): Unkept[] {
  const rows = possibleRows<Row>(connection, "unkept", { idx, keys: ["side"] });
  return rows.map(({ idx, side, flags, at }) => ({ idx, side, flags: flagsOfKey(flags), at: timeOf(at) }));
}
