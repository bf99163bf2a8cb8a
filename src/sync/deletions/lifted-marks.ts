// Removes the marks for deletion from messages that others have marked, so that an EXPUNGE spares these, and puts them back.
// Each mark is noted in the database before it is lifted: whatever happens in between, the next run puts it back. For the other
// side, nothing of this is a change.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { FlagChange } from "../../imap/mailbox/pending-changes.ts";
import { deletedMark, mark, unmark } from "../../imap/verbs/expunge.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { markedUids } from "../../imap/verbs/search.ts";
import { type FlagSet, noFlags, withoutFlags } from "../../model/flags.ts";
import { otherSide, type Side, sides } from "../../model/side.ts";
import { hasUid, isEmpty, subtract, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { comparePairs } from "../identity/compare-pairs.ts";

type Flags = ReadonlyMap<number, FlagChange>;

/** What we knew of messages before their marks were lifted. */
export interface Lifted {
  /** Those that were looked at. */
  readonly asked: UidSet;
  /** Those that have a mark. */
  readonly flags: Flags;
  /** Those whose flags had changed and were still to be carried over. */
  readonly changed: UidSet;
}

/** Lifts the marks that these messages have. Returns what is marked afterwards. @throws CommandRefused */
export async function liftMarks(
  mailbox: OpenMailbox,
  side: Side,
  { uids, lifted }: { readonly uids: UidSet; readonly lifted: Lifted[] },
): Promise<UidSet> {
  const { sessions, store, idx, flags } = mailbox;
  const session = sessions[side];
  const found = await fetchFlags(session, uids);
  const marked = new Map([...found].filter(([, one]) => isMarked(one.flags)));
  const changed = uidSetOf(flags[side].changedUids.filter((uid) => marked.has(uid)));
  const those = uidSetOf(marked.keys());
  lifted.push({ asked: uids, flags: marked, changed });
  if (isEmpty(those)) return markedUids(session);
  store.lifted.note(idx, side, those);
  const [, left] = await allDone<UidSet | void>([unmark(session, those), markedUids(session)]);
  return left!;
}

/** Puts back what was lifted. */
export async function putMarksBack(mailbox: OpenMailbox, side: Side, lifted: readonly Lifted[]): Promise<void> {
  const before = new Map(lifted.flatMap(({ flags }) => [...flags]));
  const now = await markAgain(mailbox, side, uidSetOf(before.keys()));
  const ledger = mailbox.flags[side];
  for (const [uid, found] of now) {
    const isOpen = lifted.some(({ changed }) => hasUid(changed, uid)) || before.get(uid)?.flags !== found.flags;
    // In place of what may have been reported of the lifted marks.
    ledger.note(uid, found);
    if (!isOpen) ledger.learn(uid, found.flags);
  }
}

/** Puts back marks that an earlier run has left lifted. To be called before anything follows from the flags of this run. */
export async function putLeftMarksBack(mailbox: OpenMailbox): Promise<void> {
  const { store, idx, flags } = mailbox;
  for (const side of sides) {
    const uids = store.lifted.of(idx, side);
    if (isEmpty(uids)) continue;
    const other = otherSide(side);
    const now = await markAgain(mailbox, side, uids);
    for (const uid of now.keys()) flags[side].discard(uid);
    const pairs = store.mappings.pairsOf(idx, side, uidSetOf(now.keys()));
    await comparePairs(mailbox, pairs, [side]);
    // If the counterpart's flags changed, too, nobody knows any more whether these did: no flag is removed from either.
    for (const pair of pairs)
      if (flags[other].changeOf(pair[other]) !== undefined) flags[side].note(pair[side], now.get(pair[side])!);
  }
}

/** In a mailbox that was put back to an earlier state, the UIDs may be other messages': none of these is marked. */
export function forgetLeftMarks({ store, idx }: OpenMailbox): void {
  for (const side of sides) store.lifted.forget(idx, side, store.lifted.of(idx, side));
}

/** Returns the flags of those that are there. A message that cannot be marked is reported, and remembered for the next run. */
async function markAgain(mailbox: OpenMailbox, side: Side, uids: UidSet): Promise<Flags> {
  const { sessions, store, idx, name, progress, report } = mailbox;
  progress[side].isTouched = true;
  let reason = "the server said that it did so, but it is not";
  const marking = mark(sessions[side], uids).catch((error: unknown) => {
    if (!(error instanceof CommandRefused)) throw error;
    reason = error.words;
  });
  const [now] = await allDone<Flags | void>([fetchFlags(sessions[side], uids), marking]);
  const left = uidSetOf([...now!].filter(([, { flags }]) => !isMarked(flags)).map(([uid]) => uid));
  store.lifted.forget(idx, side, subtract(uids, left));
  if (!isEmpty(left)) report({ type: "marks-not-restored", side, mailbox: name, uids: left, reason });
  return now!;
}

export function isMarked(flags: FlagSet): boolean {
  return withoutFlags(deletedMark, flags) === noFlags;
}
