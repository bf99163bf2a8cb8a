// Finds known mailboxes that have other names now: by the listings, and if these are not enough, by asking the servers.

import type { Session } from "../../imap/session/session.ts";
import type { ListingQuery } from "../../mail/listing/list-both.ts";
import { type ListedMailbox, listEverything, type Listing } from "../../mail/listing/list-mailboxes.ts";
import { lookUpListing } from "../../mail/listing/look-up.ts";
import { continues, type MailboxState, sameState } from "../../model/mailbox-state.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { Store } from "../../state/state-store.ts";
import { allDone } from "../../util/all-done.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import { withSameIds } from "./mailbox-ids.ts";
import {
  type Answer,
  locate,
  lookalikes,
  type Proof,
  type Question,
  type Recorded,
  type SideSituation,
  situationOf,
  stateIn,
  type Whereabouts,
} from "./whereabouts-plan.ts";

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
  readonly proofs: PerSide<ReadonlyMap<number, Proof>>;
  /** Mailboxes that were listed, and those that were asked for in addition. */
  readonly listed: PerSide<ReadonlyMap<string, ListedMailbox>>;
  /** These are all mailboxes. */
  readonly isWhole: boolean;
}

type Listed = PerSide<ReadonlyMap<string, ListedMailbox>>;

/** Undefined if every mailbox is what it was, as in nearly all runs; mostly this takes no question to the servers. */
export async function findWhereabouts(search: Search, { listings, known }: Known): Promise<Found | undefined> {
  const mailboxes = [...known.values()];
  const { listed, isWhole, isGone } = await complete(search, { listings, mailboxes });
  const byIdx = new Map(mailboxes.map((mailbox) => [mailbox.idx, mailbox]));
  const situations = perSide((side) =>
    situationOf({ known: recordedOn(side, mailboxes), listed: listed[side], isGone }),
  );
  const answers = new Map<string, Answer>(
    (await itselfByIds(search, situations)).map((one) => [keyOf(one.side, one), "fits"]),
  );
  const locateOn = (side: Side): Whereabouts =>
    locate(situations[side], (question) => answers.get(keyOf(side, question)));
  let hasLooked = false;
  for (;;) {
    const found = perSide(locateOn);
    const asked = sides.flatMap((side) => found[side].questions.map((question) => ({ side, ...question })));
    if (asked.length === 0) {
      if (sides.every((side) => found[side].places.size === 0)) return undefined;
      if (hasLooked) await (await import("./second-look.ts")).leaveMailboxes(search.sessions);
      return {
        places: perSide((side) => found[side].places),
        unclear: perSide((side) => found[side].unclear),
        proofs: perSide((side) => found[side].proofs),
        ...{ listed, isWhole },
      };
    }
    hasLooked = true;
    await allDone(
      asked.map(async ({ side, ...question }) => {
        answers.set(keyOf(side, question), await answerTo(search, { side, question, mailboxes: byIdx, listed }));
      }),
    );
  }
}

function keyOf(side: Side, { idx, name }: Question): string {
  return `${side} ${String(idx)} ${name}`;
}

/** Mailboxes with interchangeable numbers that still have their recorded id: their messages need not be looked at. */
async function itselfByIds(
  { sessions, store }: Search,
  situations: PerSide<SideSituation>,
): Promise<readonly (Question & { readonly side: Side })[]> {
  const found = await bothSides(async (side) => {
    const { alike, listed } = situations[side];
    if (alike.size === 0) return [];
    const named = [...alike].map(({ idx, name }) => ({ idx, name, wireName: listed.get(name)!.wireName }));
    return withSameIds({ session: sessions[side], ids: store.mailboxIds(side) }, named);
  });
  return sides.flatMap((side) => found[side].map((one) => ({ ...one, side })));
}

interface Incomplete {
  readonly listings: PerSide<Listing>;
  readonly mailboxes: readonly KnownMailbox[];
}

interface Completed {
  readonly listed: Listed;
  readonly isWhole: boolean;
  /** Whether a mailbox that is not listed does not exist. */
  readonly isGone: (name: string) => boolean;
}

/** Completes a list that may lack mailboxes: adds all that may be the ones with other names now. */
async function complete({ sessions, query }: Search, { listings, mailboxes }: Incomplete): Promise<Completed> {
  const listed: Listed = perSide((side) => listings[side].mailboxes);
  const unknown = { listed, isWhole: false, isGone: () => false };
  // A mailbox in a line that cannot be read may be any of them.
  if (sides.some((side) => listings[side].unreadable.length > 0)) return unknown;
  if (query.patterns.includes("*") && query.selectOptions.length === 0)
    return { listed, isWhole: true, isGone: () => true };
  const { replaced, renamed } = suspectsIn(listed, mailboxes);
  const names = new Set(renamed);
  if (!replaced && names.size === 0) return unknown;
  const more = await bothSides(async (side) => {
    const { naming } = listings[side];
    const found = replaced
      ? await listEverything(sessions[side], naming)
      : await lookUpListing(sessions[side], { naming, names: renamed });
    return found.unreadable.length > 0 ? undefined : new Map([...found.mailboxes, ...listed[side]]);
  });
  const { local, remote } = more;
  if (local === undefined || remote === undefined) return unknown;
  return { listed: { local, remote }, isWhole: replaced, isGone: (name) => replaced || names.has(name) };
}

/** Whether another mailbox has the name of a known one; and those that seem to have the name of a new one. */
function suspectsIn(
  listed: Listed,
  mailboxes: readonly KnownMailbox[],
): { readonly replaced: boolean; readonly renamed: readonly string[] } {
  const names = new Set(mailboxes.map(({ name }) => name));
  const renamed = new Set<string>();
  let replaced = sides.some((side) => mayBeExchanged(listed[side], recordedOn(side, mailboxes)));
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

/** Whether a listed mailbox may be one that is not listed. */
function mayBeExchanged(listed: ReadonlyMap<string, ListedMailbox>, recorded: readonly Recorded[]): boolean {
  const stateAt = (name: string): MailboxState | undefined => stateIn(listed, name);
  const states = new Map(recorded.map(({ name, state }) => [name, state]));
  const among = lookalikes(recorded, stateAt);
  const alike = lookalikes(recorded, (name) => stateAt(name) ?? states.get(name));
  return [...alike].some((one) => listed.has(one.name) && !among.has(one));
}

function recordedOn(side: Side, mailboxes: readonly KnownMailbox[]): readonly Recorded[] {
  return mailboxes.map(({ idx, name, states }) => ({ idx, name, state: states[side] }));
}

interface Doubt {
  readonly side: Side;
  readonly question: Question;
  readonly mailboxes: ReadonlyMap<number, KnownMailbox>;
  readonly listed: Listed;
}

async function answerTo(search: Search, { side, question: { idx, name }, mailboxes, listed }: Doubt): Promise<Answer> {
  const mailbox = mailboxes.get(idx);
  const here = listed[side].get(name)?.wireName;
  if (here === undefined || mailbox === undefined) return "unknown";
  const other = otherSide(side);
  const { lookBack } = await import("./second-look.ts");
  const isElsewhere = name !== mailbox.name;
  const answer = await lookBack(search, {
    ...{ idx, side, wireName: here, counterparts: counterparts(mailbox, listed[other], other) },
    looksFurther: isElsewhere,
  });
  if (!isElsewhere || answer === "fits" || answer === "differs") return answer;
  const ids = { session: search.sessions[side], ids: search.store.mailboxIds(side) };
  const found = await withSameIds(ids, [{ idx, wireName: here }], sameAgeAs(name, listed[side]));
  return found.length > 0 ? "fits" : answer;
}

const mostOfSameAge = 64;

/** Other mailboxes that could have the same id, if a server gives it to several. */
function sameAgeAs(name: string, listed: ReadonlyMap<string, ListedMailbox>): readonly string[] {
  const uidValidity = listed.get(name)?.state?.uidValidity;
  const isOther = (other: string): boolean => stateIn(listed, other)?.uidValidity === uidValidity || other === "INBOX";
  const others = [...listed].filter(([other, { exists }]) => exists && other !== name && isOther(other));
  return others.slice(0, mostOfSameAge).map(([, { wireName }]) => wireName);
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
  // In a comparison with any other one, each mailbox of the same age would seem to fit.
  if (own !== undefined && isCandidate(own) && isAsItWas(own)) return [own.wireName];
  const rest = others.map(([, mailbox]) => mailbox).sort((a, b) => Number(isAsItWas(b)) - Number(isAsItWas(a)));
  return [...(own !== undefined && isCandidate(own) ? [own] : []), ...rest].map(({ wireName }) => wireName);
}
