// Mailboxes whose new messages wait, because the other server accepts none for now.

import type { Side } from "../model/side.ts";
import { possibleRows } from "./possible-rows.ts";
import { boundedText } from "./row-rules.ts";
import type { Connection } from "./sqlite.ts";
import { secondsOf, timeOf } from "./times.ts";

export interface Wait {
  readonly idx: number;
  /** Where the messages are. */
  readonly side: Side;
  /** Every message below was copied, or is known as refused. */
  readonly firstUid: number;
  /** The other server's words. */
  readonly reason: string;
  /** To the second. */
  readonly since: Date;
  readonly nextAttempt: Date;
  readonly attempts: number;
}

interface Row {
  readonly idx: number;
  readonly side: Side;
  readonly first_UID: number;
  readonly reason: string;
  readonly since: number;
  readonly next_attempt: number;
  readonly attempts: number;
}

export function recordWait(connection: Connection, { idx, side, firstUid, reason, ...wait }: Wait): void {
  connection.run(
    `INSERT INTO waits (idx, side, first_UID, reason, since, next_attempt, attempts) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (idx, side) DO UPDATE SET first_UID = excluded.first_UID, reason = excluded.reason,
       since = min(since, excluded.since), next_attempt = excluded.next_attempt, attempts = excluded.attempts`,
    ...[idx, side, firstUid, boundedText(reason), secondsOf(wait.since), secondsOf(wait.nextAttempt), wait.attempts],
  );
}

/** Of one mailbox or of all, in the order of mailbox and side. */
export function waits(connection: Connection, idx: number | undefined): Wait[] {
  return possibleRows<Row>(connection, "waits", { idx, keys: ["side"] }).map((row) => ({
    idx: row.idx,
    side: row.side,
    firstUid: row.first_UID,
    reason: row.reason,
    since: timeOf(row.since),
    nextAttempt: timeOf(row.next_attempt),
    attempts: row.attempts,
  }));
}
