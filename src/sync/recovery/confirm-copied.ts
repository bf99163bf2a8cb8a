// What an interrupted round copied was not looked at before it ended. Its rows are what the servers told (APPENDUID), which may
// be wrong: no deletion follows from a row that nothing confirms, and none is kept for which another message answers.

import { fetchIdentities } from "../../imap/verbs/fetch.ts";
import { observeAgain } from "../../mail/observe/observe.ts";
import { fitOf } from "../../model/fingerprint.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import {
  emptyUidSet,
  hasUid,
  intersect,
  isEmpty,
  lastUid,
  maxUid,
  subtract,
  uidRange,
  type UidSet,
  uidSetOf,
  union,
} from "../../model/uid-set.ts";
import { type OpenMailbox, uidLimit } from "../context/open-mailbox.ts";
import { findWrongUids, near } from "../copies/wrong-uids.ts";
import { compareFlags } from "../identity/compare-pairs.ts";
import { forgetTakenRefusals } from "../refused/record-refusal.ts";
import { goneAlready } from "../refused/refused-changes.ts";
import { copiedPairs, forgetChangesOf, unrecordedUids } from "./resume.ts";

/**
 * Compares in full what was copied since the checkpoint, before anything else is compared, and drops the rows of what is not
 * confirmed. One that is missing was deleted only if the server says so. Where a UID is wrong no other of that server is
 * believed, and all that it got in that round is matched anew.
 */
export async function confirmCopied(mailbox: OpenMailbox): Promise<void> {
  const { interrupted: floors, progress, views, before, wasInterrupted, isTakenOver } = mailbox;
  if (floors === undefined) return;
  forgetTakenRefusals(mailbox);
  const missing = await compareFlags(mailbox, copiedPairs(mailbox));
  for (const target of sides) {
    // A marker may go back further: what is below the recorded UIDNEXT was looked at before that was recorded.
    const firstCopied = Math.max(floors[target], before[target]?.uidNext ?? 1);
    // Else no round of ours was interrupted, or another program recorded what it copied.
    const isDoubtful = wasInterrupted && !isTakenOver;
    const copied = isDoubtful ? intersect(progress[target].mapped, uidRange(firstCopied, maxUid)) : emptyUidSet;
    views[target].pending.noteVanished(subtract(missing[target], copied));
    const unknown = subtract(intersect(missing[target], copied), goneAlready(mailbox, target));
    const wrong = lastUid(unknown) >= uidLimit(mailbox, target) ? copied : emptyUidSet;
    // A repair says itself which rows have UIDs that were never given out.
    const left = mailbox.repairs ? uidRange(uidLimit(mailbox, target), maxUid) : emptyUidSet;
    const gone = subtract(unknown, left);
    const unconfirmed = isEmpty(wrong)
      ? await findUnconfirmed(mailbox, target, { floors, missing, copied, gone })
      : subtract(wrong, left);
    if (!isEmpty(subtract(gone, unconfirmed))) await askWhetherDeleted(mailbox, target, gone);
    dropRows(mailbox, target, {
      floors,
      missing,
      uids: union(unconfirmed, subtract(gone, views[target].pending.vanished)),
    });
  }
}

interface Copied {
  readonly floors: PerSide<number>;
  readonly missing: PerSide<UidSet>;
  /** The UIDs on the target that have a row since the interrupted round. */
  readonly copied: UidSet;
  /** Those of them that are missing, and should be there. */
  readonly gone: UidSet;
}

async function findUnconfirmed(
  mailbox: OpenMailbox,
  target: Side,
  { floors, missing, copied, gone }: Copied,
): Promise<UidSet> {
  const { store, idx, progress } = mailbox;
  const source = otherSide(target);
  const unrecorded = subtract(unrecordedUids(mailbox, target, floors[target]), uidSetOf(progress[target].refused));
  const about = union(near(copied, unrecorded), gone);
  const rows = store.mappings.pairsOf(idx, target, about);
  const wrong = await findWrongUids(mailbox, { target, rows, unrecorded: near(unrecorded, about) });
  if (!isEmpty(wrong)) return copied;
  // Where the original is gone, what it looked like is the only proof.
  return unlikeOriginals(
    mailbox,
    target,
    rows.filter((row) => hasUid(missing[source], row[source])),
  );
}

/** Of rows in UID order, the UIDs on the target under which something else is than what was copied, or nobody knows. */
async function unlikeOriginals(
  { store, idx, sessions }: OpenMailbox,
  target: Side,
  rows: readonly PerSide<number>[],
): Promise<UidSet> {
  const uids = uidSetOf(rows.map((row) => row[target]));
  const found = await fetchIdentities(sessions[target], uids, { withFlags: false });
  const byUid = new Map(found.map((message) => [message.uid, message]));
  const prints = store.fingerprints.of(
    idx,
    rows.toSorted((a, b) => a.local - b.local),
  );
  const isCopy = (row: PerSide<number>): boolean => {
    const message = byUid.get(row[target]);
    return message !== undefined && fitOf(prints.get(row.local)?.[target], message) === "same";
  };
  return uidSetOf(rows.filter((row) => !isCopy(row)).map((row) => row[target]));
}

/** SELECT has asked only for what was there at the last checkpoint. */
async function askWhetherDeleted({ sessions, observed, before }: OpenMailbox, side: Side, uids: UidSet): Promise<void> {
  const asked = uidRange(uids.ranges[0]?.[0] ?? 0, lastUid(uids));
  await observeAgain(sessions[side], observed[side], { since: before[side], uids: asked });
}

interface Unconfirmed extends Pick<Copied, "floors" | "missing"> {
  readonly uids: UidSet;
}

/** Their messages are new then, or, below the floor, offered again as if they had been refused. */
function dropRows(mailbox: OpenMailbox, target: Side, { floors, missing, uids }: Unconfirmed): void {
  const { store, idx, progress } = mailbox;
  const source = otherSide(target);
  const rows = store.mappings.pairsOf(idx, target, uids);
  if (rows.length === 0) return;
  const dropped = perSide((side) => uidSetOf(rows.map((row) => row[side])));
  const old = rows.map((row) => row[source]).filter((uid) => uid < floors[source] && !hasUid(missing[source], uid));
  const reason = `it is not certain that the ${target} server has it`;
  store.transaction(() => {
    store.mappings.remove(
      idx,
      rows.map(({ local }) => local),
    );
    for (const uid of old)
      store.refusals.recordMessage(idx, { side: source, uid, size: 0, messageId: undefined, reason });
  });
  forgetChangesOf(mailbox, dropped);
  for (const side of sides) progress[side].mapped = subtract(progress[side].mapped, dropped[side]);
  for (const uid of old) progress[source].refused.add(uid);
  progress[source].due = union(progress[source].due, uidSetOf(old));
}
