// Recorded states that a server has not reached yet: the server went back, or the record is wrong.

import type { MailboxState } from "../../model/mailbox-state.ts";
import { type Side, sides } from "../../model/side.ts";
import { type OpenMailbox, uidLimit } from "../context/open-mailbox.ts";

/** Returns whether what is recorded of a server is ahead of it, which cannot be. */
export function reportStates(mailbox: OpenMailbox): boolean {
  const { before, report, name } = mailbox;
  const found = sides.flatMap((side) => {
    const recorded = before[side];
    return recorded === undefined ? [] : aheadOf(mailbox, side, recorded).map((finding) => ({ side, ...finding }));
  });
  for (const finding of found) report({ type: "state-ahead", mailbox: name, ...finding });
  return found.length > 0;
}

interface Ahead {
  readonly item: "UIDNEXT" | "HIGHESTMODSEQ";
  readonly recorded: string;
  readonly actual: string;
}

export function aheadOf(mailbox: OpenMailbox, side: Side, recorded: MailboxState): Ahead[] {
  const items = [
    ["UIDNEXT", recorded.uidNext, uidLimit(mailbox, side)],
    ["HIGHESTMODSEQ", recorded.highestModSeq, mailbox.views[side].highestModSeq],
  ] as const;
  return items.flatMap(([item, known, now]) =>
    known > now ? [{ item, recorded: String(known), actual: String(now) }] : [],
  );
}
