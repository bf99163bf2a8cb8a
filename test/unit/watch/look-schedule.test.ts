// When everything is looked at again.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { LookSchedule } from "../../../src/watch/look-schedule.ts";

const second = 1_000;
const nothing = { refusals: { messages: () => [], changes: () => [], waits: () => [] } };

function schedule(t: TestContext, { pollMs = 600 * second, lookMs = 3_600 * second } = {}): LookSchedule {
  t.mock.method(Math, "random", () => 0);
  return new LookSchedule({ pollMs, lookMs, store: nothing });
}

test("servers that report changes are looked at seldom, others are polled", (t) => {
  assert.equal(schedule(t).untilNext(true), 3_600 * second);
  assert.equal(schedule(t).untilNext(false), 600 * second);
  assert.equal(schedule(t, { lookMs: 60 * second }).untilNext(false), 60 * second);
});

test("what was skipped is tried again soon, later each time, until nothing is skipped", (t) => {
  const one = schedule(t);
  t.mock.method(Math, "random", () => 1);
  const pauses = [1, 2, 3].map(() => {
    one.noteFailure();
    return one.untilNext(true) / second;
  });
  assert.deepEqual(pauses, [32, 34, 38]);
  one.noteSuccess();
  assert.equal(one.untilNext(true), 3_600 * second);
});

test("no failure makes the next look later than it would have been", (t) => {
  const one = schedule(t, { pollMs: 5 * second });
  one.noteFailure();
  assert.equal(one.untilNext(false), 5 * second);
});
