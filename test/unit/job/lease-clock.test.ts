// Until when a process goes on that works on behalf of a lease.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type HeldUntil, later, LeaseClock, type Moment, parseHeldUntil } from "../../../src/job/lease-clock.ts";

const start: Moment = { monotonicMs: 5_000, wallMs: 1_000_000 };

function clockAt(heldUntil: HeldUntil) {
  let now = start;
  const events: string[] = [];
  const clock = new LeaseClock({
    ...{ heldUntil, now: () => now },
    onOver: () => void events.push("over"),
    leave: () => void events.push("leave"),
  });
  return {
    clock,
    events,
    /** By both clocks. */
    pass: (monotonicMs: number, wallMs = monotonicMs) => {
      now = { monotonicMs: now.monotonicMs + monotonicMs, wallMs: now.wallMs + wallMs };
      clock.look();
    },
    held: (ms: number): HeldUntil => ({ until: later(now, ms), graceMs: 100 }),
  };
}

const heldUntil: HeldUntil = { until: later(start, 1_000), graceMs: 100 };

test("a process begins nothing new when its lease is over, and has some time to end", () => {
  const { events, pass } = clockAt(heldUntil);
  pass(999);
  assert.deepEqual(events, []);
  pass(1);
  assert.deepEqual(events, ["over"]);
  pass(99);
  assert.deepEqual(events, ["over"]);
  pass(1);
  assert.deepEqual(events, ["over", "leave"]);
});

test("a lease that is renewed goes on", () => {
  const { clock, events, pass, held } = clockAt(heldUntil);
  pass(900);
  clock.renew(held(1_000));
  pass(999);
  assert.deepEqual(events, []);
  clock.stop();
});

test("what was over stays over, even if a renewal lay in the pipe while the process was stopped", () => {
  const { clock, events, pass, held } = clockAt(heldUntil);
  const inThePipe = held(1_050);
  pass(1_060);
  clock.renew(inThePipe);
  assert.deepEqual(events, ["over"]);
  clock.stop();
});

test("a lease that is lost is over at once", () => {
  const { clock, events, held } = clockAt(heldUntil);
  clock.renew(held(0));
  assert.deepEqual([events, clock.isOver], [["over"], true]);
  clock.renew(held(1_000));
  assert.equal(clock.isOver, true);
  clock.stop();
});

test("the sleep of a machine counts, of which its monotonic clock knows nothing", () => {
  const { events, pass } = clockAt(heldUntil);
  pass(0, 3_600_000);
  assert.deepEqual(events, ["over", "leave"]);
});

test("a clock that is set back makes a lease no longer", () => {
  const { events, pass } = clockAt(heldUntil);
  pass(1_000, -3_600_000);
  assert.deepEqual(events, ["over"]);
});

test("what is no lease is not taken for one", () => {
  assert.deepEqual(parseHeldUntil(JSON.parse(JSON.stringify(heldUntil))), heldUntil);
  for (const wrong of [undefined, null, {}, { until: start }, { until: { monotonicMs: "1", wallMs: 1 }, graceMs: 1 }])
    assert.throws(() => parseHeldUntil(wrong), TypeError);
});
