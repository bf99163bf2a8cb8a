// A look at a few messages of a mailbox whenever it is selected: are they the ones that were recorded? UIDs are given out again
// where a server was put back to an earlier state and has received more than it lost, and where another mailbox has got the
// name. No number tells that. What is asked leaves together with SELECT.

import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import type { PrintedPair } from "../../state/fingerprints.ts";
import type { MailboxWork, OpenMailbox, Sample } from "../context/open-mailbox.ts";
import type { Doubts } from "../recovery/gone-back.ts";
import { readablePairs, type WithText } from "./read-texts.ts";
import { type Compared, compareRows, needsTexts, standingsByText } from "./recorded-pair.ts";

/** How many of the newest messages of each side are asked for: their UIDs are the first to be given out again. */
const sampleSize = 3;

/** Undefined: nothing is recorded that could be looked at, or all is going to be. */
export function askForSample(work: MailboxWork): Sample | undefined {
  const { before, repairs } = work;
  const { local, remote } = before;
  if (repairs || local === undefined || remote === undefined) return undefined;
  return sampleOf(work, { local: local.uidNext, remote: remote.uidNext });
}

function sampleOf(work: MailboxWork, below: PerSide<number>): Sample | undefined {
  const newest = work.store.fingerprints.newest(work.idx, { below, limit: sampleSize });
  // What was copied since the checkpoint is looked at in any case.
  const rows = newest.filter((row) => sides.every((side) => row[side] < below[side]));
  return rows.length === 0 ? undefined : { rows, found: perSide((side) => ask(work, side, rows)) };
}

function ask({ sessions }: MailboxWork, side: Side, rows: readonly PrintedPair[]): Sample["found"][Side] {
  const uids = uidSetOf(rows.map((row) => row[side]));
  return fetchIdentities(sessions[side], uids, { withFlags: false }).catch(() => undefined);
}

/** What was learnt of messages that are the recorded ones is recorded. */
export async function judgeSample(mailbox: OpenMailbox, sample: Sample): Promise<Doubts> {
  const told = await bothSides((side) => sample.found[side]);
  const doubts = await judge(mailbox, sample.rows, told);
  if (!sides.some((side) => told[side]?.length === 0)) return doubts;
  const older = sampleOf(mailbox, beforeVanished(mailbox, sample.rows));
  if (older === undefined) return doubts;
  const more = await judge(mailbox, older.rows, await bothSides((side) => older.found[side]));
  return perSide((side) => doubts[side] ?? more[side]);
}

/** Where the newest are gone, older ones are looked at. */
function beforeVanished({ views }: OpenMailbox, rows: readonly PerSide<number>[]): PerSide<number> {
  return perSide((side) => {
    const oldest = Math.min(...rows.map((row) => row[side]));
    const gone = views[side].pending.vanished.ranges.find(([first, last]) => first <= oldest && oldest <= last);
    return Math.min(oldest, gone?.[0] ?? oldest);
  });
}

async function judge(
  mailbox: OpenMailbox,
  rows: readonly PrintedPair[],
  told: PerSide<readonly MessageIdentity[] | undefined>,
): Promise<Doubts> {
  const byUid = perSide((side) => new Map(told[side]?.map((message) => [message.uid, message])));
  const judged = await lookCloser(mailbox, compareRows(rows, byUid));
  learn(mailbox, judged);
  return perSide((side) => {
    const other = judged.findLast(({ standings }) => standings[side] === "other");
    return other && `UID ${String(other.row[side])} is another message than it was`;
  });
}

/** Servers alter messages, and measure them in different ways: those are right whose texts are the same. */
async function lookCloser(mailbox: OpenMailbox, seen: readonly Compared[]): Promise<readonly Compared[]> {
  const unclear = seen.flatMap(({ messages: { local, remote }, standings }) =>
    local !== undefined && remote !== undefined && needsTexts(standings) ? [{ local, remote }] : [],
  );
  if (unclear.length === 0) return seen;
  const read = new Map((await readUnclear(mailbox, unclear)).map((pair) => [pair.local.uid, pair]));
  return seen.map((one) => {
    const pair = read.get(one.row.local);
    return pair === undefined ? one : { ...one, standings: standingsByText(one.standings, pair) };
  });
}

/** What was reported about their flags is off the ledgers when they are read, and not dealt with yet. */
async function readUnclear(
  mailbox: OpenMailbox,
  unclear: readonly PerSide<MessageIdentity>[],
): Promise<readonly PerSide<WithText>[]> {
  const { flags } = mailbox;
  const told = perSide(
    (side) => new Map(unclear.map((pair) => [pair[side].uid, flags[side].changeOf(pair[side].uid)])),
  );
  const read = await readablePairs(mailbox, unclear);
  for (const side of sides) {
    const latest = new Map(read.map((pair) => [pair[side].uid, pair[side].flags]));
    for (const [uid, change] of told[side])
      if (change !== undefined) flags[side].note(uid, { ...change, flags: latest.get(uid) ?? change.flags });
  }
  return read;
}

/** In one commit; mostly there is nothing to learn. */
function learn({ store, idx }: OpenMailbox, judged: readonly Compared[]): void {
  const known = judged.flatMap(({ row, messages: { local, remote }, standings }) => {
    if (local === undefined || remote === undefined || sides.some((side) => standings[side] !== "same")) return [];
    const prints = { local: fingerprint(local), remote: fingerprint(remote) };
    return sides.some((side) => prints[side] !== row.prints[side]) ? [{ ...row, prints }] : [];
  });
  store.fingerprints.set(idx, known);
}
