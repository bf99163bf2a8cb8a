// A last check: does each side have as many messages as are recorded? If not, the server is asked which messages there are. A
// message that disappeared unreported is copied again, and one that appeared unreported is copied. When in doubt, one message
// too many is better than one too few.

import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { noop } from "../../imap/verbs/mailbox.ts";
import { existingUids } from "../../imap/verbs/search.ts";
import { observeAgain } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import {
  countUids,
  emptyUidSet,
  hasUid,
  intersect,
  isEmpty,
  subtract,
  uidRange,
  type UidSet,
  uidSetOf,
  uidsOf,
  union,
} from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { forgetUnknown } from "../deletions/confirm-vanished.ts";
import { Findings } from "../recovery/repair-plan.ts";
import { adoptUnrecorded } from "../recovery/resume.ts";
import { clearRefusal, refusedUids } from "../refused/record-refusal.ts";
import { goneAlready } from "../refused/refused-changes.ts";
import { straysFrom } from "./strays.ts";

/** The answer to a search is one line, which must not exceed the limit for lines. */
const sliceSize = 10_000;

/**
 * `after`: what the servers say now that all news have been dealt with. Returns whether each side has what is recorded. If not,
 * the database is corrected, and one more round is needed.
 */
export async function isBalanced(mailbox: OpenMailbox, after: PerSide<MailboxState>): Promise<boolean> {
  const rows = mailbox.store.mappings.count(mailbox.idx);
  const doubtful = sides.filter((side) => {
    if (!isComparable(mailbox, side, after[side])) return false;
    const isLow = after[side].uidNext < (mailbox.before[side]?.uidNext ?? 0);
    return isLow ? excess(mailbox, side) > 0 : surplus(mailbox, side, { rows, uidNext: after[side].uidNext }) !== 0;
  });
  if (doubtful.length === 0) return true;
  const found = await bothSides((side) =>
    doubtful.includes(side) ? compare(mailbox, side, after[side].uidNext) : Promise.resolve(nothing),
  );
  const isNothing = sides.every((side) => isEmpty(found[side].missing) && isEmpty(found[side].unrecorded));
  if (!isNothing) await mend(mailbox, found);
  if (!isNothing || sides.some((side) => !isEmpty(mailbox.views[side].pending.vanished))) return false;
  let areStrays = false;
  for (const side of doubtful) {
    // Asked when the mailbox was selected again, because the count may have been wrong only once.
    const more = excess(mailbox, side, mailbox.views[side].exists);
    if (more <= 0) continue;
    const strays = await straysFrom(mailbox, side, after[side].uidNext);
    if (isEmpty(strays)) throw untold(mailbox, side, more);
    mailbox.progress[side].strays = strays;
    areStrays = true;
  }
  return !areStrays;
}

interface Difference {
  /** Have a row, or were refused, and do not exist. */
  readonly missing: UidSet;
  /** Exist, and are not recorded. */
  readonly unrecorded: UidSet;
}

const nothing: Difference = { missing: emptyUidSet, unrecorded: emptyUidSet };

/**
 * The number of waiting messages is not recorded, so it cannot be checked. A server that was restored to an earlier state is
 * handled elsewhere.
 */
function isComparable({ progress, before }: OpenMailbox, side: Side, now: MailboxState): boolean {
  const [then = noModSeq, { highestModSeq }] = [before[side]?.highestModSeq, now];
  return progress[side].wait === undefined && (highestModSeq === noModSeq || highestModSeq >= then);
}

/** By how many messages the server's count exceeds all that are recorded, whatever its UIDNEXT. */
function excess(mailbox: OpenMailbox, side: Side, exists = Infinity): number {
  const { store, idx, progress } = mailbox;
  const gone = countUids(progress[otherSide(side)].undeletable);
  const recorded = store.mappings.count(idx) - gone + countUids(refusedUids(mailbox, side));
  return Math.min(progress[side].counted, exists) - recorded;
}

interface Counted {
  readonly rows: number;
  readonly uidNext: number;
}

/** By how many messages the server's count exceeds what is recorded; negative if some are missing. */
function surplus(mailbox: OpenMailbox, side: Side, { rows, uidNext }: Counted): number {
  const { progress } = mailbox;
  const below = uidRange(1, uidNext - 1);
  const beyond = countUids(subtract(progress[side].mapped, below));
  // A message that the other side refuses to delete keeps its row, though it is gone here.
  const gone = countUids(progress[otherSide(side)].undeletable);
  const recorded = rows - beyond - gone + countUids(intersect(refusedUids(mailbox, side), below));
  return progress[side].counted - recorded;
}

/**
 * Call this when all is done: what the next run is to ask for again must not be covered by the checkpoint.
 * @throws InterimapError MAILBOX_PROTOCOL when messages are there of which the server did not tell anything.
 */
export function requireAllTold(mailbox: OpenMailbox, after: PerSide<MailboxState>): void {
  const { progress, store, idx } = mailbox;
  for (const side of sides.filter((one) => progress[one].untold > 0)) {
    const more = surplus(mailbox, side, { rows: store.mappings.count(idx), uidNext: after[side].uidNext });
    // They may have been reported since, or be gone.
    if (more <= 0) continue;
    throw untold(mailbox, side, more);
  }
}

function untold({ progress }: OpenMailbox, side: Side, more: number): InterimapError {
  const all = String(progress[side].counted);
  const message = `the server counts ${all} messages but does not list ${String(more)} of them`;
  return new InterimapError("MAILBOX_PROTOCOL", message, { side, hint: "the others were synchronised" });
}

async function compare(mailbox: OpenMailbox, side: Side, uidNext: number): Promise<Difference> {
  const { store, idx, sessions, views, before } = mailbox;
  const below = uidRange(1, uidNext - 1);
  // The server may report now what it left out before. And this session may not have seen yet what another session of ours
  // appended.
  await observeAgain(sessions[side], mailbox.observed[side], { since: before[side] });
  forgetUnknown(mailbox, side);
  const slices = [...store.mappings.all(idx, sliceSize)].map((slice) => uidSetOf(slice.map((pair) => pair[side])));
  const recorded = [refusedUids(mailbox, side), ...slices].map((uids) => intersect(uids, below));
  const silent: UidSet[] = [];
  for (const uids of recorded) silent.push(subtract(uids, await existingUids(sessions[side], uids)));
  const missing = subtract(silent.reduce(union), goneAlready(mailbox, side));
  // A search may omit messages that exist; NOOP reports what somebody deletes now.
  const there = uidSetOf((await fetchFlags(sessions[side], missing)).keys());
  views[side].requireRead(subtract(missing, there), side);
  const unrecorded = await existingUids(sessions[side], subtract(below, recorded.reduce(union)));
  await noop(sessions[side]);
  const { vanished } = views[side].pending;
  return { missing: subtract(subtract(missing, there), vanished), unrecorded: subtract(unrecorded, vanished) };
}

/** Drops the rows of missing messages. Their counterparts, and messages that were not recorded, become new. */
async function mend(mailbox: OpenMailbox, found: PerSide<Difference>): Promise<void> {
  const { store, idx, progress, report, name } = mailbox;
  const pairs = new Map(
    sides.flatMap((side) => store.mappings.pairsOf(idx, side, found[side].missing)).map((pair) => [pair.local, pair]),
  );
  const left = perSide((side) =>
    uidSetOf([...pairs.values()].map((pair) => pair[side]).filter((uid) => !hasUid(found[side].missing, uid))),
  );
  const findings = new Findings();
  for (const pair of pairs.values()) {
    const [side, another] = sides.filter((one) => hasUid(found[one].missing, pair[one]));
    findings.add(another === undefined ? "gone" : "gone-on-both", side!, pair);
  }
  for (const side of sides)
    for (const uid of uidsOf(found[side].unrecorded))
      findings.add("unrecorded", side, { local: 0, remote: 0, [side]: uid });
  store.transaction(() => {
    store.mappings.remove(idx, [...pairs.keys()]);
    for (const side of sides) for (const uid of uidsOf(found[side].missing)) clearRefusal(mailbox, side, uid);
  });
  for (const anomaly of findings.anomalies()) report({ type: "anomaly", mailbox: name, ...anomaly });
  const fresh = perSide((side) => union(left[side], found[side].unrecorded));
  for (const side of sides) takeForNew(mailbox, side, fresh[side]);
  if (sides.every((side) => !isEmpty(fresh[side])))
    await adoptUnrecorded(
      mailbox,
      perSide((side) => progress[side].floor),
    );
}

/** Examined from the first of them on, like what arrived since the last checkpoint. */
export function takeForNew(mailbox: OpenMailbox, side: Side, uids: UidSet): void {
  const { store, idx, progress } = mailbox;
  const first = uids.ranges[0]?.[0];
  if (first === undefined) return;
  // Messages refused in this run are not offered twice in it.
  for (const uid of uidsOf(refusedUids(mailbox, side))) progress[side].refused.add(uid);
  progress[side].floor = Math.min(progress[side].floor, first);
  progress[side].mapped = store.mappings.uids(idx, side, progress[side].floor);
}
