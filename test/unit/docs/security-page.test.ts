// SECURITY.md names tests that are there.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("SECURITY.md", root), "utf8");

const rows = [...page.matchAll(/^\| (.+?) +\| (.+?) +\| (`.*`) +\|$/gm)];

test("the page has its sections", () => {
  const titles = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  assert.deepEqual(titles, [
    "What is promised",
    "What is not promised",
    "How secrets are handled",
    "How to report",
    "Attacks held off",
  ]);
});

test("every attack has its row", () => {
  const lines = page.split("\n").filter((line) => line.startsWith("|"));
  assert.ok(rows.length > 20);
  assert.equal(rows.length, lines.length - 2);
});

for (const [, attack, , held = ""] of rows)
  test(`${String(attack)}: the tests named for it are there`, () => {
    for (const reference of held.split("<br>")) {
      const [, file = "", name = ""] = /^`(test\/[^`]+)` › `(.+)`$/.exec(reference) ?? [];
      assert.ok(name !== "", `not FILE › NAME: ${reference}`);
      const url = new URL(file, root);
      assert.ok(existsSync(url), `there is no ${file}`);
      assert.ok(readFileSync(url, "utf8").includes(name), `${file} has no "${name}"`);
    }
  });
