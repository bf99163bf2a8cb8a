// Finds out which listed mailbox is which known one, by the recorded numbers of each. Pure: if numbers are not enough, it names
// the mailboxes that have to be looked at.

import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import { continues, type MailboxState, sameState } from "../../model/mailbox-state.ts";
import { settledName } from "../../model/temporary-name.ts";
import { groupBy } from "../../util/group-by.ts";

/** A known mailbox, and its record for this side. */
export interface Recorded {
  readonly idx: number;
  readonly name: string;
  readonly state: MailboxState | undefined;
}

/** Whether the mailbox under a name holds the messages of a known one. */
export interface Question {
  readonly idx: number;
  readonly name: string;
}

/** `empty`: no message is recorded that could be compared; `missing`: the recorded messages are not there. */
export type Answer = "fits" | "differs" | "missing" | "unknown" | "empty";
/** `messages`: its own are there; `nothing`: it has none to compare; `numbers`: it has some, and no other mailbox is left. */
export type Proof = "messages" | "nothing" | "numbers";
export type Answers = (question: Question) => Answer | undefined;

export interface SideSituation {
  readonly known: readonly Recorded[];
  readonly listed: ReadonlyMap<string, ListedMailbox>;
  /** See {@link lookalikes}. */
  readonly alike: ReadonlySet<Recorded>;
  /** Whether a mailbox that is not listed does not exist. */
  readonly isGone: (name: string) => boolean;
}

export interface Whereabouts {
  /** For mailboxes that are not under their own name: the new name, if it is known. */
  readonly places: ReadonlyMap<number, string | undefined>;
  /** For mailboxes that may be under one of several names: these. */
  readonly unclear: ReadonlyMap<number, readonly string[]>;
  /** The proof, for mailboxes whose place is known. */
  readonly proofs: ReadonlyMap<number, Proof>;
  /** Questions that must be answered first; while there are any, the places mean nothing. */
  readonly questions: readonly Question[];
}

/** Mailboxes that were made in one second have the same UIDVALIDITY on some servers, and there may be thousands. */
const mostQuestions = 64;

/** Nothing is asked if the numbers show that every mailbox continues under its own name. */
export function locate(situation: SideSituation, answers: Answers): Whereabouts {
  const { known, listed, alike, isGone } = situation;
  const stateAt = (name: string): MailboxState | undefined => stateIn(listed, name);
  const isLost = ({ name, state }: Recorded): boolean => {
    if (state === undefined) return false;
    if (listed.get(name)?.exists !== true) return isGone(name);
    return (stateAt(name)?.uidValidity ?? state.uidValidity) !== state.uidValidity;
  };
  const isBehind = ({ name, state }: Recorded): boolean => {
    const now = stateAt(name);
    return now !== undefined && state !== undefined && now.uidValidity === state.uidValidity && !continues(now, state);
  };
  const displaceable = known.filter((one) => isLost(one) || isBehind(one));
  if (displaceable.length + alike.size === 0)
    return { places: new Map(), unclear: new Map(), proofs: new Map(), questions: [] };

  const existing = [...listed.keys()].filter((name) => name !== "INBOX" && stateAt(name) !== undefined);
  const byValidity = groupBy(existing, (name) => stateAt(name)!.uidValidity);
  const holders = new Map(known.map((one) => [one.name, one]));
  const asked = new Map<string, Question>();
  const answerTo = (question: Question): Answer | undefined => {
    const answer = answers(question);
    if (answer === undefined && asked.size < mostQuestions) asked.set(keyOf(question), question);
    return answer ?? (asked.has(keyOf(question)) ? undefined : "unknown");
  };
  const sameAge = ({ state }: Recorded): readonly string[] => byValidity.get(state?.uidValidity ?? 0) ?? [];
  const isHeir = (other: string, { name, state }: Recorded): boolean =>
    other !== name && state !== undefined && continues(stateAt(other)!, state);
  const heirsOf = (one: Recorded): string[] => sameAge(one).filter((other) => isHeir(other, one));

  const displaced = new Map<number, Recorded>();
  const candidates = new Map<number, string[]>();
  const queue: Recorded[] = [];
  const displace = (one: Recorded): void => {
    if (displaced.has(one.idx)) return;
    displaced.set(one.idx, one);
    queue.push(one);
  };
  const stays = new Set<Recorded>();
  for (const one of new Set([...displaceable, ...alike])) {
    if (isLost(one)) displace(one);
    // If the server went back, and no other mailbox could be this one, that is another case.
    else if (sameAge(one).some((other) => isHeir(other, one))) {
      const answer = answerTo({ idx: one.idx, name: one.name });
      // Until this is answered, there is no need to ask what else may be there.
      if (answer === "fits" || answer === undefined) stays.add(one);
      // If the contents of a mailbox leave it, its numbers show that.
      const isAnother = answer === "missing" && sameState(stateAt(one.name)!, one.state!);
      if (answer === "differs" || isAnother) displace(one);
    }
  }
  for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
    const { idx } = one;
    const found: string[] = [];
    for (const name of heirsOf(one)) {
      const holder = holders.get(name);
      if (holder === undefined || holder.state === undefined || displaced.has(holder.idx)) {
        found.push(name);
        continue;
      }
      // As far as numbers tell it is what it was.
      const isAsItWas = sameState(stateAt(name)!, holder.state) && !sameState(holder.state, one.state!);
      if (stays.has(holder) || (isAsItWas && !alike.has(holder)) || answerTo({ idx, name }) !== "fits") continue;
      found.push(name);
      displace(holder);
    }
    candidates.set(idx, found);
  }
  return { ...assign(displaced, { candidates, answerTo }), questions: [...asked.values()] };
}

interface Claims {
  readonly candidates: ReadonlyMap<number, readonly string[]>;
  readonly answerTo: (question: Question) => Answer | undefined;
}

function assign(
  displaced: ReadonlyMap<number, Recorded>,
  { candidates, answerTo }: Claims,
): Omit<Whereabouts, "questions"> {
  const fitting = new Map<number, string[]>();
  const possible = new Map<number, string[]>();
  for (const [idx, { name: was }] of displaced) {
    const names = candidates.get(idx) ?? [];
    const of = (...wanted: (Answer | undefined)[]): string[] =>
      names.filter((name) => wanted.includes(answerTo({ idx, name })));
    fitting.set(idx, of("fits"));
    const unknown = of("unknown", "empty");
    const aside = unknown.filter((name) => name !== was && settledName(name) === was);
    possible.set(idx, aside.length > 0 ? aside : unknown);
  }
  const claims = (name: string, claimed: ReadonlyMap<number, readonly string[]>): number =>
    [...claimed.values()].filter((names) => names.includes(name)).length;
  const places = new Map<number, string | undefined>();
  for (const [idx, names] of fitting) {
    const [name] = names;
    places.set(idx, name !== undefined && names.length === 1 && claims(name, fitting) === 1 ? name : undefined);
  }
  // A mailbox with nothing to compare is in the place where no other can be.
  const taken = new Set(places.values());
  for (const [idx, names] of possible) {
    if (fitting.get(idx)!.length > 0) continue;
    const free = names.filter((name) => !taken.has(name));
    const [name] = free;
    if (name !== undefined && free.length === 1 && claims(name, possible) === 1) places.set(idx, name);
  }
  const unclear = new Map<number, readonly string[]>();
  for (const [idx, name] of places) {
    const names = [...fitting.get(idx)!, ...possible.get(idx)!];
    const isEmpty = names.every((one) => answerTo({ idx, name: one }) === "empty");
    if (name === undefined && !isEmpty) unclear.set(idx, names);
  }
  const proofs = new Map<number, Proof>();
  for (const [idx, name] of places) {
    if (name === undefined) continue;
    const answer = answerTo({ idx, name });
    proofs.set(idx, answer === "fits" ? "messages" : answer === "empty" ? "nothing" : "numbers");
  }
  return { places, unclear, proofs };
}

/** For callers that ask {@link locate} several times. */
export function situationOf(told: Omit<SideSituation, "alike">): SideSituation {
  return { ...told, alike: lookalikes(told.known, (name) => stateIn(told.listed, name)) };
}

/** The numbers of a mailbox that exists. */
export function stateIn(listed: SideSituation["listed"], name: string): MailboxState | undefined {
  const mailbox = listed.get(name);
  return mailbox?.exists === true ? mailbox.state : undefined;
}

/**
 * Known mailboxes that seem to be under their own names, by UIDVALIDITY, but may have taken another's place: each has numbers
 * that the other could have now. Some servers give all mailboxes that are created in the same second the same UIDVALIDITY.
 */
export function lookalikes(
  known: readonly Recorded[],
  stateAt: (name: string) => MailboxState | undefined,
): ReadonlySet<Recorded> {
  const there = known.flatMap((recorded) => {
    const { state: before } = recorded;
    const now = stateAt(recorded.name);
    // A mailbox that never held a message can be confused with another one without harm; INBOX keeps its name.
    const hasHeld = before !== undefined && before.uidNext > 1 && recorded.name !== "INBOX";
    return hasHeld && now !== undefined && continues(now, before) ? [{ recorded, before, now }] : [];
  });
  const found = new Set<typeof there>();
  for (const sameAge of groupBy(there, ({ before }) => before.uidValidity).values()) {
    if (sameAge.length === 1) continue;
    // There may be thousands with equal numbers.
    const equal = [...groupBy(sameAge, ({ before, now }) => `${numbersOf(before)} ${numbersOf(now)}`).values()];
    const inOrder = equal.sort(([a], [b]) => a!.before.uidNext - b!.before.uidNext);
    for (const [i, group] of inOrder.entries()) {
      const one = group[0]!;
      if (group.length > 1) found.add(group);
      for (let k = i + 1; k < inOrder.length && inOrder[k]![0]!.before.uidNext <= one.now.uidNext; k++) {
        const other = inOrder[k]![0]!;
        if (!continues(one.now, other.before) || !continues(other.now, one.before)) continue;
        found.add(group).add(inOrder[k]!);
      }
    }
  }
  return new Set([...found].flatMap((group) => group.map(({ recorded }) => recorded)));
}

function numbersOf({ uidNext, highestModSeq }: MailboxState): string {
  return `${String(uidNext)} ${String(highestModSeq)}`;
}

function keyOf({ idx, name }: Question): string {
  return `${String(idx)} ${name}`;
}
