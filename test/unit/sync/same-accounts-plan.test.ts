import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageIdentity } from "../../../src/imap/commands/fetch.ts";
import { noFlags } from "../../../src/model/flags.ts";
import { compareMessages, numbersObjection } from "../../../src/sync/same-accounts-plan.ts";

function found(ids: Readonly<Record<number, string | undefined>>): ReadonlyMap<number, MessageIdentity> {
  return new Map(
    Object.entries(ids).map(([uid, messageId]) => {
      return [Number(uid), { uid: Number(uid), flags: noFlags, date: 0, size: 10, messageId }];
    }),
  );
}

const pairs = [
  { local: 1, remote: 11 },
  { local: 2, remote: 12 },
];

for (const [what, local, remote, verdict, unclear] of [
  ["all are the recorded ones", { 1: "<a>", 2: "<b>" }, { 11: "<a>", 12: "<b>" }, "same", 0],
  ["one was deleted", { 1: "<a>", 2: "<b>" }, { 12: "<b>" }, "same", 0],
  ["all were deleted", { 1: "<a>", 2: "<b>" }, {}, "unknown", 0],
  ["one is another", { 1: "<a>", 2: "<b>" }, { 11: "<a>", 12: "<c>" }, "other", 0],
  ["one is another, and one has no Message-ID", { 1: undefined, 2: "<b>" }, { 11: undefined, 12: "<c>" }, "other", 0],
  ["none has a Message-ID", { 1: undefined, 2: undefined }, { 11: undefined, 12: undefined }, "unknown", 2],
  ["one has a Message-ID on one side", { 1: undefined, 2: "<b>" }, { 11: "<a>", 12: "<b>" }, "same", 1],
] as const) {
  test(`${what}: ${verdict}`, () => {
    const comparison = compareMessages(pairs, { local: found(local), remote: found(remote) });
    assert.equal(comparison.verdict, verdict);
    assert.equal(comparison.unclear.length, unclear);
  });
}

test("numbers that a mailbox may have by now, and others", () => {
  const recorded = { uidValidity: 7, uidNext: 5, highestModSeq: 9n };
  for (const told of [undefined, recorded, { ...recorded, uidNext: 9 }, { ...recorded, highestModSeq: 1n }])
    assert.equal(numbersObjection(recorded, told), undefined);
  assert.match(numbersObjection(recorded, { ...recorded, uidValidity: 8 })!, /UIDVALIDITY/);
  assert.match(numbersObjection(recorded, { ...recorded, uidNext: 4 })!, /UIDNEXT/);
});
