// test/manual.md names tests that are there.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const tests = new URL("../../", import.meta.url);
const page = readFileSync(new URL("manual.md", tests), "utf8");

/** The tables' rows: a promise, and one test or more. */
const rows = [...page.matchAll(/^\| (.+?) +\| (.*?) *\|$/gm)]
  .map(([, promise = "", held = ""]) => ({ promise, held }))
  .filter(({ promise }) => promise !== "Promise" && !/^-+$/.test(promise));

test("the page has its sections, in the manual's order", () => {
  const titles = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  const sections = [
    "What a run does",
    "Commands",
    "Options",
    "Settings",
    "Extensions",
    "Limits abolished",
    "Watching",
    "Security",
    "imapsync",
  ];
  assert.deepEqual(titles, [...sections, "Not held by a test"]);
});

test("every line of a table is a row of two columns", () => {
  const lines = page.split("\n").filter((line) => line.startsWith("|"));
  const headings = page.match(/^\| Promise +\| Test +\|$/gm) ?? [];
  assert.ok(rows.length > 0, "found no row: has the notation changed?");
  assert.equal(rows.length, lines.length - 2 * headings.length);
});

for (const { promise, held } of rows) {
  test(`${promise}: the tests named for it are there`, () => {
    for (const reference of held.split("<br>")) {
      const [, file = "", name = ""] = /^`([^`]+)` › `([^`]+)`$/.exec(reference) ?? [];
      assert.ok(name !== "", `not FILE › NAME: ${reference}`);
      const url = new URL(file, tests);
      assert.ok(existsSync(url), `there is no test/${file}`);
      assert.ok(readFileSync(url, "utf8").includes(name), `test/${file} has no "${name}"`);
    }
  });
}
