// Finds out which vanished messages are the same as new ones elsewhere. Asks the other side, which still has the messages, for
// no more than is needed to be sure.

import { fetchIdentities } from "../../imap/verbs/fetch.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { otherSide, perSide, type Side } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { pairMessages } from "../identity/pair-messages.ts";
import type { Arrivals } from "./arrivals.ts";
import {
  byCounterpart,
  type Candidates,
  type Departure,
  type Likely,
  type Move,
  planArrivals,
  planByPrints,
  planDepartures,
  planMoves,
} from "./moves-plan.ts";

export interface Places {
  /** Open at least on the other side. */
  readonly source: Pick<OpenMailbox, "sessions">;
  /** Where somebody moved them. */
  readonly side: Side;
  /** New messages in another mailbox there. */
  readonly there: Arrivals;
  /** The record has to be checked. */
  readonly isRepair: boolean;
}

/** Those of the departures that are there now, by the order of their UIDs on the other side. */
export async function findMoves(places: Places, all: readonly Departure[]): Promise<readonly Move[]> {
  const { side, there, isRepair } = places;
  if (all.length === 0 || there.left.length === 0) return [];
  const candidates = { departures: all, arrivals: there.left };
  const { likely, unclear } = isRepair ? { likely: [], unclear: candidates } : planByPrints(side, candidates);
  const believed = await believe(places, likely);
  if (believed === undefined) return readAll(places, candidates);
  return [...believed, ...(await readAll(places, unclear))].sort(byCounterpart);
}

/** The size of the sample that is read of messages that need not be read. */
const sampleSize = 16;

/** With the flags of the other side's messages, if these are there. Undefined if a message of the sample is another one. */
async function believe(places: Places, likely: readonly Likely[]): Promise<readonly Move[] | undefined> {
  if (likely.length === 0) return [];
  const { source, side } = places;
  const other = otherSide(side);
  const uidsOf = (some: readonly Likely[]) => uidSetOf(some.map(({ departure }) => departure.pair[other]));
  const step = Math.max(1, Math.floor(likely.length / sampleSize));
  const sample = likely.filter((_, i) => i % step === 0);
  const session = source.sessions[other];
  const looking = fetchFlags(session, uidsOf(likely));
  const reading = fetchIdentities(session, uidsOf(sample), { withFlags: false });
  await allDone<unknown>([looking, reading]);
  const flags = await looking;
  const read = new Map((await reading).map((message) => [message.uid, message]));
  const isAnother = ({ departure, arrival }: Likely): boolean => {
    const message = read.get(departure.pair[other]);
    if (message === undefined) return flags.has(departure.pair[other]);
    return message.messageId !== arrival.messageId || !Object.is(message.date, arrival.date);
  };
  if (sample.some(isAnother)) return undefined;
  return likely.flatMap(({ departure, arrival }): Move[] => {
    const uid = departure.pair[other];
    const found = flags.get(uid);
    if (found === undefined) return [];
    return [{ departure, arrival, counterpart: { uid, flags: found.flags, print: departure.prints[other]! } }];
  });
}

/** Messages that may be the same, by their fingerprints if these are known. */
async function readAll({ source, side, there }: Places, candidates: Candidates): Promise<readonly Move[]> {
  const departures = planDepartures(candidates.departures, { side, arrivals: candidates.arrivals });
  if (departures.length === 0) return [];
  const arrivals = planArrivals(candidates.arrivals, { side, departures });
  const other = otherSide(side);
  const counterparts = await fetchIdentities(
    source.sessions[other],
    uidSetOf(departures.map(({ pair }) => pair[other])),
  );
  const sessions = perSide((one) => (one === side ? there.channel : source.sessions[one]));
  const messages = perSide((one) => (one === side ? arrivals : counterparts));
  return planMoves({ side, departures, pairs: await pairMessages({ sessions }, messages) });
}
