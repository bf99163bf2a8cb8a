// Records refused messages.

import { type Side, sides } from "../../model/side.ts";
import { type UidSet, uidSetOf } from "../../model/uid-set.ts";
import type { Refusal } from "../../state/refused.ts";
import { alike } from "../../util/alike.ts";
import { groupBy } from "../../util/group-by.ts";
import type { Direction, OpenMailbox } from "../context/open-mailbox.ts";

/** In place of a server's words: it has an equal message there, and none was refused. */
export const hadBefore = "the server has an equal message there and keeps one of them";

/** Messages of a side that the other one refused, earlier and in this run. */
export function refusedUids({ store, idx }: OpenMailbox, side: Side): UidSet {
  return uidSetOf(store.refusals.messages(idx).flatMap((message) => (message.side === side ? [message.uid] : [])));
}

/** The server took it this time, or it is gone. */
export function clearRefusal({ store, idx, progress }: OpenMailbox, side: Side, uid: number): void {
  progress[side].refused.delete(uid);
  store.refusals.clearMessage(idx, side, uid);
}

/** The server had taken it although it said NO; there is nothing to report either. */
export function withdrawRefusal(mailbox: OpenMailbox, { source, target }: Direction, uid: number): void {
  clearRefusal(mailbox, source, uid);
  const { refusals } = mailbox;
  const told = refusals.findIndex((one) => one.target === target && one.sourceUid === uid);
  if (told >= 0) refusals.splice(told, 1);
}

export function recordRefusal(
  { store, idx, refusals }: OpenMailbox,
  { source, target }: Direction,
  refusal: Omit<Refusal, "side">,
): void {
  store.refusals.recordMessage(idx, { side: source, ...refusal });
  refusals.push({ target, sourceUid: refusal.uid, reason: refusal.reason });
}

/** One line for all that were refused in words that differ in numbers only. */
export function reportRefusals({ name, report, refusals }: OpenMailbox): void {
  for (const group of groupBy(refusals.splice(0), ({ target, reason }) => `${target} ${alike(reason)}`).values()) {
    const { target, reason } = group[0]!;
    const sourceUids = uidSetOf(group.map(({ sourceUid }) => sourceUid));
    report({ type: "messages-refused", side: target, mailbox: name, sourceUids, reason });
  }
}

/** A message with a row was taken in the end, whatever became of the word of it; offered again it would be there twice. */
export function forgetTakenRefusals(mailbox: OpenMailbox): void {
  const { store, idx, progress } = mailbox;
  for (const side of sides) {
    const taken = store.mappings.pairsOf(idx, side, uidSetOf(progress[side].refused));
    for (const { [side]: uid } of taken) clearRefusal(mailbox, side, uid);
  }
}
