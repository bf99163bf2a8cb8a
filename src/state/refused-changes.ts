// Deletions and flags that a server refused: remembered with the reason, so that they are reported and tried again.

import type { Side } from "../model/side.ts";
import { type UidSet, uidsOf } from "../model/uid-set.ts";
import { type Attempts, attemptsOf, type AttemptsRow, latestAttempt } from "./attempts.ts";
import { possibleRows } from "./possible-rows.ts";
import { boundedText, oneMore } from "./row-rules.ts";
import type { Connection } from "./sqlite.ts";
import { secondsOf } from "./times.ts";

/** `deletion`: the counterpart is gone, the message stays. `flags`: it has other flags than its counterpart. */
export type ChangeKind = "deletion" | "flags";

export interface ChangeRefusal {
  /** The server that refused; `uids` are its own. */
  readonly side: Side;
  readonly uids: UidSet;
  readonly what: ChangeKind;
  /** The server's words, or what it did instead. */
  readonly reason: string;
  /** The server said that it was done. It may have been, if only for a moment: the next run tries again at once. */
  readonly isDenied?: boolean;
}

/** No attempts: to be tried again at the next opportunity. */
export interface RefusedChange extends Attempts {
  readonly idx: number;
  readonly side: Side;
  readonly uid: number;
  readonly what: ChangeKind;
  readonly reason: string;
}

interface Row extends AttemptsRow {
  readonly idx: number;
  readonly side: Side;
  readonly UID: number;
  readonly what: ChangeKind;
  readonly reason: string;
}

/** Counts one more attempt of those that are known. */
export function recordRefusedChanges(connection: Connection, refusal: ChangeRefusal & { readonly idx: number }): void {
  const { idx, side, uids, what, reason, isDenied = false } = refusal;
  const seconds = secondsOf(new Date());
  for (const uid of uidsOf(uids)) {
    connection.run(
      `INSERT INTO refused_changes (idx, side, UID, what, reason, first_attempt, last_attempt, attempts)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (idx, side, UID) DO UPDATE SET what = excluded.what, reason = excluded.reason,
         ${latestAttempt}, attempts = ${oneMore("attempts")}`,
      ...[idx, side, uid, what, boundedText(reason), seconds, seconds, isDenied ? 0 : 1],
    );
  }
}

/** Of one mailbox or of all, in the order of mailbox, side and UID. */
export function refusedChanges(connection: Connection, idx: number | undefined): RefusedChange[] {
  return possibleRows<Row>(connection, "refused_changes", { idx, keys: ["side", "UID"] }).map((row) => ({
    idx: row.idx,
    side: row.side,
    uid: row.UID,
    what: row.what,
    reason: row.reason,
    ...attemptsOf(row),
  }));
}
