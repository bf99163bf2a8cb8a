// What --status shows of each mailbox, beyond what every run needs.

import type { PerSide } from "../model/side.ts";
import { mailboxes, type MailboxRecord } from "./mailboxes.ts";
import { isImpossible } from "./row-rules.ts";
import type { Connection } from "./sqlite.ts";
import { secondsOf, timeOf } from "./times.ts";

export interface MailboxSummary extends MailboxRecord {
  /** To the second; undefined when that never happened, or before the database knew such times. */
  readonly synchronisedAt: Date | undefined;
  /** As each server reported them at the last checkpoint. */
  readonly messages: PerSide<number> | undefined;
  /** How many messages are known to be on both sides. */
  readonly mappings: number;
}

interface Row {
  readonly idx: number;
  readonly at: number | null;
  readonly local: number | null;
  readonly remote: number | null;
  readonly mappings: number;
}

/** In the order in which the mailboxes were added. What cannot be is not shown; the next run has words for it. */
export function summaries(connection: Connection): MailboxSummary[] {
  const rows = connection.rows<Row>(
    `SELECT idx, at, local, remote, ifnull(mappings, 0) AS mappings
     FROM mailboxes
       LEFT JOIN (SELECT * FROM synchronised WHERE NOT ${isImpossible("synchronised")}) USING (idx)
       LEFT JOIN (SELECT * FROM message_counts WHERE NOT ${isImpossible("message_counts")}) USING (idx)
       LEFT JOIN (SELECT idx, count(*) AS mappings FROM mapping GROUP BY idx) USING (idx)`,
  );
  const byIdx = new Map(rows.map((row) => [row.idx, row]));
  return mailboxes(connection).map((mailbox) => {
    const { at, local, remote, mappings } = byIdx.get(mailbox.idx)!;
    return {
      ...mailbox,
      synchronisedAt: at === null ? undefined : timeOf(at),
      messages: local === null || remote === null ? undefined : { local, remote },
      mappings,
    };
  });
}

/** In ms since 1970, to the second; undefined: none was ever synchronised. */
export function latestSynchronisation(connection: Connection): number | undefined {
  const sql = `SELECT max(at) FROM synchronised WHERE NOT ${isImpossible("synchronised")}`;
  const at = connection.value<number | null>(sql);
  return typeof at === "number" ? timeOf(at).getTime() : undefined;
}

/** A time that is known already stays, unless there is news, or it is to come: the clock was put back. */
export function noteSynchronised(connection: Connection, idx: number, isNews: boolean): void {
  connection.run(
    `INSERT INTO synchronised (idx, at) VALUES (?, ?)
     ON CONFLICT (idx) DO UPDATE SET at = excluded.at ${isNews ? "" : "WHERE at > excluded.at"}`,
    ...[idx, secondsOf(new Date())],
  );
}
