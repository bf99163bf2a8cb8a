// The README's links lead to files that are there, also in the installed package.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import packageJson from "../../../package.json" with { type: "json" };

const root = new URL("../../../", import.meta.url);
const readme = readFileSync(new URL("README.md", root), "utf8");
const links = [...readme.matchAll(/\]\(([^)#]+)[^)]*\)/g)]
  .map(([, target = ""]) => target)
  .filter((target) => !/^[a-z]+:/.test(target));

/** npm packs these whatever `files` says. */
const always = ["LICENSE", "README.md", "package.json"];

test("there are links to look at", () => {
  assert.ok(links.length > 5, String(links));
});

for (const link of new Set(links)) {
  test(`${link} is there, and is shipped`, () => {
    assert.ok(existsSync(new URL(link, root)));
    const [first = ""] = link.split("/");
    assert.ok([...always, ...packageJson.files].includes(first), first);
  });
}
