// Deletes mailboxes that were deleted on the other server, after a last look at both. What is kept is renamed, and so can be had
// back. A run that is ended in between leaves a mailbox that neither server has under its name: the next one forgets it.

import type { ListedMailbox, Listing } from "../../mail/listing/list-mailboxes.ts";
import { lookUp } from "../../mail/listing/look-up.ts";
import type { FollowedDeletions } from "../../model/followed-deletions.ts";
import { isStraight } from "../../model/name-pairs.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { countUids } from "../../model/uid-set.ts";
import { changesNothing, type Run } from "../context/run.ts";
import { massDisappearance } from "../deletions/deletion-guard-words.ts";
import { isSideAsRecorded } from "../mailbox/glance.ts";
import { type Lost, moveOutOfLost } from "../moves/out-of-lost.ts";
import { leaveMailboxes } from "../renames/second-look.ts";
import {
  areTooMany,
  type Gone,
  type GoneMailbox,
  type GonePlan,
  type Left,
  planGone,
  tellsChanges,
} from "./gone-plan.ts";
import { carryOutDeletion, endSubscriptions, forgetMailbox } from "./keep-mailbox.ts";
import { isWhole, lookAgain, nowhereOf, type Scene } from "./look-again.ts";
import { hasGoneBack } from "./went-back.ts";

export interface Followed {
  /** The listings are out of date. */
  readonly isAny: boolean;
  /** Why mailboxes are left alone. */
  readonly reasons: ReadonlyMap<string, string>;
}

const nothing: Followed = { isAny: false, reasons: new Map() };

export async function followDeletions(run: Run, wanted: FollowedDeletions, scene: Scene): Promise<Followed> {
  // Who names mailboxes does not say what became of those above and below.
  if (run.isGiven === true || sides.some((side) => scene.listings[side].unreadable.length > 0)) return nothing;
  const isForgotten = await forgetVanished(run, scene);
  if (scene.gone.length === 0) return { ...nothing, isAny: isForgotten };
  const wentBack = sides.filter((side) => isBackOn(run, side, scene));
  const tooMany = sides.find((side) => !wentBack.includes(side) && lacksTooMany(run, side, scene));
  if (tooMany !== undefined) {
    holdAllBack(run, tooMany, scene);
    return { ...nothing, isAny: isForgotten };
  }
  const seen = await lookAgain(run, scene);
  if (seen === undefined) {
    await leaveMailboxes(run.sessions);
    return { ...nothing, isAny: true };
  }
  const { listed } = seen;
  const plan = planGone({
    ...{ ...scene, listed, wentBack, gone: seen.gone, which: wanted.which },
    isUnsettled: isUnsettledIn(run),
    countMapped: (idx) => run.store.mappings.count(idx),
  });
  const left = [...seen.left, ...plan.left];
  const roots: (typeof plan.roots)[number][] = [];
  const returning = [...plan.returning];
  for (const root of plan.roots) {
    const changed = await changedAmong(run, { ...scene, listed }, [root, ...root.below]);
    if (changed.length > 0) returning.push(...changed);
    else if (isTorn(scene.listings, root)) left.push({ ...root, reason: "map-mailbox pairs mailboxes below it" });
    else roots.push(root);
  }
  const doomed = roots.flatMap((root) => [root, ...root.below]);
  // Where another has the name, nothing comes back, and nothing else is left for its own sake.
  const others = scene.areReplaced === true ? [] : lostForGood(scene, [...returning, ...plan.left], wentBack);
  const areCopied = await moveOutOfLost(run, scene, {
    lost: [...doomed.map((one) => ({ ...one, isDoomed: true })), ...others],
  });
  await leaveMailboxes(run.sessions);
  // Nothing can come back to a name that is taken.
  if (scene.areReplaced === true) returning.length = 0;
  if (areCopied && (await haveNews(run, { ...scene, listed }, doomed))) return { ...nothing, isAny: true };
  if (roots.length > 0) admit(run, { ...plan, roots });
  for (const { idx } of returning) {
    // An earlier run may have been about to delete it.
    run.store.losses.forgetDeletion(idx);
    forgetMailbox(run, idx);
  }
  let isAny = isForgotten || returning.length > 0 || areCopied;
  for (const root of roots) {
    if (run.stop.aborted || run.skipped.has(root.name)) continue;
    const refusal = await carryOutDeletion(run, { ...scene, root, trash: wanted.trash, listed });
    if (refusal === undefined) isAny ||= !changesNothing(run);
    else left.push({ ...root, reason: refusal });
  }
  return { isAny, reasons: reasonsOf(left) };
}

/** Not those that a server lacks because it went back. */
function lostForGood({ known }: Scene, all: readonly Gone[], wentBack: readonly Side[]): readonly Lost[] {
  return all.flatMap(({ side, name }) => {
    const idx = known.get(name)?.idx;
    return idx === undefined || wentBack.includes(side) ? [] : [{ side, idx, name }];
  });
}

/** Where deletions are left to the user: only what was moved out of the mailboxes before is moved on the other server, too. */
export async function leaveDeleted(run: Run, scene: Scene): Promise<Followed> {
  if (run.isGiven === true || sides.some((side) => scene.listings[side].unreadable.length > 0)) return nothing;
  let looking: Promise<ReadonlySet<string>> | undefined;
  const look = async (): Promise<ReadonlySet<string>> => {
    const seen = await lookAgain(run, scene);
    return new Set(seen?.gone.map(({ name }) => name));
  };
  const isGone = async ({ name }: Lost): Promise<boolean> => (await (looking ??= look())).has(name);
  const isAny = await moveOutOfLost(run, scene, { lost: lostForGood(scene, scene.gone, []), isGone });
  await leaveMailboxes(run.sessions);
  return { ...nothing, isAny };
}

function reasonsOf(left: readonly Left[]): ReadonlyMap<string, string> {
  return new Map(left.flatMap(({ name, reason }) => (reason === undefined ? [] : [[name, reason] as const])));
}

/** With those of the last 24 hours: a server may lose one after the other. */
function lacksTooMany({ deletionLimit, guard }: Run, side: Side, { gone, known, listings }: Scene): boolean {
  if (deletionLimit === undefined) return false;
  const missing = gone.filter((one) => one.side === side).length;
  if (missing === 0) return false;
  const there = [...known.keys()].filter((name) => listings[side].mailboxes.get(name)?.exists === true).length;
  const lost = missing + guard.deletedMailboxes(side);
  return areTooMany(lost, lost + there);
}

function isBackOn({ skipped }: Run, side: Side, { known, listings, gone, areReplaced = false }: Scene): boolean {
  const replaced = new Set(areReplaced ? gone.map(({ name }) => name) : []);
  return hasGoneBack(side, known.values(), ({ name }) => {
    const listed = skipped.has(name) || replaced.has(name) ? undefined : listings[side].mailboxes.get(name);
    return listed?.exists === true ? listed.state : undefined;
  });
}

function holdAllBack(run: Run, side: Side, { gone, known }: Scene): void {
  const mailboxes = gone.map(({ name }) => name).sort();
  for (const name of mailboxes) run.skipped.add(name);
  const missing = gone.filter((one) => one.side === side).length;
  const before = run.guard.deletedMailboxes(side);
  const error = massDisappearance(side, { gone: missing, before, known: known.size + before });
  run.report({ type: "deletions-held-back", side, mailboxes, error });
}

/** @throws nothing: if it is too much, a line says so, and the mailboxes are skipped. */
function admit(run: Run, { roots }: Pick<GonePlan, "roots">): void {
  const all = roots.flatMap((root) => [root, ...root.below]).map((one) => withoutMoved(run, one));
  const error = run.guard.admitMailboxes(all);
  if (error === undefined) return;
  const mailboxes = all.map(({ name }) => name).sort();
  for (const name of mailboxes) run.skipped.add(name);
  run.report({ type: "deletions-held-back", side: undefined, mailboxes, error });
}

/** Messages that are in another mailbox of the server by now are not lost. */
function withoutMoved({ guard }: Run, one: GoneMailbox): GoneMailbox {
  const moved = guard.movedFrom(one.idx)?.[otherSide(one.side)];
  return moved === undefined ? one : { ...one, messages: one.messages - countUids(moved) };
}

function isUnsettledIn({ store: { refusals } }: Run): (idx: number) => boolean {
  const waiting = new Set(refusals.waits().map(({ idx }) => idx));
  return (idx) => waiting.has(idx) || refusals.messages(idx).length > 0 || refusals.changes(idx).length > 0;
}

type Looked = Scene & { readonly listed: PerSide<ReadonlyMap<string, ListedMailbox>> };

/** Where no number tells whether flags have changed, these are looked at. */
async function changedAmong(
  { sessions, store }: Run,
  { known, listed }: Looked,
  mailboxes: readonly GoneMailbox[],
): Promise<readonly GoneMailbox[]> {
  const changed: GoneMailbox[] = [];
  for (const one of mailboxes) {
    const side = otherSide(one.side);
    const record = known.get(one.name);
    if (record === undefined || one.messages === 0 || tellsChanges(record, side)) continue;
    const { idx, states, counts } = record;
    const { wireName } = listed[side].get(one.name)!;
    const look = { store, idx, states, counts, sessions, wireNames: perSide(() => wireName) };
    if (!(await isSideAsRecorded(look, side))) changed.push(one);
  }
  return changed;
}

/** Whether anything came to them while messages were copied. That may change a mod-sequence of theirs: of labels, it does. */
async function haveNews(
  { sessions }: Run,
  { listings, listed }: Looked,
  mailboxes: readonly GoneMailbox[],
): Promise<boolean> {
  const names = mailboxes.map(({ name }) => name);
  const now = await bothSides((side) => lookUp(sessions[side], { naming: listings[side].naming, names }));
  return mailboxes.some(({ name, side }) => {
    const [before, after] = [listed, now].map((told) => told[otherSide(side)].get(name));
    return before?.messages !== after?.messages || before?.state?.uidNext !== after?.state?.uidNext;
  });
}

/** On a server where what is below goes another way than here, one rename would tear mailboxes apart. */
function isTorn(listings: PerSide<Listing>, { side, name }: Gone): boolean {
  return !isStraight(name, listings[otherSide(side)].naming.pairs ?? []);
}

/** Known mailboxes that neither server has: both deleted them, or a run that did so was ended before it came to the database. */
async function forgetVanished(run: Run, { listings, known }: Scene): Promise<boolean> {
  if (!isWhole(run)) return false;
  const isThere = (name: string): boolean => sides.some((side) => listings[side].mailboxes.get(name)?.exists === true);
  const missing = [...known.values()].filter(
    ({ name }) => name !== "INBOX" && !isThere(name) && !run.isIgnored(name) && !run.skipped.has(name),
  );
  if (missing.length === 0 || areTooMany(missing.length, known.size)) return false;
  const vanished = await nowhereOf(run, { listings, mailboxes: missing });
  if (vanished.length === 0) return false;
  await endSubscriptions(run, { listings, names: vanished.map(({ name }) => name) });
  for (const { idx } of vanished) forgetMailbox(run, idx);
  return true;
}
