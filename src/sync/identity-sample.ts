// A look at a few messages of a mailbox whenever it is selected: are they the ones that were recorded? UIDs are given out again
// where a server was put back to an earlier state and has received more than it lost, and where another mailbox has got the
// name. No number tells that. What is asked leaves together with SELECT.

import { fetchIdentities, type MessageIdentity } from "../imap/commands/fetch.ts";
import { fingerprint, fitOf } from "../model/fingerprint.ts";
import { bothSides, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { uidSetOf } from "../model/uid-set.ts";
import type { PrintedPair } from "../store/mapping.ts";
import { pairsWithTexts, type WithText } from "./read-texts.ts";
import type { Doubts } from "./gone-back.ts";
import type { MailboxWork, OpenMailbox, Sample } from "./open-mailbox.ts";

/** So many of each side, the newest: they are the first to be given out again. */
const sampleSize = 3;

/** Undefined: nothing is recorded that could be looked at, or all is going to be. */
export function askForSample(work: MailboxWork): Sample | undefined {
  const { before, repairs } = work;
  const { local, remote } = before;
  if (repairs || local === undefined || remote === undefined) return undefined;
  return sampleOf(work, { local: local.uidNext, remote: remote.uidNext });
}

function sampleOf(work: MailboxWork, below: PerSide<number>): Sample | undefined {
  const newest = work.store.newestPairs(work.idx, { below, limit: sampleSize });
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
  const empty = sides.filter((side) => told[side]?.length === 0);
  const another = empty.length === 0 ? undefined : sampleOf(mailbox, beforeVanished(mailbox, sample.rows));
  if (another === undefined) return judge(mailbox, sample.rows, told);
  return judge(mailbox, another.rows, await bothSides((side) => another.found[side]));
}

/** Where the newest are gone, older ones are looked at. */
function beforeVanished({ views }: OpenMailbox, rows: readonly PerSide<number>[]): PerSide<number> {
  return perSide((side) => {
    const oldest = Math.min(...rows.map((row) => row[side]));
    const gone = views[side].vanished.ranges.find(([first, last]) => first <= oldest && oldest <= last);
    return Math.min(oldest, gone?.[0] ?? oldest);
  });
}

async function judge(
  mailbox: OpenMailbox,
  rows: readonly PrintedPair[],
  told: PerSide<readonly MessageIdentity[] | undefined>,
): Promise<Doubts> {
  const byUid = perSide((side) => new Map(told[side]?.map((message) => [message.uid, message])));
  const seen = rows.map((row) => ({ row, messages: perSide((side) => byUid[side].get(row[side])) }));
  const doubts: Record<Side, string | undefined> = { local: undefined, remote: undefined };
  const known: PrintedPair[] = [];
  const unclear: PerSide<MessageIdentity>[] = [];
  for (const { row, messages } of seen) {
    const { local, remote } = messages;
    if (local !== undefined && remote !== undefined) {
      const verdict = verdictOf(row, { local, remote });
      if (verdict === "right") known.push({ ...row, prints: printsOf({ local, remote }) });
      else if (verdict === "unclear") unclear.push({ local, remote });
      else for (const side of verdict) doubts[side] = isAnother(row, side);
    } else
      for (const side of sides) {
        const message = messages[side];
        if (message !== undefined && fitOf(row.prints[side], message) === "other") doubts[side] = isAnother(row, side);
      }
  }
  await lookCloser(mailbox, unclear, { doubts, known });
  learn(mailbox, rows, known);
  return doubts;
}

/** The sides whose message is another one, if that can be told. */
function verdictOf(row: PrintedPair, messages: PerSide<MessageIdentity>): "right" | "unclear" | readonly Side[] {
  const fits = perSide((side) => fitOf(row.prints[side], messages[side]));
  if (sides.every((side) => fits[side] === "same")) return "right";
  const { local, remote } = messages;
  const isSameName = local.messageId !== undefined && local.messageId === remote.messageId;
  if (isSameName && local.size === remote.size && !sides.some((side) => fits[side] === "other")) return "right";
  if (local.messageId === undefined && remote.messageId === undefined)
    return Object.is(local.date, remote.date) && local.size === remote.size ? "right" : "unclear";
  const others = sides.filter((side) => fits[side] === "other");
  const isClear = others.length === 2 || sides.some((side) => fits[side] === "same");
  return others.length > 0 && isClear ? others : "unclear";
}

function printsOf(messages: PerSide<MessageIdentity>): PrintedPair["prints"] {
  return perSide((side) => fingerprint(messages[side]));
}

function isAnother(row: PerSide<number>, side: Side): string {
  return `UID ${String(row[side])} is another message than it was`;
}

interface Findings {
  readonly doubts: Record<Side, string | undefined>;
  readonly known: PrintedPair[];
}

/** Servers alter messages, and measure them in different ways: those are right whose texts are the same. */
async function lookCloser(
  mailbox: OpenMailbox,
  unclear: readonly PerSide<MessageIdentity>[],
  { doubts, known }: Findings,
): Promise<void> {
  if (unclear.length === 0) return;
  for (const pair of await pairsWithTexts(mailbox, unclear)) {
    const row = perSide((side) => pair[side].uid);
    if (areTheSame(pair)) known.push({ ...row, prints: printsOf(pair) });
    else for (const side of sides) doubts[side] = isAnother(row, side);
  }
}

/** Many messages have the same text; those that differ in it are versions, or were written anew by a server. */
function areTheSame({ local, remote }: PerSide<WithText>): boolean {
  return local.text === remote.text && (local.messageId === remote.messageId || local.author === remote.author);
}

/** In one commit; mostly there is nothing to learn. */
function learn({ store, idx }: OpenMailbox, rows: readonly PrintedPair[], known: readonly PrintedPair[]): void {
  const recorded = new Map(rows.map((row) => [row.local, row.prints]));
  const isNews = ({ local, prints }: PrintedPair): boolean =>
    sides.some((side) => prints[side] !== recorded.get(local)?.[side]);
  store.setPrints(idx, known.filter(isNews));
}
