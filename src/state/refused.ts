// Messages that a server refused: remembered with the reason, so that they are reported and tried again.

import type { Side } from "../model/side.ts";
import { type Attempts, attemptsOf, type AttemptsRow, latestAttempt } from "./attempts.ts";
import { possibleRows } from "./possible-rows.ts";
import { boundedText, oneMore } from "./row-rules.ts";
import type { Connection } from "./sqlite.ts";
import { secondsOf } from "./times.ts";

/** What was refused; side and uid name the message where it is. */
export interface Refusal {
  readonly side: Side;
  readonly uid: number;
  /** RFC822.SIZE in octets. */
  readonly size: number;
  readonly messageId: string | undefined;
  /** The server's words. */
  readonly reason: string;
}

export interface RefusedMessage extends Refusal, Attempts {
  readonly idx: number;
}

interface Row extends AttemptsRow {
  readonly idx: number;
  readonly side: Side;
  readonly UID: number;
  readonly size: number;
  readonly message_id: string | null;
  readonly reason: string;
}

/** Counts one more attempt if the message is known. */
export function recordRefused(connection: Connection, refusal: Refusal & { readonly idx: number }, at: Date): void {
  const { idx, side, uid, size, messageId, reason } = refusal;
  const seconds = secondsOf(at);
  connection.run(
    `INSERT INTO refused (idx, side, UID, size, message_id, reason, first_attempt, last_attempt, attempts)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)
     ON CONFLICT (idx, side, UID) DO UPDATE SET size = excluded.size, message_id = excluded.message_id,
       reason = excluded.reason, ${latestAttempt}, attempts = ${oneMore("attempts")}`,
    ...[
      idx,
      side,
      uid,
      size,
      messageId === undefined ? null : boundedText(messageId),
      boundedText(reason),
      seconds,
      seconds,
    ],
  );
}

/** Of one mailbox or of all, in the order of mailbox, side and UID. */
export function refused(connection: Connection, idx: number | undefined): RefusedMessage[] {
  return possibleRows<Row>(connection, "refused", { idx, keys: ["side", "UID"] }).map((row) => ({
    idx: row.idx,
    side: row.side,
    uid: row.UID,
    size: row.size,
    messageId: row.message_id ?? undefined,
    reason: row.reason,
    ...attemptsOf(row),
  }));
}
