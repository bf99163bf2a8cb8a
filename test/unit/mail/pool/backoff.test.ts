import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "../../../../src/mail/pool/backoff.ts";
import { fc } from "../../../support/examples.ts";

const second = 1_000;
const minute = 60 * second;

test("the ceiling doubles from 2 s to 5 min, and one second is always waited", () => {
  const ceilings = [1, 2, 3, 8, 9, 100].map((failures) => backoffMs(failures, () => 1));
  assert.deepEqual(ceilings, [2 * second, 4 * second, 8 * second, 256 * second, 5 * minute, 5 * minute]);
  for (const failures of [1, 2, 9, 100])
    assert.equal(
      backoffMs(failures, () => 0),
      second,
    );
});

const failures = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1 }));
const luck = fc.double({ min: 0, max: 1, noNaN: true });

test("whatever the dice say, a pause is a whole number of ms within the bounds", () => {
  fc.assert(
    fc.property(failures, luck, (failures, random) => {
      const ms = backoffMs(failures, () => random);
      assert.ok(Number.isInteger(ms) && ms >= second && ms <= 5 * minute, String(ms));
    }),
  );
});

test("the same luck never makes the pause shorter after one more failure", () => {
  fc.assert(
    fc.property(failures, luck, (failures, random) => {
      assert.ok(backoffMs(failures + 1, () => random) >= backoffMs(failures, () => random));
    }),
  );
});

test("two clients that fail together do not come back together", () => {
  const pauses = Array.from({ length: 50 }, () => backoffMs(9));
  assert.ok(new Set(pauses).size > 40);
  assert.ok(Math.max(...pauses) - Math.min(...pauses) > minute, "full jitter");
});
