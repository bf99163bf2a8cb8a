// Queries on mailboxes and their last checkpoints.

import type { MailboxState } from "../model/mailbox-state.ts";
import { type PerSide, type Side, sides } from "../model/side.ts";
import { maxUid } from "../model/uid-set.ts";
import { impossibleValue, largestIdx } from "./read-values.ts";
import { isImpossible, maxTextOctets } from "./row-rules.ts";
import { sparseTables } from "./sparse-tables.ts";
import type { Connection, SqlValue } from "./sqlite.ts";

export interface MailboxRecord {
  readonly idx: number;
  /** Raw octets, one character each (latin1), NUL for the hierarchy delimiter. */
  readonly name: string;
  readonly subscribed: boolean;
  /** As of the last checkpoint; undefined before the first, or when what is recorded cannot be: see {@link Store.flaw}. */
  readonly states: PerSide<MailboxState | undefined>;
  /** A round was begun and did not come to its checkpoint, or something recorded of the mailbox cannot be. */
  readonly isUnfinished: boolean;
}

interface Row {
  readonly idx: bigint;
  readonly mailbox: Buffer | null;
  readonly subscribed: bigint | string | number | null;
  readonly lValidity: bigint | null;
  readonly lNext: bigint | null;
  readonly lModSeq: bigint | null;
  readonly rValidity: bigint | null;
  readonly rNext: bigint | null;
  readonly rModSeq: bigint | null;
  readonly unfinished: bigint;
}

export function mailboxes(connection: Connection): MailboxRecord[] {
  const rows = connection.exactRows<Row>(
    `SELECT idx, subscribed,
       iif(typeof(mailbox) = 'blob' AND length(mailbox) BETWEEN 1 AND ${maxTextOctets}, mailbox, NULL) AS mailbox,
       local.UIDVALIDITY AS lValidity, local.UIDNEXT AS lNext, local.HIGHESTMODSEQ AS lModSeq,
       remote.UIDVALIDITY AS rValidity, remote.UIDNEXT AS rNext, remote.HIGHESTMODSEQ AS rModSeq,
       rounds.idx IS NOT NULL
         OR idx IN (SELECT idx FROM refused WHERE ${isImpossible("refused")})
         OR idx IN (SELECT idx FROM refused_changes WHERE ${isImpossible("refused_changes")})
         OR idx IN (SELECT idx FROM waits WHERE ${isImpossible("waits")})
         OR idx IN (SELECT idx FROM unconfirmed WHERE ${isImpossible("unconfirmed")})
         OR idx IN (SELECT idx FROM suspects WHERE ${isImpossible("suspects")}) AS unfinished
     FROM mailboxes LEFT JOIN local USING (idx) LEFT JOIN remote USING (idx) LEFT JOIN rounds USING (idx)
     ORDER BY idx`,
  );
  return rows.map((row) => {
    const local = state(row.lValidity, row.lNext, row.lModSeq);
    const remote = state(row.rValidity, row.rNext, row.rModSeq);
    const areSound = local !== "impossible" && remote !== "impossible";
    return {
      idx: idxOf(connection, row),
      name: nameOf(connection, row),
      subscribed: row.subscribed === 1n,
      states: areSound ? { local, remote } : { local: undefined, remote: undefined },
      isUnfinished: row.unfinished !== 0n || !areSound,
    };
  });
}

function idxOf({ path }: Connection, { idx }: Row): number {
  if (idx >= 1n && idx <= BigInt(largestIdx)) return Number(idx);
  throw impossibleValue(path, { table: "mailboxes", column: "idx" }, idx);
}

function nameOf({ path }: Connection, { mailbox, idx }: Row): string {
  if (Buffer.isBuffer(mailbox)) return mailbox.toString("latin1");
  throw impossibleValue(path, { table: "mailboxes", column: "mailbox" }, `no name (idx ${idx})`);
}

/** Returns whether one of them differs from what was saved. */
export function saveStates(connection: Connection, idx: number, states: PerSide<MailboxState>): boolean {
  const news = sides.filter((side) => !isSaved(connection, { idx, side, state: states[side] }));
  for (const side of news) {
    connection.run(
      `INSERT INTO ${side} (idx, UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ) VALUES (?, ?, ?, ?)
       ON CONFLICT (idx) DO UPDATE SET UIDVALIDITY = excluded.UIDVALIDITY, UIDNEXT = excluded.UIDNEXT,
         HIGHESTMODSEQ = excluded.HIGHESTMODSEQ`,
      ...[idx, ...columns(states[side])],
    );
  }
  return news.length > 0;
}

interface SideState {
  readonly idx: number;
  readonly side: Side;
  readonly state: MailboxState;
}

function isSaved(connection: Connection, { idx, side, state }: SideState): boolean {
  const sql = `SELECT 1 FROM ${side} WHERE idx = ? AND UIDVALIDITY = ? AND UIDNEXT = ? AND HIGHESTMODSEQ = ?`;
  return connection.value(sql, idx, ...columns(state)) !== undefined;
}

/** SQLite's integers are signed; a column holds the bits of an unsigned one. */
function columns({ uidValidity, uidNext, highestModSeq }: MailboxState): SqlValue[] {
  return [uidValidity, uidNext, BigInt.asIntN(64, highestModSeq)];
}

/** Undefined: the server told none, and what was recorded counts no more. */
export function noteMailboxId(
  connection: Connection,
  { idx, side }: { readonly idx: number; readonly side: Side },
  id: string | undefined,
): void {
  if (id === undefined) connection.run("DELETE FROM mailbox_ids WHERE idx = ? AND side = ?", idx, side);
  else
    connection.run(
      `INSERT INTO mailbox_ids (idx, side, MAILBOXID) VALUES (?, ?, ?)
       ON CONFLICT (idx, side) DO UPDATE SET MAILBOXID = excluded.MAILBOXID WHERE MAILBOXID <> excluded.MAILBOXID`,
      ...[idx, side, id],
    );
}

export function mailboxIds(connection: Connection, side: Side): ReadonlyMap<number, string> {
  const sql = `SELECT idx, MAILBOXID AS id FROM mailbox_ids WHERE side = ? AND NOT ${isImpossible("mailbox_ids")}`;
  const rows = connection.rows<{ readonly idx: number; readonly id: string }>(sql, side);
  return new Map(rows.map(({ idx, id }) => [idx, id]));
}

/** What is known of a mailbox's messages, but for their flags. */
export const tablesOfMessages = [
  "mapping",
  "refused",
  "refused_changes",
  "waits",
  "suspects",
  "misread",
  "stuck",
  "unkept",
  "unconfirmed",
  "lifted",
] as const;

/** Every table with a foreign key to mailboxes, and mailboxes itself at the end. */
const tablesByMailbox = [
  "mapping",
  ...sparseTables,
  "message_counts",
  "synchronised",
  "mailbox_ids",
  ...sides,
  "mailboxes",
];

export function removeMailbox(connection: Connection, idx: number): void {
  for (const table of tablesByMailbox) connection.run(`DELETE FROM ${table} WHERE idx = ?`, idx);
}

function state(
  validity: bigint | null,
  next: bigint | null,
  modSeq: bigint | null,
): MailboxState | "impossible" | undefined {
  if (validity === null || next === null || modSeq === null) return undefined;
  if (!isNumber(validity) || !isNumber(next) || typeof modSeq !== "bigint") return "impossible";
  return { uidValidity: Number(validity), uidNext: Number(next), highestModSeq: BigInt.asUintN(64, modSeq) };
}

/** RFC 3501 2.3.1.1: UIDVALIDITY and UIDNEXT are like UIDs. The columns may hold anything. */
function isNumber(value: unknown): boolean {
  return typeof value === "bigint" && value >= 1n && value <= largest;
}

const largest = BigInt(maxUid);
