import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailboxState } from "../../../../src/model/mailbox-state.ts";
import { type Numbers, planSurveys } from "../../../../src/sync/mailbox/survey-ahead-plan.ts";

const state: MailboxState = { uidValidity: 7, uidNext: 101, highestModSeq: 9n };
const before = { local: state, remote: state };
const same = { uidValidity: 7, uidNext: 101, messages: 80 };
const quiet: Numbers = {
  mapped: 80,
  counts: { local: 80, remote: 80 },
  before,
  now: { local: same, remote: same },
};

/** How many messages there may be too few of. */
function lost(numbers: Numbers): number {
  const counts: number[] = [];
  planSurveys([numbers], (count) => {
    counts.push(count);
    return true;
  });
  return counts[0]!;
}

const rows: readonly (readonly [what: string, numbers: Numbers, lost: number])[] = [
  ["nothing happened", quiet, 0],
  ["one side has fewer", { ...quiet, now: { local: same, remote: { ...same, messages: 70 } } }, 10],
  [
    "both sides have fewer",
    { ...quiet, now: { local: { ...same, messages: 79 }, remote: { ...same, messages: 70 } } },
    11,
  ],
  ["some came, and as many are gone", { ...quiet, now: { local: same, remote: { ...same, uidNext: 111 } } }, 10],
  ["no more can be gone than were there", { ...quiet, now: { local: same, remote: { ...same, uidNext: 9000 } } }, 80],
  [
    "there was more than is recorded",
    { ...quiet, mapped: 5, now: { local: same, remote: { ...same, messages: 1 } } },
    5,
  ],
  ["it is another mailbox", { ...quiet, now: { local: same, remote: { ...same, uidValidity: 8, messages: 1 } } }, 0],
  ["a server does not say", { ...quiet, now: { local: same, remote: undefined } }, 0],
  ["it was never in step", { ...quiet, before: { local: state, remote: undefined } }, 0],
  [
    "nobody has counted them",
    { ...quiet, mapped: 75, counts: undefined, now: { local: same, remote: { ...same, messages: 70 } } },
    5,
  ],
];

for (const [what, numbers, count] of rows) {
  test(`by its numbers a mailbox may have lost ${String(count)}: ${what}`, () => {
    assert.equal(lost(numbers), count);
  });
}

test("only those that may have lost messages are surveyed, and only where that may be too many", () => {
  const lossy: Numbers = { ...quiet, now: { local: same, remote: { ...same, messages: 60 } } };
  const all = [lossy, quiet, lossy];
  assert.deepEqual(
    planSurveys(all, (count) => count > 39),
    [lossy, lossy],
  );
  assert.deepEqual(
    planSurveys(all, (count) => count > 40),
    [],
  );
});
