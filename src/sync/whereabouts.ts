// Finds known mailboxes that are called otherwise now: by what was listed, and where that does not tell, by asking the servers.

import type { Session } from "../imap/session.ts";
import { sameState } from "../model/mailbox-state.ts";
import { bothSides, otherSide, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import type { Store } from "../store/store.ts";
import { lookUpListing } from "./look-up.ts";
import type { ListingQuery } from "./list-both.ts";
import { listMailboxes, type ListedMailbox, type Listing } from "./mailbox-listing.ts";
import type { KnownMailbox } from "./mailbox-plan.ts";
import { leaveMailboxes, lookAgain } from "./second-look.ts";
import { continues, locate, type Answer, type Question, type Whereabouts } from "./whereabouts-plan.ts";

export interface Search {
  readonly sessions: PerSide<Session>;
  readonly store: Store;
  readonly query: ListingQuery;
}

export interface Known {
  readonly listings: PerSide<Listing>;
  readonly known: ReadonlyMap<string, KnownMailbox>;
}

export interface Found {
  readonly places: PerSide<ReadonlyMap<number, string | undefined>>;
  readonly unclear: PerSide<ReadonlyMap<number, readonly string[]>>;
  /** What was listed, and what was asked for besides. */
  readonly listed: PerSide<ReadonlyMap<string, ListedMailbox>>;
}

/** So many mailboxes are compared with one. */
const mostCounterparts = 32;

type Listed = PerSide<ReadonlyMap<string, ListedMailbox>>;

/** Undefined where every mailbox is what it was, as in nearly all runs: then nothing is asked. */
export async function findWhereabouts(search: Search, { listings, known }: Known): Promise<Found | undefined> {
  const mailboxes = [...known.values()];
  const { listed, isGone } = await complete(search, { listings, mailboxes });
  const answers = new Map<string, Answer>();
  const locateOn = (side: Side): Whereabouts => {
    const recorded = mailboxes.map(({ idx, name, states }) => ({ idx, name, state: states[side] }));
    return locate({ known: recorded, listed: listed[side], isGone }, (question) => answers.get(keyOf(side, question)));
  };
  let hasLooked = false;
  for (;;) {
    const found = perSide(locateOn);
    const asked = sides.flatMap((side) => found[side].questions.map((question) => ({ side, ...question })));
    if (asked.length === 0) {
      if (hasLooked) await leaveMailboxes(search.sessions);
      const isNothing = sides.every(
        (side) =>
          found[side].unclear.size === 0 && ![...found[side].places.values()].some((name) => name !== undefined),
      );
      if (isNothing) return undefined;
      return {
        places: perSide((side) => found[side].places),
        unclear: perSide((side) => found[side].unclear),
        listed,
      };
    }
    hasLooked = true;
    for (const { side, ...question } of asked)
      answers.set(keyOf(side, question), await answerTo(search, { side, question, mailboxes, listed }));
  }
}

function keyOf(side: Side, { idx, name }: Question): string {
  return `${side} ${String(idx)} ${name}`;
}

interface Incomplete {
  readonly listings: PerSide<Listing>;
  readonly mailboxes: readonly KnownMailbox[];
}

interface Completed {
  readonly listed: Listed;
  /** Whether a mailbox that is not listed does not exist. */
  readonly isGone: (name: string) => boolean;
}

/** Adds to a list that need not have all mailboxes what those that may be called otherwise now can have become. */
async function complete({ sessions, query }: Search, { listings, mailboxes }: Incomplete): Promise<Completed> {
  const listed: Listed = perSide((side) => listings[side].mailboxes);
  // What is listed in a line that cannot be read may be any of them.
  if (sides.some((side) => listings[side].unreadable.length > 0)) return { listed, isGone: () => false };
  if (query.patterns.includes("*") && query.selectOptions.length === 0) return { listed, isGone: () => true };
  const { replaced, renamed } = suspectsIn(listed, mailboxes);
  const names = new Set(renamed);
  if (!replaced && names.size === 0) return { listed, isGone: () => false };
  const more = await bothSides(async (side) => {
    const { naming } = listings[side];
    const everything = { selectOptions: [], reference: naming.reference, patterns: ["*"] };
    const found = replaced
      ? await listMailboxes(sessions[side], everything)
      : await lookUpListing(sessions[side], { naming, names: renamed });
    return found.unreadable.length > 0 ? undefined : new Map([...found.mailboxes, ...listed[side]]);
  });
  const { local, remote } = more;
  if (local === undefined || remote === undefined) return { listed, isGone: () => false };
  return { listed: { local, remote }, isGone: (name) => replaced || names.has(name) };
}

/** Whether another mailbox has the name of a known one; and those that seem to be called like a new one. */
function suspectsIn(
  listed: Listed,
  mailboxes: readonly KnownMailbox[],
): { readonly replaced: boolean; readonly renamed: readonly string[] } {
  const names = new Set(mailboxes.map(({ name }) => name));
  const renamed = new Set<string>();
  let replaced = false;
  for (const side of sides) {
    const strangers = [...listed[side]].filter(([name, { exists }]) => exists && !names.has(name));
    for (const { name, states } of mailboxes) {
      const [now, before] = [listed[side].get(name), states[side]];
      if (before === undefined) continue;
      if (now?.exists === true) replaced ||= now.state !== undefined && !continues(now.state, before);
      else if (strangers.some(([, { state }]) => state !== undefined && continues(state, before))) renamed.add(name);
    }
  }
  return { replaced, renamed: [...renamed] };
}

interface Doubt {
  readonly side: Side;
  readonly question: Question;
  readonly mailboxes: readonly KnownMailbox[];
  readonly listed: Listed;
}

async function answerTo(
  { sessions, store }: Search,
  { side, question: { idx, name }, mailboxes, listed }: Doubt,
): Promise<Answer> {
  const mailbox = mailboxes.find((one) => one.idx === idx);
  const here = listed[side].get(name)?.wireName;
  if (here === undefined || mailbox === undefined) return "unknown";
  // The other server may have it under several names, by numbers alone: its messages tell.
  const other = otherSide(side);
  const candidates = counterparts(mailbox, listed[other], other);
  let answer: Answer = "unknown";
  for (const there of candidates.slice(0, mostCounterparts)) {
    const wireNames = perSide((one) => (one === side ? here : there));
    answer = await lookAgain({ sessions, store }, { idx, wireNames });
    if (answer !== "differs") return answer;
  }
  return candidates.length > mostCounterparts ? "unknown" : answer;
}

/** Its own name first, then those to which nothing has happened since. */
function counterparts(
  { name, states }: KnownMailbox,
  listed: ReadonlyMap<string, ListedMailbox>,
  side: Side,
): readonly string[] {
  const before = states[side];
  if (before === undefined) return [];
  const isCandidate = ({ exists, state }: ListedMailbox): boolean =>
    exists && state !== undefined && continues(state, before);
  const own = listed.get(name);
  const others = [...listed].filter(([other, mailbox]) => other !== name && isCandidate(mailbox));
  const isAsItWas = ({ state }: ListedMailbox): boolean => state !== undefined && sameState(state, before);
  // Compared with any other one, each mailbox of the same age would seem to fit.
  if (own !== undefined && isCandidate(own) && isAsItWas(own)) return [own.wireName];
  const rest = others.map(([, mailbox]) => mailbox).sort((a, b) => Number(isAsItWas(b)) - Number(isAsItWas(a)));
  return [...(own !== undefined && isCandidate(own) ? [own] : []), ...rest].map(({ wireName }) => wireName);
}
