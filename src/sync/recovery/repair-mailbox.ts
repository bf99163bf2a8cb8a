// Checks one mailbox in full and mends what is recorded of it: with --repair, or because a server went back. All identities and
// flags of both sides are compared with the database. What is to be copied, deleted or stored then is left to the rounds that follow.

import { fetchFlags, fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import type { FlagChange } from "../../imap/mailbox-view.ts";
import { fingerprint, fitOf } from "../../model/fingerprint.ts";
import { InterimapError } from "../../model/errors.ts";
import { bothSides, perSide, sides, type PerSide, type Side } from "../../model/side.ts";
import { formatUidSet, hasUid, maxUid, subtract, uidRange, uidSetOf, union } from "../../model/uid-set.ts";
import type { PrintedPair, Prints } from "../../state/mapping.ts";
import { identitiesLeftOut } from "../mailbox/hear-out.ts";
import { uniteFlags } from "../flags/unite-flags.ts";
import { nothingSeen, type MailboxState } from "../../model/mailbox-state.ts";
import { uidLimit, type OpenMailbox } from "../context/open-mailbox.ts";
import { indistinctKeys } from "../../mail/matching/identify-plan.ts";
import { identityKey, likeness } from "../../mail/matching/match-plan.ts";
import { identify } from "../identity/pair-messages.ts";
import { Findings, planRepair, type Anomaly, type RepairPlan } from "./repair-plan.ts";
import { forgetTakenRefusals } from "../refused/record-refusal.ts";
import { adopt } from "./resume.ts";
import { straysFrom } from "../mailbox/strays.ts";

/** @throws InterimapError; then nothing of the mailbox was changed. */
export async function repairMailbox(mailbox: OpenMailbox): Promise<void> {
  const { views, before, progress, isDoubtful } = mailbox;
  const told = perSide((side) => uidLimit(mailbox, side));
  // Set aside: the flags are about to be read, and only what is reported afterwards is news.
  const announced = perSide((side) => views[side].takeAllChanges());
  const compared = await compareRows(mailbox);
  await addUnrecorded(mailbox, { ...compared, uidNext: told });
  await addIndistinct(mailbox, compared);
  const { rows, messages, prints, restyled, last } = compared;
  // A UIDNEXT below that of a message is not true: what is missing there may have been one.
  const uidNext = perSide((side) => Math.max(told[side], last[side] + 1));
  const identified = await identify(
    mailbox,
    perSide((side) => [...messages[side].values()]),
  );
  const plan = planRepair({
    rows,
    messages: perSide((side) => new Map(identified.messages[side].map((message) => [message.uid, message]))),
    prints,
    keyOf: identified.keyOf,
    uidNext,
    floors: perSide((side) => before[side]?.uidNext ?? 1),
    vanished: perSide((side) => views[side].vanished),
    refused: perSide((side) => progress[side].refused),
    waiting: perSide((side) => progress[side].wait?.firstUid),
    isDoubtful,
  });
  reportAnomalies(mailbox, plan.anomalies);
  const isBeyond = reportStates(mailbox) || sides.some((side) => isDoubtful[side]);
  if (isBeyond || plan.anomalies.length + plan.adopt.length > 0) mend(mailbox, plan);
  forgetTakenRefusals(mailbox);
  learnKept(mailbox, plan.keep, prints);
  for (const side of sides) views[side].noteVanished(plan.propagate[side]);
  reportAnomalies(mailbox, compareFlags(mailbox, { pairs: [...restyled.values(), ...plan.keep], announced }));
}

/** So many rows are compared at once; what is as it should be is not kept. */
const sliceSize = 20_000;

interface Compared {
  /** Those that do not simply pair two equal messages, and the messages they name. */
  readonly rows: PerSide<number>[];
  readonly messages: PerSide<Map<number, MessageIdentity>>;
  /** By local UID, of these rows. */
  readonly prints: Map<number, Prints>;
  /** By local UID, equal messages that are paired, but for their flags. */
  readonly restyled: Map<number, PerSide<MessageIdentity>>;
  /** How many messages were told of. */
  readonly read: PerSide<number>;
  /** The highest UID of these; 0: there are none. */
  readonly last: PerSide<number>;
}

async function compareRows(mailbox: OpenMailbox): Promise<Compared> {
  const rows: PerSide<number>[] = [];
  const messages = perSide(() => new Map<number, MessageIdentity>());
  const prints = new Map<number, Prints>();
  const restyled = new Map<number, PerSide<MessageIdentity>>();
  const read = { local: 0, remote: 0 };
  const last = { local: 0, remote: 0 };
  for (const slice of mailbox.store.allPairs(mailbox.idx, sliceSize)) {
    const whole = slice.filter((row) => isWhole(mailbox, row));
    const found = await bothSides((side) => messagesOf(mailbox, side, whole));
    for (const side of sides) {
      read[side] += found[side].size;
      for (const uid of found[side].keys()) if (uid > last[side]) last[side] = uid;
    }
    const known = mailbox.store.printsOf(mailbox.idx, slice);
    const seen: PrintedPair[] = [];
    for (const row of whole) {
      const { local, remote } = perSide((side) => found[side].get(row[side]));
      const recorded = known.get(row.local) ?? noPrints;
      if (local !== undefined && remote !== undefined && areTheRecorded({ local, remote }, recorded)) {
        const now = { local: fingerprint(local), remote: fingerprint(remote) };
        if (sides.some((side) => now[side] !== recorded[side])) seen.push({ ...row, prints: now });
        if (local.flags !== remote.flags) restyled.set(row.local, { local, remote });
        continue;
      }
      rows.push(row);
      prints.set(row.local, recorded);
      if (local !== undefined) messages.local.set(row.local, local);
      if (remote !== undefined) messages.remote.set(row.remote, remote);
    }
    mailbox.store.setPrints(mailbox.idx, seen);
  }
  return { rows, messages, prints, restyled, read, last };
}

/** What cannot be deleted, though its counterpart is gone, is as it should be. */
function isWhole({ progress }: OpenMailbox, row: PerSide<number>): boolean {
  return !sides.some((side) => hasUid(progress[side].undeletable, row[side]));
}

/** Of messages that have to be read to be told apart, rows that looked right may be another's. Their fingerprints find them. */
async function addIndistinct(mailbox: OpenMailbox, { rows, messages, prints, restyled }: Compared): Promise<void> {
  const { store, idx } = mailbox;
  const keys = indistinctKeys(messages);
  if (keys.size === 0) return;
  const alike = [...messages.local.values(), ...messages.remote.values()].filter((one) => keys.has(identityKey(one)));
  const looks = new Set(alike.map(fingerprint));
  const doubted = new Set(rows.map(({ local }) => local));
  for (const slice of store.allPairs(idx, sliceSize)) {
    const known = store.printsOf(idx, slice);
    const like = slice.filter((row) => {
      const print = known.get(row.local)?.local;
      return print !== undefined && looks.has(print) && !doubted.has(row.local) && isWhole(mailbox, row);
    });
    if (like.length === 0) continue;
    const found = await bothSides((side) => messagesOf(mailbox, side, like));
    for (const row of like) {
      const { local, remote } = perSide((side) => found[side].get(row[side]));
      // What has vanished by now is news.
      if (local === undefined || remote === undefined || !keys.has(identityKey(local))) continue;
      rows.push(row);
      prints.set(row.local, known.get(row.local)!);
      messages.local.set(row.local, local);
      messages.remote.set(row.remote, remote);
      restyled.delete(row.local);
    }
  }
}

const noPrints: Prints = { local: undefined, remote: undefined };

/** Without Message-ID date and size are not enough. What a server has altered is known by what it looked like. */
function areTheRecorded(pair: PerSide<MessageIdentity>, prints: Prints): boolean {
  if (pair.local.messageId !== undefined && likeness(pair) === "equal") return true;
  return sides.every((side) => fitOf(prints[side], pair[side]) === "same");
}

/** Rows beyond UIDNEXT are asked for, too: it may be UIDNEXT that is wrong. */
async function messagesOf(
  { sessions, views }: OpenMailbox,
  side: Side,
  rows: readonly PerSide<number>[],
): Promise<ReadonlyMap<number, MessageIdentity>> {
  const uids = uidSetOf(rows.map((row) => row[side]).filter((uid) => uid >= 1 && uid <= maxUid));
  const identities = await fetchIdentities(sessions[side], uids);
  const messages = new Map(identities.map((identity) => [identity.uid, identity]));
  // A message that the server only fails to describe must not be taken for one that is gone.
  const missing = subtract(uids, uidSetOf(messages.keys()));
  const there = await fetchFlags(sessions[side], missing);
  views[side].requireRead(missing, side);
  if (there.size === 0) return messages;
  throw new InterimapError(
    "COMMAND_REFUSED",
    `the server does not tell Message-ID, date and size of UID ${formatUidSet(uidSetOf(there.keys()))}`,
    { side, hint: "nothing was repaired in this mailbox" },
  );
}

interface Everything extends Pick<Compared, "messages" | "read"> {
  readonly uidNext: PerSide<number>;
}

/** Messages without a row. One that was left out would be copied. */
async function addUnrecorded(mailbox: OpenMailbox, { uidNext, messages, read }: Everything): Promise<void> {
  const { store, idx, sessions, views, progress } = mailbox;
  const areAll = (side: Side, found: readonly MessageIdentity[]): boolean =>
    read[side] + found.length >= views[side].exists;
  await bothSides(async (side) => {
    const { strays } = progress[side];
    const asked = union(subtract(uidRange(1, uidNext[side] - 1), store.mappedUids(idx, side)), strays);
    const found = await fetchIdentities(sessions[side], asked);
    const told = uidSetOf(found.map(({ uid }) => uid));
    views[side].requireRead(subtract(asked, told), side);
    const leftOut = areAll(side, found) ? [] : await identitiesLeftOut(mailbox, side, { asked, told });
    const all = [...found, ...leftOut];
    if (!areAll(side, all)) {
      progress[side].strays = union(strays, await straysFrom(mailbox, side, uidNext[side]));
      all.push(...(await fetchIdentities(sessions[side], subtract(progress[side].strays, asked), { areThere: true })));
    }
    for (const identity of all) messages[side].set(identity.uid, identity);
  });
}

/**
 * One transaction. Killed after it, the next run, with or without --repair, matches and copies what is left. What the
 * servers told of must be told again then: a state that can be believed stays.
 */
function mend(mailbox: OpenMailbox, { drop, adopt: pairs }: RepairPlan): void {
  const { store, idx, before, views, progress } = mailbox;
  store.transaction(() => {
    store.removeMappings(
      idx,
      drop.map(({ local }) => local),
    );
    adopt(mailbox, pairs);
    store.startOver(
      idx,
      perSide((side) => {
        const state = before[side];
        const isBelievable = state !== undefined && aheadOf(mailbox, side, state).length === 0;
        return isBelievable ? state : nothingSeen(views[side].uidValidity);
      }),
    );
  });
  for (const side of sides) {
    progress[side].floor = 1;
    progress[side].mapped = store.mappedUids(idx, side);
  }
}

/** What such a row stands for looks like this from now on: else each run would find that it is not what it was. */
function learnKept({ store, idx }: OpenMailbox, keep: RepairPlan["keep"], prints: ReadonlyMap<number, Prints>): void {
  const kept = keep.map(({ local, remote }): PrintedPair => {
    const now = { local: fingerprint(local), remote: fingerprint(remote) };
    return { local: local.uid, remote: remote.uid, prints: now };
  });
  const isNews = (row: PrintedPair): boolean =>
    sides.some((side) => row.prints[side] !== prints.get(row.local)?.[side]);
  store.setPrints(idx, kept.filter(isNews));
}

interface Comparison {
  readonly pairs: readonly PerSide<MessageIdentity>[];
  /** By the servers' word, changed since the last checkpoint. */
  readonly announced: PerSide<ReadonlyMap<number, FlagChange>>;
}

/** A change that a server told of is carried over as in every run; what differs without a word is united. */
function compareFlags(mailbox: OpenMailbox, { pairs, announced }: Comparison): Anomaly[] {
  const { views } = mailbox;
  const unexplained = pairs.filter((pair) => {
    if (pair.local.flags === pair.remote.flags) return false;
    const changed = sides.filter((side) => announced[side].has(pair[side].uid));
    for (const side of changed) {
      const { uid, flags } = pair[side];
      const modSeq = announced[side].get(uid)?.modSeq ?? 0n;
      if (views[side].changeOf(uid) === undefined) views[side].noteChange(uid, { flags, modSeq });
    }
    return sides.every((side) => views[side].changeOf(pair[side].uid) === undefined);
  });
  const found = new Findings();
  for (const pair of uniteFlags(mailbox, unexplained)) {
    found.add("flags-differ", "local", { local: pair.local.uid, remote: pair.remote.uid });
  }
  return found.anomalies();
}

/** Where a server went back, that has been said, and explains everything. */
function reportAnomalies({ report, name, repairs }: OpenMailbox, anomalies: readonly Anomaly[]): void {
  if (!repairs) return;
  for (const anomaly of anomalies) report({ type: "anomaly", mailbox: name, ...anomaly });
}

/** Returns whether what is recorded of a server is ahead of it, which cannot be. */
function reportStates(mailbox: OpenMailbox): boolean {
  const { before, report, name } = mailbox;
  const found = sides.flatMap((side) => {
    const recorded = before[side];
    return recorded === undefined ? [] : aheadOf(mailbox, side, recorded).map((finding) => ({ side, ...finding }));
  });
  for (const finding of found) report({ type: "state-ahead", mailbox: name, ...finding });
  return found.length > 0;
}

interface Ahead {
  readonly item: "UIDNEXT" | "HIGHESTMODSEQ";
  readonly recorded: string;
  readonly actual: string;
}

function aheadOf(mailbox: OpenMailbox, side: Side, recorded: MailboxState): Ahead[] {
  const items = [
    ["UIDNEXT", recorded.uidNext, uidLimit(mailbox, side)],
    ["HIGHESTMODSEQ", recorded.highestModSeq, mailbox.views[side].highestModSeq],
  ] as const;
  return items.flatMap(([item, known, now]) =>
    known > now ? [{ item, recorded: String(known), actual: String(now) }] : [],
  );
}
