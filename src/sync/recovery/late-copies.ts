// Copies that come late, or though the server said NO: of an APPEND that was not confirmed, and carried out all the same.
// New messages are compared with what was sent and not confirmed, before they are copied back. Nothing is asked for when
// there is no such message. Copying again is not put off for the sake of what might still come: most connections die
// before the APPEND has arrived, a single run could only give up, and a copy too many is taken away here.

import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { without } from "../../mail/matching/match-plan.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import { bothSides, otherSide, type PerSide, perSide, sides } from "../../model/side.ts";
import {
  emptyUidSet,
  hasUid,
  intersect,
  isEmpty,
  subtract,
  uidRange,
  type UidSet,
  uidSetOf,
  union,
} from "../../model/uid-set.ts";
import { type Direction, type OpenMailbox, uidLimit } from "../context/open-mailbox.ts";
import { removeUnrecorded } from "../deletions/expunge-messages.ts";
import { pairCopies } from "../identity/pair-messages.ts";
import { withTexts } from "../identity/read-texts.ts";
import { refusedUids, withdrawRefusal } from "../refused/record-refusal.ts";
import { adopt } from "./adopt.ts";
import { type Copied, expectedCopies, planLateCopies, plausibleAmong } from "./late-copies-plan.ts";
import { forgetChangesOf } from "./resume.ts";

/** Returns the remaining new messages of both sides, none of which is such a copy. */
export async function withoutLateCopies(mailbox: OpenMailbox, newcomers: PerSide<UidSet>): Promise<PerSide<UidSet>> {
  let left = newcomers;
  // One direction after the other, so that a message found in one is not found again in the other.
  for (const target of sides) {
    if (isEmpty(left[target])) continue;
    const found = await findLateCopies(mailbox, { source: otherSide(target), target }, left[target]);
    left = perSide((side) => subtract(left[side], found[side]));
  }
  return left;
}

const nothing: PerSide<UidSet> = { local: emptyUidSet, remote: emptyUidSet };

/** Returns what need not be copied any more. */
async function findLateCopies(mailbox: OpenMailbox, direction: Direction, newcomers: UidSet): Promise<PerSide<UidSet>> {
  const { source, target } = direction;
  const { store, idx, sessions, progress } = mailbox;
  const recorded = union(store.transfers.unconfirmed(idx, source)[0] ?? emptyUidSet, refusedUids(mailbox, source));
  // Whatever is recorded: no message has a UID beyond these.
  const limit = Math.max(uidLimit(mailbox, source), progress[source].floor);
  const doubtful = intersect(recorded, uidRange(1, limit - 1));
  if (isEmpty(doubtful)) return nothing;
  const rows = new Map(store.mappings.pairsOf(idx, source, doubtful).map((row) => [row[source], row[target]]));
  // The flags of what may be paired are about to be read.
  const uncopied = subtract(doubtful, uidSetOf(rows.keys()));
  forgetChangesOf(
    mailbox,
    perSide((side) => (side === source ? uncopied : newcomers)),
  );
  const identities = await bothSides((side) =>
    fetchIdentities(sessions[side], side === source ? doubtful : newcomers, { areThere: true }),
  );
  const pairs = await adoptLate(mailbox, direction, {
    ...identities,
    [source]: identities[source].filter(({ uid }) => !rows.has(uid)),
  });
  for (const pair of pairs) rows.set(pair[source].uid, pair[target].uid);
  const removed = await removeSecond(mailbox, direction, {
    newcomers: without(identities[target], pairs, target),
    copied: identities[source].flatMap((sent) => {
      const uid = rows.get(sent.uid);
      return uid === undefined ? [] : [{ sent, uid }];
    }),
  });
  const paired = perSide((side) => uidSetOf(pairs.map((pair) => pair[side].uid)));
  return perSide((side) => (side === target ? union(paired[side], removed) : paired[side]));
}

/** The message has no copy yet: this is its copy. */
async function adoptLate(
  mailbox: OpenMailbox,
  direction: Direction,
  messages: PerSide<readonly MessageIdentity[]>,
): Promise<readonly PerSide<MessageIdentity>[]> {
  const { source, target } = direction;
  if (sides.some((side) => messages[side].length === 0)) return [];
  const pairs = await pairCopies(mailbox, messages);
  if (pairs.length === 0) return [];
  adopt(mailbox, pairs);
  for (const pair of pairs) withdrawRefusal(mailbox, direction, pair[source].uid);
  const [sourceUids, uids] = [source, target].map((side) => pairs.map((pair) => pair[side].uid));
  const { report, name } = mailbox;
  report({ type: "messages-added", side: target, mailbox: name, sourceUids: sourceUids!, uids: uids! });
  return pairs;
}

interface Suspicious {
  readonly newcomers: readonly MessageIdentity[];
  /** Messages that were sent more than once, and the UIDs of their copies. */
  readonly copied: readonly { readonly sent: MessageIdentity; readonly uid: number }[];
}

/**
 * The message has been copied again meanwhile, so this copy is one too many. Nobody deleted anything, so all else stays.
 */
async function removeSecond(
  mailbox: OpenMailbox,
  { source, target }: Direction,
  { newcomers, copied }: Suspicious,
): Promise<UidSet> {
  const ids = new Set(newcomers.map(({ messageId }) => messageId));
  const doubtful = copied.filter(({ sent }) => ids.has(sent.messageId));
  if (doubtful.length === 0) return emptyUidSet;
  const { store, idx, name, sessions, report } = mailbox;
  const asked = uidSetOf(doubtful.map(({ uid }) => uid));
  const copies = await fetchIdentities(sessions[target], asked, { areThere: true });
  const copyOf = new Map(copies.map((copy) => [copy.uid, copy]));
  const known = doubtful.flatMap(({ sent, uid }): Copied[] => {
    const copy = copyOf.get(uid);
    return copy === undefined ? [] : [{ sent, copy }];
  });
  const plausible = plausibleAmong(newcomers, known);
  if (plausible.length === 0) return emptyUidSet;
  const compared = await withTexts(mailbox, target, [...plausible, ...copies]);
  // That has made the ledger forget what was reported about them, which may not be dealt with yet.
  for (const { uid, flags } of compared)
    if (copyOf.has(uid)) mailbox.flags[target].note(uid, { flags, modSeq: noModSeq });
  const texts = new Map(compared.map(({ uid, text }) => [uid, text]));
  // Each newcomer is one copy: no message has more than there are of these.
  const mayCome = store.transfers.unconfirmed(idx, source).slice(0, plausible.length);
  const late = planLateCopies(plausible, expectedCopies(known, mayCome), texts);
  const second = uidSetOf(late.map((one) => one.late.uid));
  // What the server will not remove is copied back: both sides have the same then.
  const removed = subtract(second, await removeUnrecorded(mailbox, target, second));
  if (isEmpty(removed)) return removed;
  store.transaction(() => {
    for (const one of late)
      if (hasUid(removed, one.late.uid)) store.transfers.noteConfirmed(idx, source, uidSetOf([one.sent.uid]));
  });
  report({ type: "late-copies-removed", side: target, mailbox: name, uids: removed });
  return removed;
}
