import assert from "node:assert/strict";
import { test } from "node:test";
import { slicesFor } from "../../../../src/sync/copies/slices-plan.ts";

for (const [ms, first, full] of [
  [Infinity, 256, 1024],
  [0.2, 256, 1024],
  [15, 256, 1024],
  [55, 1250, 5000],
  [85, 2000, 8000],
  [2_000, 2048, 8192],
] as const) {
  test(`slices where a round trip takes ${String(ms)} ms`, () => {
    assert.deepEqual(slicesFor(ms), { first, full });
  });
}
