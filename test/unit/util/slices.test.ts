import assert from "node:assert/strict";
import { test } from "node:test";
import { slices } from "../../../src/util/slices.ts";

for (const [size, expected] of [
  [1, [[1], [2], [3], [4]]],
  [
    2,
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [3, [[1, 2, 3], [4]]],
  [9, [[1, 2, 3, 4]]],
] as const) {
  test(`slices of ${String(size)}`, () => {
    assert.deepEqual([...slices(new Set([1, 2, 3, 4]), size)], expected);
  });
}

test("of nothing there are none", () => {
  assert.deepEqual([...slices([], 3)], []);
});
