// docs/dependencies.md names what package.json has, and the homes that the rules for imports give to each package.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import packageJson from "../../../package.json" with { type: "json" };

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("docs/dependencies.md", root), "utf8");
const rules = readFileSync(new URL(".dependency-cruiser.mjs", root), "utf8");

/** The first and the third column of the table. */
const onPage = new Map(
  [...page.matchAll(/^\| ([@/a-z0-9-]+) +\|[^|]*\| `([^`]+)` +\|/gm)].map(([, name = "", home = ""]) => [name, home]),
);

test("every package on the page is in package.json", () => {
  const { dependencies, devDependencies } = packageJson;
  const known = Object.keys({ ...dependencies, ...devDependencies });
  assert.deepEqual(
    [...onPage.keys()].filter((name) => !known.includes(name)),
    [],
  );
});

test("who installs the program gets only the package that cannot be bundled; all others are devDependencies", () => {
  assert.deepEqual(Object.keys(packageJson.dependencies), ["better-sqlite3"]);
});

test("the table of facts has the version and the licence of each", () => {
  const facts = page.slice(page.indexOf("## Facts"));
  const told = [...facts.matchAll(/^\| ([@/a-z0-9-]+) +\| ([\d.]+) +\| [^|]+\| (\S+) +\|/gm)].map(
    ([, name = "", version = "", licence = ""]) => ({ name, version, licence }),
  );
  const actual = [...onPage.keys()].map((name) => {
    const installed = readFileSync(new URL(`node_modules/${name}/package.json`, root), "utf8");
    const { version, license } = JSON.parse(installed) as { readonly version: string; readonly license: string };
    return { name, version, licence: license };
  });
  assert.deepEqual(told, actual);
});

test("the homes on the page are those that the rules for imports hold", () => {
  const homes = /const homes = \{([^}]*)\}/.exec(rules)?.[1] ?? "";
  const held = [...homes.matchAll(/"?([@/a-z0-9-]+)"?: "([^"]+)"/g)].map(
    ([, name = "", home = ""]) => [name, home] as const,
  );
  assert.deepEqual(new Map(held), onPage);
});

test("versions are exact", () => {
  for (const [name, version] of Object.entries({ ...packageJson.dependencies, ...packageJson.devDependencies }))
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
});
