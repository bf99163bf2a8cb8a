import assert from "node:assert/strict";
import { test } from "node:test";
import { noFlags } from "../../../../src/model/flags.ts";
import { isToBeAskedAgain } from "../../../../src/sync/flags/unkept-flags.ts";

const hour = 3_600_000;
const now = Date.UTC(2025, 0, 1);

test("what a mailbox keeps is asked for once a day, and when the time of the last answer is to come", () => {
  const isAsked = (at: number): boolean =>
    isToBeAskedAgain({ idx: 1, side: "local", flags: noFlags, at: new Date(at) }, now);
  assert.deepEqual([now - 24 * hour, now - 23 * hour, now, now + 1_000, now + 8_766 * hour].map(isAsked), [
    true,
    false,
    false,
    true,
    true,
  ]);
});
