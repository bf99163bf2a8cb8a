import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeletionLimit } from "../../../../src/model/deletion-limit.ts";
import {
  type Admission,
  isTooMany,
  type MailboxStanding,
  planAdmission,
  type Standing,
} from "../../../../src/sync/deletions/deletion-guard-plan.ts";
import { fc } from "../../../support/examples.ts";

const half: DeletionLimit = { share: 0.5 };
const standing = { limit: half, known: 200, before: 200, vanished: 181, moved: 0 };
const never = (): boolean => assert.fail("nobody has to ask that");
const nothing = { isStopped: false, isEmptied: false, forgets: false, stock: undefined };

const admissions: readonly (readonly [what: string, MailboxStanding, Admission])[] = [
  [
    "much, but not nearly all",
    { ...standing, vanished: 180, wasEmptied: never },
    { ...nothing, lost: 180, stock: 200 },
  ],
  ["nearly all", { ...standing, wasEmptied: () => false }, { ...nothing, lost: 181, isStopped: true }],
  [
    "nearly all, as was allowed before",
    { ...standing, wasEmptied: () => true },
    { ...nothing, lost: 181, isEmptied: true, stock: 200 },
  ],
  [
    "nearly all, some of it moved",
    { ...standing, moved: 1, wasEmptied: never },
    { ...nothing, lost: 181, forgets: true, stock: 199 },
  ],
  [
    "the rest of what it had yesterday",
    { ...standing, known: 21, vanished: 2, wasEmptied: () => false },
    { ...nothing, lost: 181, isStopped: true },
  ],
  [
    "all of a hundred",
    { ...standing, known: 100, before: 100, vanished: 100, wasEmptied: never },
    { ...nothing, lost: 100, stock: 100 },
  ],
  [
    "nearly all, without a limit",
    { ...standing, limit: undefined, wasEmptied: never },
    { ...nothing, lost: 181, isEmptied: true, forgets: true },
  ],
  [
    "nearly all, where a number is the limit",
    { ...standing, limit: { messages: 500 }, wasEmptied: never },
    { ...nothing, lost: 181, stock: 200 },
  ],
];

for (const [what, mailbox, admission] of admissions) {
  test(`a mailbox loses ${what}`, () => {
    assert.deepEqual(planAdmission(mailbox), admission);
  });
}

const anyStanding = fc.record({
  limit: fc.oneof(fc.record({ share: fc.constantFrom(0, 0.25, 0.5, 0.9, 1) }), fc.record({ messages: fc.nat(500) })),
  lostBefore: fc.nat(300),
  known: fc.nat(1000),
});

test("what is too much stays so when there is more of it, or more was lost before", () => {
  fc.assert(
    fc.property(anyStanding, fc.nat(1000), fc.nat(100), (given: Standing, count, more) => {
      if (!isTooMany(given, count)) return;
      assert.ok(isTooMany(given, count + more));
      // A share is one of all that there were.
      if ("messages" in given.limit!) assert.ok(isTooMany({ ...given, lostBefore: given.lostBefore + more }, count));
    }),
  );
});

test("a hundred may always be deleted, if that is not everything, unless a number says otherwise", () => {
  fc.assert(
    fc.property(fc.nat(100), fc.integer({ min: 101, max: 10_000 }), (count, known) => {
      assert.equal(isTooMany({ limit: half, lostBefore: 0, known }, count), false);
    }),
  );
});
