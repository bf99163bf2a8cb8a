import assert from "node:assert/strict";
import { test } from "node:test";
import { displayWidth, padEnd, textTable } from "../../../src/service/text-table.ts";
import { humanBytes } from "../../../src/util/human-bytes.ts";

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

test("columns are as wide as what is in them; numbers stand at their right end", () => {
  const table = textTable(
    [{ title: "NAME" }, { title: "N", isNumber: true }, { title: "X" }],
    [
      ["日本語", "7", ""],
      ["é", "12", "y"],
    ],
  );
  assert.deepEqual(table, ["NAME     N  X", "日本語   7", "é       12  y"]);
});

test("there may be more rows than a function takes arguments", () => {
  const rows = Array.from({ length: 200_000 }, (_, row) => [String(row)]);
  assert.equal(textTable([{ title: "ROW", isNumber: true }], rows)[2], "     1");
});

test("one long name does not make every line long, and is cut where it says nothing to people any more", () => {
  const [, long, short] = textTable(
    [{ title: "NAME" }, { title: "X" }],
    [
      ["x".repeat(65_536), "y"],
      ["z", "y"],
    ],
  );
  assert.equal(long, `${"x".repeat(999)}…  y`);
  assert.equal(short, `${"z".padEnd(100)}  y`);
});
