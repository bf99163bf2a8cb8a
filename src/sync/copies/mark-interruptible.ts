// The marker of a mailbox into which messages are about to be copied ("After a crash" in ARCHITECTURE.md).

import { perSide, sides } from "../../model/side.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";

/** From the first APPEND to the checkpoint a copy may exist whose mapping was never recorded. */
export function markInterruptible(mailbox: OpenMailbox): void {
  const { store, idx, progress, marked } = mailbox;
  const floors = perSide((side) => progress[side].floor);
  if (marked !== undefined && sides.every((side) => marked[side] <= floors[side])) return;
  store.transfers.mark([{ idx, floors }]);
  mailbox.marked = floors;
}
