// In a dry run: says what would be moved, and notes it, so that it is neither copied nor deleted in the plans of mailboxes.

import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { otherSide, type Side, sides } from "../../model/side.ts";
import { emptyUidSet, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import type { Run } from "../context/run.ts";
import type { Prospect } from "../mailbox/prospect.ts";
import { countUnited, type Left } from "./moved-flags.ts";
import type { Move } from "./moves-plan.ts";

interface Leaving {
  readonly run: Run;
  readonly source: Left & { readonly mailbox: Pick<OpenMailbox, "idx" | "name"> };
  /** Where somebody moved them. */
  readonly side: Side;
}

interface Told {
  readonly to: Prospect;
  readonly moves: readonly Move[];
  /** Of the mailbox that they are in there. */
  readonly view: MailboxView;
}

export function tellMoves({ run, source, side }: Leaving, { to, moves, view }: Told): void {
  const { idx, name } = source.mailbox;
  const other = otherSide(side);
  const leaving = uidSetOf(moves.map(({ counterpart }) => counterpart.uid));
  run.guard.noteMoved(idx, { ...nothing, [other]: leaving });
  noteMoved(run, { idx, side: other, uids: leaving });
  noteMoved(run, { idx: to.mailbox.idx, side, uids: uidSetOf(moves.map(({ arrival }) => arrival.uid)) });
  run.report({ type: "moves-planned", side: other, mailbox: name, to: to.mailbox.name, count: moves.length });
  const united = countUnited(source, { side, moves, view });
  const rest = { copies: 0, octets: 0, deletions: 0 };
  for (const one of sides)
    if (united[one] > 0)
      run.report({
        type: "messages-planned",
        side: one,
        mailbox: to.mailbox.name,
        ...rest,
        flagChanges: united[one],
      });
}

const nothing = { local: emptyUidSet, remote: emptyUidSet };

function noteMoved({ movedHere }: Run, { idx, side, uids }: { idx: number; side: Side; uids: UidSet }): void {
  const before = movedHere.get(idx) ?? nothing;
  movedHere.set(idx, { ...before, [side]: union(before[side], uids) });
}
