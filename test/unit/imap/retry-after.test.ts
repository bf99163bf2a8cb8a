import assert from "node:assert/strict";
import { test } from "node:test";
import { retryAfterMs } from "../../../src/imap/retry-after.ts";
import { patienceMs } from "../../support/eventually.ts";
import { fc } from "../../support/examples.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

function told(text: string, code?: string): number | undefined {
  return retryAfterMs({ code: code === undefined ? undefined : { name: code, text: "" }, text });
}

const times: readonly (readonly [text: string, ms: number])[] = [
  ["Request is throttled. Suggested Backoff Time: 289503 milliseconds", 289_503],
  ["Too many requests, try again in 90 seconds", 90 * second],
  ["Too many login failures; wait 5 minutes", 5 * minute],
  ["Rate limit hit, retry after 30s", 30 * second],
  ["Rate limit hit, retry after 30 sec.", 30 * second],
  ["THROTTLED: 1.5 HOURS", 1.5 * hour],
  ["please wait 2 h", 2 * hour],
  ["try later (10m)", 10 * minute],
  ["back-off for 250ms", 250],
  ["exceeded; 0 seconds", 0],
  ["try again in 7 days, or 3 mins", 3 * minute],
  ["wait 100000 hours", 24 * hour],
];

for (const [text, ms] of times) {
  test(`"${text}" says ${ms} ms`, () => {
    assert.equal(told(text), ms);
    assert.equal(told(text, "UNAVAILABLE"), ms, "a time is more exact than a code");
  });
}

test("codes without a time: short for what passes soon, longer for limits", () => {
  const expected: readonly (readonly [string, number])[] = [
    ["UNAVAILABLE", 10 * second],
    ["INUSE", 15 * second],
    ["LIMIT", minute],
    ["OVERQUOTA", minute],
    ["THROTTLED", minute],
  ];
  for (const [code, ms] of expected) assert.equal(told("Not now", code), ms, code);
});

test("throttling in words alone is a minute", () => {
  for (const text of ["You have been throttled", "Too many simultaneous connections", "Server Unavailable. 15"])
    assert.equal(told(text), minute, text);
});

test("what is granted again the next day is worth an hour, whatever code comes with it", () => {
  for (const text of [
    "Account exceeded command or bandwidth limits. (Failure)",
    "Account has exceeded its upload limit for today.",
    "Daily limit exceeded",
  ]) {
    assert.equal(told(text), hour, text);
    assert.equal(told(text, "ALERT"), hour, text);
    assert.equal(told(text, "OVERQUOTA"), hour, text);
  }
});

test("what is no complaint says nothing", () => {
  for (const text of ["", "Goodbye", "Autologout; idle for 30 minutes", "Server shutting down.", "up 12 hours"])
    assert.equal(told(text), undefined, text);
  assert.equal(told("Mailbox is gone", "NONEXISTENT"), undefined);
});

test("numbers that are no times are none", () => {
  assert.equal(told("Too many connections: 15 from 10.0.0.5"), minute);
  assert.equal(told("try again with less than 50MB"), undefined);
  assert.equal(told("wait for 3 more"), undefined);
});

const words = fc.oneof(
  fc.constantFrom("throttled", "wait", "try again in", "too many", "limit", "seconds", "ms", "h", "minutes", " ", "."),
  fc.nat().map(String),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.string({ unit: "binary" }),
);
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(words).map((parts) => parts.join("")),
);
const code = fc.option(fc.oneof(fc.constantFrom("UNAVAILABLE", "LIMIT", "THROTTLED", "__proto__"), fc.string()), {
  nil: undefined,
});

test("whatever a server says, it is undefined or whole ms of at most a day", () => {
  fc.assert(
    fc.property(text, code, (text, code) => {
      const ms = told(text, code);
      assert.ok(ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms <= 24 * hour), String(ms));
    }),
    { numRuns: 3_000 },
  );
});

test("a text of nothing but digits is read in time that is proportional to its length", () => {
  const before = performance.now();
  told(`wait ${"1".repeat(1_000_000)}`);
  // Square time would be many minutes.
  assert.ok(performance.now() - before < patienceMs);
});
