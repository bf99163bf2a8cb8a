// Moments to come, on a machine whose clock may be set meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";
import { noLaterThan } from "../../../src/util/clocks.ts";

const second = 1_000;

test("a moment to come is no farther away than it was when the clock is put back, and as far as it is otherwise", (t) => {
  let [wall, steady] = [1_700_000_000_000, 5_000];
  t.mock.method(Date, "now", () => wall);
  t.mock.method(performance, "now", () => steady);
  const [at, by] = [wall + 60 * second, steady + 60 * second];
  assert.equal(noLaterThan(at, by), at);
  wall += 10 * second;
  steady += 10 * second;
  assert.equal(noLaterThan(at, by), at);
  wall -= 365 * 86_400 * second;
  const left = noLaterThan(at, by) - wall;
  assert.ok(left >= 50 * second && left < 51 * second, String(left));
  steady += 3_600 * second;
  assert.ok(noLaterThan(at, by) - wall < second);
});
