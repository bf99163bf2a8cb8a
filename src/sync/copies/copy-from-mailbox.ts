// Has the target copy messages from another mailbox of its own. The order is that of any copy: the marker, what is sent, the
// command, the row.

import { CommandRefused } from "../../imap/command-refused.ts";
import { type Channel, channelBeside } from "../../imap/mailbox/channel.ts";
import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { copyMessages, setsToPlace } from "../../imap/verbs/move.ts";
import { observe } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import { perSide } from "../../model/side.ts";
import { emptyUidSet, hasUid, intersect, isEmpty, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import type { PrintedPair } from "../../state/fingerprints.ts";
import { allDone } from "../../util/all-done.ts";
import type { Direction, OpenMailbox } from "../context/open-mailbox.ts";
import type { OtherMailbox } from "../context/run-context.ts";
import { pairMessages } from "../identity/pair-messages.ts";
import { keepsFlags, type Move, planMoves } from "../moves/moves-plan.ts";
import { clearRefusal } from "../refused/record-refusal.ts";
import { markInterruptible } from "./mark-interruptible.ts";

export interface Elsewhere {
  readonly other: OtherMailbox;
  /** Of the other mailbox. */
  readonly rows: readonly PrintedPair[];
  /** Of the source, in the mailbox at hand. */
  readonly messages: readonly MessageIdentity[];
}

/** Returns which of the source's messages the target has copied; what it does not copy is left to be appended. */
export async function copyFromMailbox(
  mailbox: OpenMailbox,
  direction: Direction,
  { other, rows, messages }: Elsewhere,
): Promise<UidSet> {
  const { source, target } = direction;
  const channel = channelBeside(mailbox.sessions[target]);
  if (channel === undefined) return emptyUidSet;
  const there = await lookInto(channel, other, uidSetOf(rows.map((row) => row[target])));
  const prints = new Set(rows.map((row) => row.prints[source]));
  const like = messages.filter((message) => prints.has(fingerprint(message)));
  if (there.length === 0 || like.length === 0) return emptyUidSet;
  const sessions = perSide((side) => (side === source ? mailbox.sessions[side] : channel));
  const pairs = await pairMessages(
    { sessions },
    perSide((side) => (side === source ? like : there)),
  );
  const departures = rows.map((row) => ({ pair: row, prints: row.prints }));
  const copies = planMoves({ side: source, departures, pairs }).filter(keepsFlags);
  if (copies.length === 0) return emptyUidSet;
  markInterruptible(mailbox);
  mailbox.progress[target].isTouched = true;
  const uids = uidSetOf(copies.map(({ counterpart }) => counterpart.uid));
  const done = await allDone(
    setsToPlace(channel, uids, mailbox.wireNames[target]).map((set) => {
      const some = copies.filter(({ counterpart }) => hasUid(set, counterpart.uid));
      return copyTogether(mailbox, direction, { channel, from: other.name, set, copies: some });
    }),
  );
  return done.reduce(union, emptyUidSet);
}

/** What the target has of these messages; nothing where the mailbox cannot be asked, or is not the one that was recorded. */
async function lookInto(
  channel: Channel,
  { wireName, uidValidity }: OtherMailbox,
  uids: UidSet,
): Promise<readonly MessageIdentity[]> {
  try {
    // In one packet.
    const selecting = observe(channel, wireName);
    const fetching = fetchIdentities(channel, uids);
    await allDone<unknown>([selecting, fetching]);
    const { view } = await selecting;
    return view.hasStickyUids && view.uidValidity === uidValidity ? await fetching : [];
  } catch (error) {
    if (error instanceof InterimapError && error.abandons === "mailbox") return [];
    throw error;
  }
}

interface Together {
  readonly channel: Channel;
  /** The name of the mailbox that has them. */
  readonly from: string;
  readonly set: UidSet;
  readonly copies: readonly Move[];
}

async function copyTogether(
  mailbox: OpenMailbox,
  direction: Direction,
  { channel, from, set, copies }: Together,
): Promise<UidSet> {
  const { store, idx, views, progress, wireNames } = mailbox;
  const { source, target } = direction;
  const sent = uidSetOf(copies.map(({ arrival }) => arrival.uid));
  store.transfers.noteSent(idx, source, sent);
  try {
    const { mailboxesAreLabels } = channel.capabilities;
    // Somebody may be deleting them. Messages that are gone are neither copied nor reported.
    const looking = fetchFlags(channel, set);
    const copying = copyMessages(channel, set, {
      wireName: wireNames[target],
      uidValidity: views[target].uidValidity,
      nextUid: mailboxesAreLabels ? 1 : progress[target].nextUid,
    });
    await allDone<unknown>([looking, copying]);
    const [before, placed] = [await looking, new Map(await copying)];
    // A server with UIDPLUS tells each copy: what it does not tell, and is gone, was gone before.
    const tellsNothing = placed.size === 0 && channel.capabilities.has("UIDPLUS");
    const there = tellsNothing ? await fetchFlags(channel, set) : before;
    const mayBe = ({ counterpart: { uid } }: Move): boolean => placed.has(uid) || there.has(uid);
    const left = copies.filter((copy) => !mayBe(copy));
    store.transfers.noteConfirmed(idx, source, uidSetOf(left.map(({ arrival }) => arrival.uid)));
    const made = copies.filter(mayBe);
    return made.length === 0 ? emptyUidSet : record(mailbox, direction, { from, copies: made, placed });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    store.transfers.noteConfirmed(idx, source, sent);
    return emptyUidSet;
  }
}

interface Copied extends Pick<Together, "from" | "copies"> {
  /** By the UIDs of what was copied. */
  readonly placed: ReadonlyMap<number, number>;
}

/** In one transaction. Those whose UIDs are not told are looked for when all are appended. */
function record(mailbox: OpenMailbox, { source, target }: Direction, { from, copies, placed }: Copied): UidSet {
  const { store, idx, name, report, progress, flags } = mailbox;
  const sent = uidSetOf(copies.map(({ arrival }) => arrival.uid));
  const told = uidSetOf(placed.values());
  if (isEmpty(told) || !isEmpty(intersect(told, progress[target].mapped))) {
    progress[source].unnamed = union(progress[source].unnamed, sent);
    return sent;
  }
  // What COPYUID leaves out was gone.
  const made = copies.flatMap((copy) => {
    const uid = placed.get(copy.counterpart.uid);
    return uid === undefined ? [] : [{ ...copy, uid }];
  });
  const sourceUids = uidSetOf(made.map(({ arrival }) => arrival.uid));
  store.transaction(() => {
    store.transfers.noteConfirmed(idx, source, sent);
    store.mappings.add(
      idx,
      made.map(({ arrival, counterpart, uid }) => ({
        ...(source === "local" ? { local: arrival.uid, remote: uid } : { local: uid, remote: arrival.uid }),
        prints: perSide((side) => (side === source ? fingerprint(arrival) : counterpart.print)),
      })),
    );
    for (const { arrival } of made)
      if (progress[source].refused.has(arrival.uid)) clearRefusal(mailbox, source, arrival.uid);
  });
  progress[target].mapped = union(progress[target].mapped, told);
  progress[target].copied = union(progress[target].copied, told);
  progress[source].mapped = union(progress[source].mapped, sourceUids);
  for (const { arrival, counterpart, uid } of made) {
    flags[target].learn(uid, counterpart.flags);
    if (arrival.flags === counterpart.flags) flags[source].learn(arrival.uid, arrival.flags);
    else flags[source].renew(arrival.uid, { flags: arrival.flags, modSeq: noModSeq });
  }
  report({
    type: "messages-moved",
    side: target,
    mailbox: from,
    to: name,
    sourceUids: made.map(({ counterpart }) => counterpart.uid),
    uids: made.map(({ uid }) => uid),
    isCopy: true,
  });
  return sourceUids;
}
