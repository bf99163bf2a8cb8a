// Judges whether a report led to anything: sources of reports that are empty again and again must wait.

import { type Side, sides } from "../model/side.ts";
import type { Agenda } from "./agenda.ts";
import type { Reported } from "./changed-mailboxes.ts";
import type { ListedMailboxes } from "./listed-mailboxes.ts";
import type { LookTally } from "./look-tally.ts";

export interface Judgement {
  readonly agenda: Agenda;
  readonly listed: ListedMailboxes;
  readonly tally: LookTally;
}

/** After a look at some mailboxes. */
export function judgeMailboxes(costly: readonly Reported[], judgement: Judgement): void {
  const { agenda, tally } = judgement;
  noteFruitful(judgement);
  for (const { side, wireName, name } of costly)
    if (!tally.finds.has(name) && agenda.noteVain(side, wireName)) reportVain(tally, side, name);
}

/** After a look at everything. */
export function judgeSides(judgement: Judgement): void {
  const { agenda, tally } = judgement;
  noteFruitful(judgement);
  for (const side of sides) {
    if (tally.finds.size > 0) agenda.noteFruitful(side);
    else if (agenda.noteVain(side)) reportVain(tally, side);
  }
}

/** A server also announces what we did there, and is not to blame for that. */
function noteFruitful({ agenda, listed, tally }: Judgement): void {
  for (const name of tally.finds)
    for (const side of sides) {
      const wireName = listed.wireNameOf(side, name ?? "");
      if (wireName !== undefined) agenda.noteFruitful(side, wireName);
    }
}

/** The announced change may have been skipped; that has a line of its own. */
function reportVain(tally: LookTally, side: Side, mailbox?: string): void {
  if (tally.totals.skipped === 0)
    tally.report({ type: "news-in-vain", side, ...(mailbox !== undefined && { mailbox }) });
}
