// APPENDs that may still succeed: their messages may come later, or be there already.

import type { Side } from "../model/side.ts";
import { intersect, isEmpty, subtract, type UidRange, type UidSet, UidSetBuilder } from "../model/uid-set.ts";
import { isImpossible, oneMore } from "./row-rules.ts";
import type { Connection } from "./sqlite.ts";
import { secondsOf } from "./times.ts";

/**
 * A server that stalls, be it for a hung disk or a frozen machine, is given up after minutes; what it carries out when it
 * goes on comes soon after that. The longer this is, the likelier is equal mail that somebody else put there on purpose.
 */
const windowMs = 60 * 60_000;
/** The most copies of one message that are expected. */
const mostCopies = 100;

/** One side of one mailbox. */
interface MailboxSide {
  readonly idx: number;
  readonly side: Side;
}

interface Row {
  readonly first: number;
  readonly last: number;
  readonly appends: number;
  readonly since: number;
}

const columns = "first_UID AS first, last_UID AS last, appends, since";
const sound = `NOT ${isImpossible("unconfirmed")}`;
const insert = `INSERT INTO unconfirmed (idx, side, first_UID, last_UID, appends, since) VALUES (?, ?, ?, ?, 1, ?)
  ON CONFLICT (idx, side, first_UID, last_UID) DO UPDATE SET appends = ${oneMore("appends")}, since = max(since, excluded.since)`;
const these = "idx = ? AND side = ? AND first_UID = ? AND last_UID = ?";
const any = "SELECT 1 FROM unconfirmed WHERE idx = ? AND side = ? LIMIT 1";
const removeOnly = `DELETE FROM unconfirmed WHERE ${these} AND appends = 1`;
const takeOne = `UPDATE unconfirmed SET appends = appends - 1 WHERE ${these}`;
const young = `SELECT ${columns} FROM unconfirmed WHERE idx = ? AND side = ? AND since >= ? AND ${sound} ORDER BY first_UID`;

/** One APPEND, or several that begin together. */
export function noteSent(connection: Connection, { idx, side }: MailboxSide, uids: UidSet): void {
  const since = secondsOf(new Date());
  for (const [first, last] of uids.ranges) connection.run(insert, idx, side, first, last, since);
}

/** Takes one APPEND off for each of them that has any. */
export function noteConfirmed(connection: Connection, mailbox: MailboxSide, uids: UidSet): void {
  if (connection.value(any, mailbox.idx, mailbox.side) === undefined) return;
  for (const range of uids.ranges) if (!takeOff(connection, mailbox, range)) takeApart(connection, mailbox, range);
}

/** Returns false when there is no row of exactly these. */
function takeOff(connection: Connection, { idx, side }: MailboxSide, [first, last]: UidRange): boolean {
  const key = [idx, side, first, last];
  return connection.changes(removeOnly, ...key) > 0 || connection.changes(takeOne, ...key) > 0;
}

/** Of larger APPENDs, or several smaller ones, the rest is left. */
function takeApart(connection: Connection, mailbox: MailboxSide, range: UidRange): void {
  const { idx, side } = mailbox;
  let left: UidSet = { ranges: [range] };
  const rows = connection.rows<Row>(
    `SELECT ${columns} FROM unconfirmed WHERE idx = ? AND side = ? AND first_UID <= ? AND last_UID >= ? AND ${sound}`,
    ...[idx, side, range[1], range[0]],
  );
  for (const { first, last, since } of rows) {
    const sent: UidSet = { ranges: [[first, last]] };
    const taken = intersect(sent, left);
    if (isEmpty(taken)) continue;
    left = subtract(left, taken);
    takeOff(connection, mailbox, [first, last]);
    for (const [from, to] of subtract(sent, taken).ranges) connection.run(insert, idx, side, from, to, since);
  }
}

/** A round was cut short: what was sent in it comes from now on, if it does. */
export function renewUnconfirmed(connection: Connection, idx: number): void {
  connection.run("UPDATE unconfirmed SET since = ? WHERE idx = ?", secondsOf(new Date()), idx);
}

/** The messages on `side` that may come; those that may come twice are in the second set as well, and so on. */
export function unconfirmed(connection: Connection, { idx, side }: MailboxSide): UidSet[] {
  // How many more copies may come of a UID than of the one before it.
  const steps = new Map<number, number>();
  const step = (uid: number, by: number): unknown => steps.set(uid, (steps.get(uid) ?? 0) + by);
  for (const { first, last, appends } of connection.rows<Row>(young, idx, side, startOfWindow())) {
    step(first, appends);
    step(last + 1, -appends);
  }
  const sets: UidSetBuilder[] = [];
  let [from, copies] = [0, 0];
  for (const [uid, by] of [...steps].sort(([a], [b]) => a - b)) {
    for (let copy = 0; copy < Math.min(copies, mostCopies); copy++)
      (sets[copy] ??= new UidSetBuilder()).addRange(from, uid - 1);
    [from, copies] = [uid, copies + by];
  }
  return sets.map((set) => set.build());
}

/** A time that is to come, as one is after the clock was put back, is taken for now: else the row would stay until then. */
export function forgetExpired(connection: Connection, idx: number): void {
  const now = secondsOf(new Date());
  connection.run("UPDATE unconfirmed SET since = ? WHERE idx = ? AND since > ?", now, idx, now);
  connection.run("DELETE FROM unconfirmed WHERE idx = ? AND since < ?", idx, startOfWindow());
}

function startOfWindow(): number {
  return secondsOf(new Date(Date.now() - windowMs));
}
