import assert from "node:assert/strict";
import { test } from "node:test";
import { duration } from "../../../src/util/duration.ts";
import { fc } from "../../support/examples.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const shown: readonly (readonly [ms: number, text: string])[] = [
  [0, "0 ms"],
  [0.4, "0 ms"],
  [850, "850 ms"],
  [999.7, "1 s"],
  [second, "1 s"],
  [2_499, "2 s"],
  [59 * second, "59 s"],
  [minute - 1, "1 min"],
  [minute, "1 min"],
  [100 * second, "1 min 40 s"],
  [125 * second, "2 min 5 s"],
  [hour - 1, "1 h"],
  [hour, "1 h"],
  [3 * hour + 20 * minute + 59 * second, "3 h 20 min"],
  [day, "1 d"],
  [2 * day + 4 * hour + 59 * minute, "2 d 4 h"],
  [1000 * day, "1000 d"],
];

for (const [ms, text] of shown) {
  test(`${ms} ms is ${text}`, () => {
    assert.equal(duration(ms), text);
  });
}

const units: Readonly<Record<string, number>> = { ms: 1, s: second, min: minute, h: hour, d: day };

test("what is shown is near, and never longer than two units", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 10_000 * day, noNaN: true }), (ms) => {
      const text = duration(ms);
      assert.match(text, /^\d+ (?:ms|s|min|h|d)(?: \d+ (?:s|min|h))?$/);
      const parts = [...text.matchAll(/(\d+) (\w+)/g)].map(
        ([, count, unit = ""]) => Number(count) * (units[unit] ?? NaN),
      );
      const [smallest = 0] = parts.slice(-1);
      const near = parts.reduce((sum, part) => sum + part, 0);
      // A unit below the smallest one that is shown is dropped.
      assert.ok(Math.abs(ms - near) <= Math.max(second, 0.02 * ms) || smallest >= hour, `${ms}: ${text}`);
      assert.ok(Math.abs(ms - near) <= hour, `${ms}: ${text}`);
    }),
  );
});
