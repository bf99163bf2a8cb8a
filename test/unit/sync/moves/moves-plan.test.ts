// Which messages were moved.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageIdentity } from "../../../../src/imap/verbs/fetch.ts";
import { fingerprint } from "../../../../src/model/fingerprint.ts";
import { noFlags } from "../../../../src/model/flags.ts";
import {
  type Departure,
  planArrivals,
  planByPrints,
  planDepartures,
  planMoves,
  planSearch,
  withoutLikes,
} from "../../../../src/sync/moves/moves-plan.ts";

const on = (local: boolean, remote = false): { local: boolean; remote: boolean } => ({ local, remote });
const mailbox = (name: string, loses = on(false), gains = on(false)) => ({ name, loses, gains });
const namesOf = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);

function searched(...all: ReturnType<typeof mailbox>[]): Record<string, string[]> {
  const { local, remote } = planSearch(all);
  return {
    localSources: namesOf(local.sources),
    localTargets: namesOf(local.targets),
    remoteSources: namesOf(remote.sources),
    remoteTargets: namesOf(remote.targets),
  };
}

const nothing = { localSources: [], localTargets: [], remoteSources: [], remoteTargets: [] };

test("nothing is searched where messages only went, or only came, or both in one mailbox", () => {
  assert.deepEqual(searched(mailbox("A", on(true)), mailbox("B", on(true))), nothing);
  assert.deepEqual(searched(mailbox("A", on(false), on(true)), mailbox("B", on(false), on(true))), nothing);
  assert.deepEqual(searched(mailbox("A", on(true), on(true)), mailbox("B")), nothing);
});

test("what went on one side is not searched among what came on the other", () => {
  assert.deepEqual(searched(mailbox("A", on(true)), mailbox("B", on(false), on(false, true))), nothing);
});

test("what went in one mailbox is searched in the others that have something new on the same side", () => {
  const both = searched(
    mailbox("A", on(true)),
    mailbox("B", on(false), on(true)),
    mailbox("C", on(true), on(true)),
    mailbox("D", on(false, true), on(false)),
  );
  assert.deepEqual(both, { ...nothing, localSources: ["A", "C"], localTargets: ["B", "C"] });
});

function message(uid: number, name: string, more: Partial<MessageIdentity> = {}): MessageIdentity {
  return { uid, messageId: `<${name}>`, size: 100, date: 1000, flags: noFlags, ...more };
}

function departure(local: number, remote: number, name: string): Departure {
  const print = fingerprint(message(local, name));
  return { pair: { local, remote }, prints: { local: print, remote: print } };
}

test("what vanished is looked for if something new looks like it, or if it is not known what it looked like", () => {
  const [a, b] = [departure(1, 11, "a"), departure(2, 12, "b")];
  const unknown: Departure = { pair: { local: 3, remote: 13 }, prints: { local: undefined, remote: undefined } };
  const arrivals = [message(50, "a"), message(51, "other"), message(52, "b", { size: 101 })];
  assert.deepEqual(planDepartures([a, b, unknown], { side: "local", arrivals }), [a, unknown]);
  assert.deepEqual(planDepartures([a, b, unknown], { side: "local", arrivals: [] }), []);
  assert.deepEqual(planArrivals(arrivals, { side: "local", departures: [a, b] }), [arrivals[0]]);
  assert.deepEqual(planArrivals(arrivals, { side: "local", departures: [a, unknown] }), arrivals);
});

test("moves are in the order of the UIDs that are to leave, and only of what was recorded", () => {
  const departures = [departure(1, 12, "a"), departure(2, 11, "b"), departure(3, 13, "c"), departure(4, 15, "f")];
  const pairs = [
    { local: message(50, "a"), remote: message(12, "a") },
    { local: message(51, "b"), remote: message(11, "b") },
    // Its row says that it was another message.
    { local: message(52, "d"), remote: message(13, "d") },
    { local: message(53, "e"), remote: message(14, "e") },
    // It came at another time.
    { local: message(54, "f", { date: 2000 }), remote: message(15, "f") },
  ];
  const moves = planMoves({ side: "local", departures, pairs });
  assert.deepEqual(
    moves.map((move) => [move.arrival.uid, move.counterpart.uid, move.departure.pair.local]),
    [
      [51, 11, 2],
      [50, 12, 1],
    ],
  );
});

test("what the other side has in the same mailbox is left out, and with it all without Message-ID if it has such", () => {
  const arrivals = [message(1, "a"), message(2, "b"), message(3, "", { messageId: undefined })];
  assert.deepEqual(withoutLikes(arrivals, []), arrivals);
  assert.deepEqual(withoutLikes(arrivals, [message(9, "b", { size: 5, date: 5 })]), [arrivals[0], arrivals[2]]);
  assert.deepEqual(withoutLikes(arrivals, [message(9, "", { messageId: undefined })]), [arrivals[0], arrivals[1]]);
});

const many = Array.from({ length: 300 }, (_, i) => `m${i}`);

test("of few messages, each is read on the other side; of many, fingerprints tell which they are", () => {
  const departures = many.map((name, i) => departure(i + 1, i + 1001, name));
  const arrivals = many.map((name, i) => message(i + 5001, name));
  const few = { departures: departures.slice(0, 200), arrivals };
  assert.deepEqual(planByPrints("local", few), { likely: [], unclear: few });
  const { likely, unclear } = planByPrints("local", { departures, arrivals });
  assert.deepEqual(unclear, { departures: [], arrivals: [] });
  assert.deepEqual(
    likely.map((one) => [one.departure.pair.local, one.arrival.uid]),
    many.map((_, i) => [i + 1, i + 5001]),
  );
});

test("twins, what has no Message-ID or no size, and rows whose fingerprints are missing or of two names are read", () => {
  const named = many.map((name, i) => departure(i + 1, i + 1001, name));
  const print = (name: string): number => fingerprint(message(1, name));
  const odd: readonly Departure[] = [
    departure(401, 1401, "twin"),
    departure(402, 1402, "twin"),
    departure(403, 1403, "double"),
    { pair: { local: 404, remote: 1404 }, prints: { local: print("half"), remote: undefined } },
    { pair: { local: 405, remote: 1405 }, prints: { local: print("two"), remote: print("names") } },
    { pair: { local: 406, remote: 1406 }, prints: { local: undefined, remote: print("blank") } },
    departure(407, 1407, "sizeless"),
  ];
  const oddArrivals = ["twin", "double", "double", "half", "two", "blank"].map((name, i) => message(i + 6001, name));
  oddArrivals.push(message(6101, "sizeless", { size: 0 }), message(6102, "", { messageId: undefined }));
  const { likely, unclear } = planByPrints("local", {
    departures: [...named, ...odd],
    arrivals: [...many.map((name, i) => message(i + 5001, name)), ...oddArrivals],
  });
  assert.equal(likely.length, 300);
  assert.deepEqual(unclear, { departures: odd, arrivals: oddArrivals });
});
