// Decides which messages were moved: in which mailboxes they may be, and which vanished messages to look for. Pure.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { areOfOneName, fingerprint, fitOf } from "../../model/fingerprint.ts";
import { type FlagSet, unionFlags } from "../../model/flags.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { Prints } from "../../state/fingerprints.ts";

/** What the listed numbers say about a mailbox on each side. */
export interface Shift {
  /** Recorded messages may be gone. */
  readonly loses: PerSide<boolean>;
  /** There are new messages for the other server. */
  readonly gains: PerSide<boolean>;
}

export interface Search<T> {
  /** Mailboxes that messages may have left. */
  readonly sources: readonly T[];
  /** Mailboxes where they may be now. */
  readonly targets: readonly T[];
}

/** Which mailboxes to look at for each side; none, unless messages left one mailbox and arrived in another. */
export function planSearch<T extends Shift>(all: readonly T[]): PerSide<Search<T>> {
  return perSide((side) => {
    const [losing, gaining] = [all.filter(({ loses }) => loses[side]), all.filter(({ gains }) => gains[side])];
    const hasOther = (one: T, others: readonly T[]): boolean => others.some((other) => other !== one);
    const sources = losing.filter((one) => hasOther(one, gaining));
    return { sources, targets: gaining.filter((one) => hasOther(one, sources)) };
  });
}

/** A message that vanished on one side and is still on the other. */
export interface Departure {
  /** A row of the mapping. */
  readonly pair: PerSide<number>;
  readonly prints: Prints;
}

/** Messages that vanished on `side` and may be among the new ones in other mailboxes there. */
export function planDepartures(
  departures: readonly Departure[],
  { side, arrivals }: { readonly side: Side; readonly arrivals: readonly MessageIdentity[] },
): readonly Departure[] {
  if (arrivals.length === 0) return [];
  const prints = new Set(arrivals.map(fingerprint));
  return departures.filter(({ prints: { [side]: print } }) => print === undefined || prints.has(print));
}

/** New messages that may be one of these. */
export function planArrivals(
  arrivals: readonly MessageIdentity[],
  { side, departures }: { readonly side: Side; readonly departures: readonly Departure[] },
): readonly MessageIdentity[] {
  const prints = new Set(departures.map(({ prints: { [side]: print } }) => print));
  return prints.has(undefined) ? arrivals : arrivals.filter((message) => prints.has(fingerprint(message)));
}

/** A new message that has to get to the other side, and its counterpart there, which will be moved. */
export interface Move {
  readonly departure: Departure;
  /** On the side where somebody moved it. */
  readonly arrival: MessageIdentity;
  /** On the other side, in the mailbox that it is to leave. */
  readonly counterpart: Counterpart;
}

export interface Counterpart {
  readonly uid: number;
  readonly flags: FlagSet;
  readonly print: number;
}

/**
 * A copy has the flags of the message that was copied. If the program is killed before it sets those of the new message, both get
 * the union: a flag that was removed would be there again.
 */
export function keepsFlags({ arrival, counterpart }: Move): boolean {
  return unionFlags(arrival.flags, counterpart.flags) === arrival.flags;
}

/** The same message by the record: nobody has looked at the other side's message yet. */
export interface Likely {
  readonly departure: Departure;
  readonly arrival: MessageIdentity;
}

export interface ByPrints {
  readonly likely: readonly Likely[];
  readonly unclear: Candidates;
}

export interface Candidates {
  readonly departures: readonly Departure[];
  readonly arrivals: readonly MessageIdentity[];
}

/** Up to this many messages are read on the other side in any case. */
const fewToRead = 200;

/**
 * If there are many, finds those that need not be read on the other side: only one such message vanished and only one is new, it
 * has a Message-ID, and its row has fingerprints of both sides, which are of that Message-ID.
 */
export function planByPrints(side: Side, { departures, arrivals }: Candidates): ByPrints {
  const arrivalOf = onlyOnes(arrivals, fingerprint);
  const departureOf = onlyOnes(departures, ({ prints: { [side]: print } }) => print);
  const likely: Likely[] = [];
  for (const departure of departures) {
    const { local, remote, [side]: print } = departure.prints;
    if (local === undefined || remote === undefined || print === undefined) continue;
    const arrival = arrivalOf.get(print);
    const isAlone = arrival !== undefined && departureOf.get(print) === departure;
    if (isAlone && arrival.messageId !== undefined && arrival.size > 0 && areOfOneName(local, remote))
      likely.push({ departure, arrival });
  }
  if (likely.length <= fewToRead) return { likely: [], unclear: { departures, arrivals } };
  const gone = new Set(likely.map(({ departure }) => departure));
  const come = new Set(likely.map(({ arrival }) => arrival));
  return {
    likely,
    unclear: {
      departures: departures.filter((one) => !gone.has(one)),
      arrivals: arrivals.filter((one) => !come.has(one)),
    },
  };
}

/** By kind; undefined if there are several of a kind. */
function onlyOnes<K, T>(all: readonly T[], kindOf: (one: T) => K): ReadonlyMap<K, T | undefined> {
  const found = new Map<K, T | undefined>();
  for (const one of all) {
    const kind = kindOf(one);
    found.set(kind, found.has(kind) ? undefined : one);
  }
  return found;
}

interface Paired {
  /** Where somebody moved them. */
  readonly side: Side;
  readonly departures: readonly Departure[];
  /** New messages on `side`, and the same messages on the other. */
  readonly pairs: readonly PerSide<MessageIdentity>[];
}

/** The moves of messages that match the record, in the order of their UIDs where they are. */
export function planMoves({ side, departures, pairs }: Paired): readonly Move[] {
  const other = otherSide(side);
  const byUid = new Map(departures.map((departure) => [departure.pair[other], departure]));
  return pairs
    .flatMap((pair): Move[] => {
      const departure = byUid.get(pair[other].uid);
      // Servers keep the date of messages that they move (RFC 3501 6.4.7).
      const isDated = pair.local.date === pair.remote.date;
      const isRecorded =
        departure !== undefined && isDated && sides.every((one) => fitOf(departure.prints[one], pair[one]) !== "other");
      const { uid, flags } = pair[other];
      const counterpart = { uid, flags, print: fingerprint(pair[other]) };
      return isRecorded ? [{ departure, arrival: pair[side], counterpart }] : [];
    })
    .sort(byCounterpart);
}

export function byCounterpart(a: Move, b: Move): number {
  return a.counterpart.uid - b.counterpart.uid;
}

/** Without messages that the other side may have in the same mailbox: these are copies of each other, or are compared as such. */
export function withoutLikes(
  arrivals: readonly MessageIdentity[],
  there: readonly MessageIdentity[],
): readonly MessageIdentity[] {
  const ids = new Set(there.map(({ messageId }) => messageId));
  return arrivals.filter(({ messageId }) => !ids.has(messageId));
}
