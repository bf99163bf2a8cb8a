// The documents send readers to files that are there.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../../", import.meta.url);
const architecture = readFileSync(new URL("ARCHITECTURE.md", root), "utf8");

/** Whatever stands in backquotes and begins with one of our folders; `src/{a,b}.ts` names two files. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map(([, path = ""]) => path);
  return quoted
    .filter((path) => /^(src|test|scripts|docs|migrations|bench|man|systemd)\//.test(path))
    .flatMap(expandBraces);
}

function expandBraces(path: string): string[] {
  const match = /^(.*)\{(.*)\}(.*)$/.exec(path);
  if (match === null) return [path];
  const [, before = "", choices = "", after = ""] = match;
  return choices.split(",").map((choice) => before + choice + after);
}

/** The Markdown files of a folder, as paths from the root. */
function documentsIn(folder: string): string[] {
  const names = readdirSync(new URL(folder, root)).filter((name) => name.endsWith(".md"));
  return names.map((name) => folder + name);
}

test("the notation of paths is recognised", () => {
  assert.ok(pathsIn(architecture).length > 100);
});

for (const document of [...documentsIn("./"), ...documentsIn("docs/"), ...documentsIn("docs/adr/")]) {
  test(`every path that ${document} names exists`, () => {
    const paths = pathsIn(readFileSync(new URL(document, root), "utf8"));
    assert.deepEqual(
      paths.filter((path) => !existsSync(new URL(path, root))),
      [],
    );
  });
}

test("every folder of src is on the map", () => {
  const folders = readdirSync(new URL("src/", root), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const named = new Set(pathsIn(architecture));
  assert.deepEqual(
    folders.map(({ name }) => `src/${name}/`).filter((folder) => !named.has(folder)),
    [],
  );
});

test("local links of the documents lead to files", () => {
  for (const document of [
    "ARCHITECTURE.md",
    "README.md",
    "CONTRIBUTING.md",
    "docs/errors.md",
    "docs/servers.md",
    "docs/dependencies.md",
    "docs/adr/README.md",
  ]) {
    const url = new URL(document, root);
    const links = [...readFileSync(url, "utf8").matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link);
    assert.deepEqual(
      links.filter((link) => !existsSync(new URL(link, url))),
      [],
      document,
    );
  }
});
