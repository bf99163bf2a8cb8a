// Handles copies of a round in which the server reported at least one wrong UID: nobody knows which of the others are right.

import { otherSide, sides } from "../../model/side.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { recordRefusal } from "../refused/record-refusal.ts";

/**
 * Drops the rows of all copies of this round. The marker stays, so the next run matches them again. Copies below its floors are
 * noted as refused, so they are matched then, too.
 */
export function forgetDoubtedCopies(mailbox: OpenMailbox): void {
  const { store, idx, progress, marked } = mailbox;
  for (const target of sides.filter((side) => progress[side].areCopiesDoubted)) {
    const source = otherSide(target);
    const rows = store.mappings.pairsOf(idx, target, store.mappings.uids(idx, target, progress[target].nextUid));
    const reason = `the ${target} server accepted it but reported the UID of another message`;
    store.transaction(() => {
      store.mappings.remove(
        idx,
        rows.map(({ local }) => local),
      );
      for (const { [source]: uid } of rows) {
        if (uid >= (marked?.[source] ?? 0)) continue;
        recordRefusal(mailbox, { source, target }, { uid, size: 0, messageId: undefined, reason });
      }
    });
  }
}
