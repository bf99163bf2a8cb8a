import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { onClockJump } from "../../../src/watch/clock-watch.ts";

const second = 1_000;

interface Watched {
  readonly jumps: readonly number[];
  /** The timer comes so much later than asked for. */
  readonly tick: (lateMs: number) => void;
  readonly end: () => void;
}

/** A wall clock and a timer in the hands of the test. */
function watched(t: TestContext): Watched {
  let now = 1_700_000_000_000;
  let due: (() => void) | undefined;
  let everyMs = 0;
  const timer = { unref: () => timer };
  t.mock.method(globalThis, "setInterval", (work: () => void, ms: number) => {
    due = work;
    everyMs = ms;
    return timer;
  });
  t.mock.method(globalThis, "clearInterval", (ended: unknown) => {
    if (ended === timer) due = undefined;
  });
  const jumps: number[] = [];
  const end = onClockJump(
    (byMs) => {
      jumps.push(byMs);
    },
    () => now,
  );
  return {
    jumps,
    end,
    tick: (lateMs) => {
      now += everyMs + lateMs;
      due?.();
    },
  };
}

test("a timer that comes hours late: the machine was asleep", (t) => {
  const { jumps, tick } = watched(t);
  tick(0);
  tick(3 * 3600 * second);
  assert.deepEqual(jumps, [3 * 3600 * second]);
});

test("each sleep is told once", (t) => {
  const { jumps, tick } = watched(t);
  for (const late of [60 * second, 0, 0, 90 * second, 0]) tick(late);
  assert.deepEqual(jumps, [60 * second, 90 * second]);
});

test("a busy machine, a clock set back and one that drifts are no sleep", (t) => {
  const { jumps, tick } = watched(t);
  for (const late of [9 * second, -3600 * second, 0, ...Array.from({ length: 100 }, () => second)]) tick(late);
  assert.deepEqual(jumps, []);
});

test("after its end nothing is told", (t) => {
  const { jumps, tick, end } = watched(t);
  end();
  tick(60 * second);
  assert.deepEqual(jumps, []);
});

test("the watch alone keeps no process alive", () => {
  const active = process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const end = onClockJump(() => undefined);
  assert.equal(process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length, active);
  end();
});
