import assert from "node:assert/strict";
import { test } from "node:test";
import {
  continues,
  followsChanges,
  hasModSeq,
  itemBehind,
  nothingSeen,
  withoutModSeq,
} from "../../../src/model/mailbox-state.ts";

const before = { uidValidity: 7, uidNext: 5, highestModSeq: 9n };

for (const [what, now, behind] of [
  ["as it was", {}, undefined],
  ["more of both", { uidNext: 6, highestModSeq: 10n }, undefined],
  ["a lower UIDNEXT", { uidNext: 4, highestModSeq: 12n }, "UIDNEXT"],
  ["a lower HIGHESTMODSEQ", { uidNext: 6, highestModSeq: 8n }, "HIGHESTMODSEQ"],
  ["both lower", { uidNext: 4, highestModSeq: 8n }, "UIDNEXT"],
  ["no HIGHESTMODSEQ any more", { highestModSeq: 0n }, undefined],
] as const) {
  test(`what went back: ${what}`, () => {
    assert.equal(itemBehind({ ...before, ...now }, before), behind);
    assert.equal(continues({ ...before, ...now }, before), behind === undefined);
    assert.equal(continues({ ...before, ...now, uidValidity: 8 }, before), false);
  });
}

test("a state without a mod-sequence is one of its own: no changes are reported since, unless there never was a message", () => {
  assert.deepEqual([hasModSeq(before), followsChanges(before)], [true, true]);
  const without = withoutModSeq(before);
  assert.deepEqual({ ...without, highestModSeq: 9n }, before);
  assert.deepEqual([hasModSeq(without), followsChanges(without)], [false, false]);
  assert.deepEqual([hasModSeq(nothingSeen(7)), followsChanges(nothingSeen(7))], [false, true]);
});
