import assert from "node:assert/strict";
import { test } from "node:test";
import { displayWidth, humanBytes, padEnd } from "../../../scripts/lib/text-table.ts";

test("CJK and emoji take two cells, accents none of their own", () => {
  assert.equal(displayWidth("Entwürfe"), 8);
  assert.equal(displayWidth("u\u0308"), 1);
  assert.equal(displayWidth("日本語"), 6);
  assert.equal(displayWidth("😀 x"), 4);
  assert.equal(padEnd("日", 4), "日  ");
});

test("sizes have a unit that suits them", () => {
  assert.deepEqual([0, 999, 1000, 1_234_567].map(humanBytes), ["0 B", "999 B", "1.0 kB", "1.2 MB"]);
});
