import assert from "node:assert/strict";
import { test } from "node:test";
import type { RefusedMessage } from "../../../../src/state/refused.ts";
import { isDue, nextAttempt, stillRefused, untilNextAttempt } from "../../../../src/sync/refused/retry-refused.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const at = Date.UTC(2025, 0, 1);

function tried(attempts: number, lastAttempt = at): { readonly attempts: number; readonly lastAttempt: Date } {
  return { attempts, lastAttempt: new Date(lastAttempt) };
}

test("a minute, then twice as long each time, at last a day", () => {
  const pauses = [1, 2, 3, 4, 11, 12, 100, 10_000].map((attempts) => nextAttempt(tried(attempts)) - at);
  assert.deepEqual(pauses, [minute, 2 * minute, 4 * minute, 8 * minute, 1024 * minute, day, day, day]);
});

test("due from that moment on", () => {
  assert.equal(isDue(tried(2), at + 2 * minute - 1), false);
  assert.equal(isDue(tried(2), at + 2 * minute), true);
  assert.equal(isDue(tried(2), at + 10 * day), true);
  assert.equal(isDue(tried(2), at - minute), true, "the clock was put back");
});

test("the next attempt is that of the first one that is not due yet", () => {
  assert.equal(untilNextAttempt([], at), Infinity);
  assert.equal(untilNextAttempt([tried(3), tried(1, at - 1), tried(2)], at), minute - 1);
  // It is due, was not offered, and so will not be: there is no use in looking again at once.
  assert.equal(untilNextAttempt([tried(1, at - day), tried(1, at - minute)], at), Infinity);
  assert.equal(untilNextAttempt([tried(1, at - day), tried(4)], at), 8 * minute);
  assert.equal(
    untilNextAttempt([tried(1, at + 365 * day)], at),
    Infinity,
    "so it is with one that the clock has run ahead of",
  );
});

test("no more messages than a call has room for arguments", () => {
  assert.equal(untilNextAttempt(Array<ReturnType<typeof tried>>(300_000).fill(tried(1)), at), minute);
});

test("still refused: the same mailbox, side and UID, in the order of before", () => {
  const message = (idx: number, side: "local" | "remote", uid: number): RefusedMessage => ({
    ...{ idx, side, uid, attempts: 1, size: 1, messageId: undefined, reason: "no" },
    ...{ firstAttempt: new Date(at), lastAttempt: new Date(at) },
  });
  const before = [message(2, "local", 1), message(1, "local", 1), message(1, "remote", 1), message(1, "local", 11)];
  const now = [
    message(1, "local", 11),
    message(1, "remote", 2),
    { ...message(1, "local", 1), attempts: 2 },
    message(3, "local", 1),
  ];
  assert.deepEqual(stillRefused(before, now), [before[1], before[3]]);
  assert.deepEqual(stillRefused(before, []), []);
});
