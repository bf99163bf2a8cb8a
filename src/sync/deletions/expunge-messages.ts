// Removes messages from one side for good, and remembers those that the server will not remove.

import { CommandRefused } from "../../imap/command-refused.ts";
import { whereOffered } from "../../imap/step-down.ts";
import { expunge } from "../../imap/verbs/expunge.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import type { Side } from "../../model/side.ts";
import {
  countUids,
  emptyUidSet,
  halves,
  isEmpty,
  subtract,
  type UidSet,
  uidSetOf,
  union,
} from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { clearRefusedChanges, recordRefusedDeletion } from "../refused/refused-changes.ts";
import { expungeByMark, type Postponed } from "./expunge-marked.ts";

/** Right after an expunge, Dovecot 2.3 may overlook messages of the next one, but not after a FETCH. */
const expungeAttempts = 2;
/** After this many refusals in a row, no message can be deleted here. Enough to find a single one among all others. */
const refusalsInARow = 20;

/** Why messages are still there. */
interface Outcome {
  /** Undefined: the server said that it was done. */
  readonly words: string | undefined;
  /** It was not because of one of the messages. */
  readonly postponed?: Postponed | undefined;
}

interface Refused extends Outcome {
  readonly uids: UidSet;
}

/** Returns those that are still there, because the server refused to remove them. */
export async function expungeMessages(mailbox: OpenMailbox, side: Side, uids: UidSet): Promise<UidSet> {
  if (isEmpty(uids)) return uids;
  mailbox.progress[side].isTouched = true;
  const refused = await expungeOrDivide(mailbox, { side, uids, patience: { left: refusalsInARow } });
  const left = refused.map((one) => one.uids).reduce(union, emptyUidSet);
  const mayMark = mailbox.views[side].permanentFlags.names?.has("\\deleted") ?? true;
  for (const words of new Set(refused.map((one) => one.words))) {
    const alike = refused.filter((one) => one.words === words);
    recordRefusedDeletion(mailbox, {
      side,
      uids: alike.map((one) => one.uids).reduce(union, emptyUidSet),
      reason:
        words ??
        (mayMark ? "the server said that it did so, but they are still there" : "the mailbox does not take \\Deleted"),
      isDenied: (words === undefined && mayMark) || alike.some(({ postponed }) => postponed?.isBusy),
    });
  }
  const removed = subtract(uids, left);
  if (isEmpty(removed)) return left;
  clearRefusedChanges(mailbox, side, removed);
  mailbox.progress[side].hasShrunk = true;
  mailbox.report({ type: "messages-removed", side, mailbox: mailbox.name, uids: removed });
  return left;
}

/** The same for messages that have no row, and so no counterpart: nothing is reported, and refusals are not remembered. */
export async function removeUnrecorded(mailbox: OpenMailbox, side: Side, uids: UidSet): Promise<UidSet> {
  if (isEmpty(uids)) return uids;
  mailbox.progress[side].isTouched = true;
  const refused = await expungeOrDivide(mailbox, { side, uids, patience: { left: refusalsInARow } });
  return refused.map((one) => one.uids).reduce(union, emptyUidSet);
}

interface Part {
  readonly side: Side;
  readonly uids: UidSet;
  /** Shared by all parts. */
  readonly patience: { left: number };
}

/** A refusal may be about one of them only. */
async function expungeOrDivide(mailbox: OpenMailbox, part: Part): Promise<readonly Refused[]> {
  const { left, words, postponed } = await expungeAll(mailbox, part);
  const { patience } = part;
  if (countUids(left) < countUids(part.uids)) patience.left = refusalsInARow;
  if (isEmpty(left)) return [];
  const isOfAll = words === undefined || postponed !== undefined;
  if (isOfAll || countUids(left) === 1 || --patience.left <= 0) return [{ uids: left, words, postponed }];
  const refused: Refused[] = [];
  for (const half of halves(left)) {
    if (patience.left <= 0) refused.push({ uids: half, words });
    else refused.push(...(await expungeOrDivide(mailbox, { ...part, uids: half })));
  }
  return refused;
}

async function expungeAll(mailbox: OpenMailbox, { side, uids }: Part): Promise<Outcome & { readonly left: UidSet }> {
  const { sessions, views } = mailbox;
  let left = uids;
  let words: string | undefined;
  let postponed: Postponed | undefined;
  for (let attempt = 0; attempt < expungeAttempts && words === undefined && !isEmpty(left); attempt++) {
    try {
      postponed = await expungeOnly(mailbox, side, left);
      words = postponed?.reason;
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      words = error.words;
    }
    // Ours are not news; others that vanished meanwhile stay in the view for the next round.
    const unreported = subtract(left, views[side].takeVanished(left));
    // A server need not report messages again that had vanished before.
    left = uidSetOf((await fetchFlags(sessions[side], unreported)).keys());
    views[side].requireRead(subtract(unreported, left), side);
  }
  return { left, words, postponed };
}

/** Removes only these. Returns the reason if they are left for later. @throws CommandRefused */
function expungeOnly(mailbox: OpenMailbox, side: Side, uids: UidSet): Promise<Postponed | undefined> {
  const session = mailbox.sessions[side];
  return whereOffered(session, "UIDPLUS", {
    withIt: async () => {
      await expunge(session, uids);
      return undefined;
    },
    withoutIt: () => expungeByMark(mailbox, side, uids),
  });
}
