// The original's cache, by the name of the fact.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cachedPairs } from "../../../../src/copier/memory/original-cache.ts";

test("cache.uid_pairs", () => {
  const names = ["177_277", "177_278", "177_279", "130_231", "130_2301", "161_260", "1601_260", "100_200"];
  const pairs = cachedPairs(names, [177, 130, 161, 1601], [279, 260, 231, 2301]);
  assert.deepEqual(Object.fromEntries(pairs), { "177": 279, "130": 2301, "1601": 260 });
});

test("cache.uid_pairs: what is no pair is left alone", () => {
  const names = ["INBOX", "1_", "_1", "1_2_3", "0_1", "1_0", "4294967296_1", "1_2.txt", "-1_2", "1_1"];
  assert.deepEqual(cachedPairs(names, [0, 1, 4294967296], [0, 1, 2, 3]), [[1, 1]]);
});
