// Mailboxes whose new messages wait, because the other server accepts none for now.

import type { Side } from "../model/side.ts";
import { boundedText, isImpossible } from "./row-rules.ts";
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

const select = `SELECT * FROM waits WHERE NOT ${isImpossible("waits")}`;

/** Of one mailbox or of all, in the order of mailbox and side. Without rows that cannot be: see {@link Store.flaw}. */
export function waits(connection: Connection, idx: number | undefined): Wait[] {
  const rows =
    idx === undefined
      ? connection.rows<Row>(`${select} ORDER BY idx, side`)
      : connection.rows<Row>(`${select} AND idx = ? ORDER BY side`, idx);
  return rows.map((row) => ({
    idx: row.idx,
    side: row.side,
    firstUid: row.first_UID,
    reason: row.reason,
    since: timeOf(row.since),
    nextAttempt: timeOf(row.next_attempt),
    attempts: row.attempts,
  }));
}
