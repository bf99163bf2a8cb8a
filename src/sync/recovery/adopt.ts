// Messages without a row that turn out to be copies of each other get one: first in the database, then in memory.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { uniteFlags } from "../flags/unite-flags.ts";

type Pairs = readonly PerSide<MessageIdentity>[];

export function adopt(mailbox: OpenMailbox, pairs: Pairs): void {
  mailbox.store.transaction(() => {
    recordPairs(mailbox, pairs);
  });
  notePairs(mailbox, pairs);
}

/** Within a transaction; {@link notePairs} has to follow once it is committed. */
export function recordPairs({ store, idx }: OpenMailbox, pairs: Pairs): void {
  store.mappings.add(
    idx,
    pairs.map(({ local, remote }) => ({
      local: local.uid,
      remote: remote.uid,
      prints: { local: fingerprint(local), remote: fingerprint(remote) },
    })),
  );
  for (const side of sides) store.transfers.noteConfirmed(idx, side, uidsAmong(pairs, side));
  const paired = perSide((side) => new Set(pairs.map((pair) => pair[side].uid)));
  for (const { side, uid } of store.refusals.messages(idx))
    if (paired[side].has(uid)) store.refusals.clearMessage(idx, side, uid);
}

export function notePairs(mailbox: OpenMailbox, pairs: Pairs): void {
  const { progress } = mailbox;
  for (const side of sides) {
    progress[side].mapped = union(progress[side].mapped, uidsAmong(pairs, side));
    for (const { [side]: message } of pairs) progress[side].refused.delete(message.uid);
  }
  uniteFlags(mailbox, pairs);
}

function uidsAmong(pairs: Pairs, side: Side): UidSet {
  return uidSetOf(pairs.map((pair) => pair[side].uid));
}
