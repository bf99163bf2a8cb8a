// What follows from known mailboxes that one server does not have any more: which are deleted on the other one, too, which come
// back, and which are left alone. Pure.

import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import type { FollowedDeletions } from "../../model/followed-deletions.ts";
import { isWithin } from "../../model/mailbox-name.ts";
import { followsChanges, type MailboxState, sameState } from "../../model/mailbox-state.ts";
import { otherSide, type PerSide, type Side } from "../../model/side.ts";
import type { KnownMailbox } from "./mailbox-plan.ts";

export interface Gone {
  /** Where it is gone. */
  readonly side: Side;
  readonly name: string;
}

export interface GoneSituation {
  readonly gone: readonly Gone[];
  readonly which: FollowedDeletions["which"];
  readonly listed: PerSide<ReadonlyMap<string, ListedMailbox>>;
  readonly known: ReadonlyMap<string, KnownMailbox>;
  /** Something recorded of it is still to be done: there may be mail that only one server has. */
  readonly isUnsettled: (idx: number) => boolean;
  /** How many messages are recorded as being on both servers. */
  readonly countMapped: (idx: number) => number;
  /** Servers that were put back to an earlier state, or set up anew: nobody deleted what they do not have. */
  readonly wentBack: readonly Side[];
}

export interface GoneMailbox extends Gone {
  readonly idx: number;
  /** How many messages the other server has in it. */
  readonly messages: number;
}

export interface Left extends Gone {
  /** Undefined: it is not for us to say. */
  readonly reason: string | undefined;
}

export interface GonePlan {
  /** Each is deleted with all that is below it; these have their place in `below`. */
  readonly roots: readonly (GoneMailbox & { readonly below: readonly GoneMailbox[] })[];
  /** Something happened to them on the other server, or nobody deleted them: they are made again. */
  readonly returning: readonly GoneMailbox[];
  readonly left: readonly Left[];
}

export function planGone(situation: GoneSituation): GonePlan {
  const returning: GoneMailbox[] = [];
  const left: Left[] = [];
  const deletable = new Map<string, GoneMailbox>();
  for (const one of situation.gone) {
    const verdict = judge(situation, one);
    if (typeof verdict === "string" || verdict === undefined) left.push({ ...one, reason: verdict });
    else if (verdict.returns) returning.push(verdict.mailbox);
    else deletable.set(one.name, verdict.mailbox);
  }
  // Mailboxes below go along with it (RFC 3501 6.3.5). One that has to stay keeps all above it.
  const staying = [...deletable.values()].filter(({ name, side }) => {
    const exists = (on: Side): string[] =>
      [...situation.listed[on]].filter(([other, { exists }]) => exists && isBelow(other, name)).map(([other]) => other);
    return exists(side).length > 0 || exists(otherSide(side)).some((other) => deletable.get(other)?.side !== side);
  });
  for (const { side, name } of staying) {
    deletable.delete(name);
    left.push({ side, name, reason: "mailboxes below it stay" });
  }
  const all = [...deletable.values()];
  const roots = all
    .filter(({ name, side }) => !all.some((above) => above.side === side && isBelow(name, above.name)))
    .map((root) => ({ ...root, below: all.filter(({ name }) => isBelow(name, root.name)) }));
  return { roots, returning, left };
}

type Verdict = { readonly returns: boolean; readonly mailbox: GoneMailbox } | string | undefined;

function judge(situation: GoneSituation, { side, name }: Gone): Verdict {
  const { which, listed, known, isUnsettled, countMapped, wentBack } = situation;
  const [record, there] = [known.get(name), listed[otherSide(side)].get(name)];
  const [before, now] = [record?.states[otherSide(side)], there?.state];
  if (record === undefined || there === undefined || before === undefined || now === undefined) return undefined;
  if (name === "INBOX") return undefined;
  if (wentBack.includes(side))
    return which === "YES"
      ? { returns: true, mailbox: { side, name, idx: record.idx, messages: there.messages ?? 0 } }
      : `the ${side} server went back to an earlier state`;
  if (there.isRubbish === true || (there.uses ?? []).length > 0) return "it has a special use";
  if (isUnsettled(record.idx)) return "something in it is still to be synchronised";
  const counts = record.counts;
  if (counts === undefined || there.messages === undefined) return "it is not known how many messages it had";
  const mailbox = { side, name, idx: record.idx, messages: there.messages };
  const isAsItWas = sameState(now, before) && there.messages === counts[otherSide(side)];
  if (which === "EMPTY" && there.messages > 0) return "it is not empty";
  if (which === "EMPTY")
    return isAsItWas || isMovedOut(before, now, countMapped(record.idx))
      ? { returns: false, mailbox }
      : "it has changed since it was last synchronised";
  if (!isAsItWas) return { returns: true, mailbox };
  const isOnBoth = counts.local === counts.remote && countMapped(record.idx) === there.messages;
  if (isOnBoth) return { returns: false, mailbox };
  // What an interrupted run has left is finished where it comes back.
  return record.isUnfinished ? { returns: true, mailbox } : "it has messages that only one server has";
}

/** Whether an empty mailbox has lost no more than what was moved out of it: such messages have no row any more. */
function isMovedOut(before: MailboxState, now: MailboxState, mapped: number): boolean {
  return mapped === 0 && now.uidValidity === before.uidValidity && now.uidNext === before.uidNext;
}

/** Whether numbers tell of each change; where they do not, its flags have to be looked at. */
export function tellsChanges(record: KnownMailbox | undefined, side: Side): boolean {
  const state = record?.states[side];
  return state !== undefined && followsChanges(state);
}

function isBelow(name: string, above: string): boolean {
  return name !== above && isWithin(name, above);
}

const fewest = 5;

/** More at once are no person's doing: a list was cut short, rights were taken away, or a namespace is gone. */
export function areTooMany(gone: number, known: number): boolean {
  return gone >= fewest && 2 * gone > known;
}
