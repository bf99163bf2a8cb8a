import assert from "node:assert/strict";
import { test } from "node:test";
import type { Wait } from "../../../../src/state/waits.ts";
import { isWaitOver, untilNextWait } from "../../../../src/sync/copies/waits.ts";

const hour = 3_600_000;
const now = Date.UTC(2025, 0, 1);

function wait(since: number, nextAttempt: number): Wait {
  const known = { idx: 1, side: "local", firstUid: 1, reason: "full", attempts: 1 } as const;
  return { ...known, since: new Date(since), nextAttempt: new Date(nextAttempt) };
}

const cases: readonly { readonly what: string; readonly wait: Wait; readonly untilMs: number }[] = [
  { what: "has begun, and ends in an hour", wait: wait(now - hour, now + hour), untilMs: hour },
  { what: "is as long as a server may ask for", wait: wait(now, now + 24 * hour), untilMs: 24 * hour },
  { what: "ends now", wait: wait(now - hour, now), untilMs: 0 },
  { what: "ends in a year", wait: wait(now - hour, now + 8_766 * hour), untilMs: 0 },
  { what: "begins in an hour", wait: wait(now + hour, now + 2 * hour), untilMs: 0 },
];

for (const { what, wait, untilMs } of cases) {
  test(`a wait that ${what} ${untilMs > 0 ? "goes on" : "is over"}`, () => {
    assert.equal(isWaitOver(wait, now), untilMs === 0);
    assert.equal(untilNextWait([wait], now), untilMs > 0 ? untilMs : Infinity);
  });
}
