import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { commandWords } from "../../../src/cli/command-words.ts";
import { candidates } from "../../../src/cli/completion.ts";
import { helpText } from "../../../src/cli/help-and-completion.ts";
import { type Option, optionTable } from "../../../src/cli/option-table.ts";
import { briefHelp, synopsis, versionText } from "../../../src/cli/usage.ts";

for (const columns of [undefined, 40, 72, 80, 100, 300]) {
  test(`the help fits a terminal of ${columns ?? "an unknown number of"} columns`, async () => {
    const help = await helpText(columns);
    const width = Math.min(columns ?? 80, 100);
    // The lines of the synopsis are not broken.
    for (const line of help.split("\n").slice(synopsis.split("\n").length))
      assert.ok(line.length <= width && !/\s$/.test(line), line);
    assert.ok(help.split("\n").some((line) => line.length > width - 15));
    assert.ok(help.endsWith("\n") && !help.endsWith("\n\n"));
  });
}

test("the help has each option of the table with its value, in its group, and no other", async () => {
  const help = await helpText();
  for (const group of ["Commands", "Options"]) {
    const [, part = ""] = new RegExp(`^${group}:\n(.*?)\n\n`, "ms").exec(help) ?? [];
    const listed = [...part.matchAll(/^ {2}(?: {4}|-([a-z]), )--(\S+)/gm)];
    const rows: readonly Option[] = optionTable.filter((row) => row.group === group);
    assert.deepEqual(
      listed.map(([, alias, shown]) => ({ alias, shown })),
      rows.map(({ name, alias, value, valueName = "" }) => ({
        alias,
        shown: { none: name, required: `${name}=${valueName}`, optional: `${name}[=${valueName}]` }[value],
      })),
    );
  }
});

test("the help does not depend on the user's language or shell", async () => {
  const usual = await helpText();
  const { LANG, LC_ALL, SHELL } = process.env;
  try {
    Object.assign(process.env, { LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", SHELL: "/bin/zsh" });
    assert.equal(await helpText(), usual);
    assert.equal(process.env["SHELL"], "/bin/zsh");
  } finally {
    for (const [name, value] of Object.entries({ LANG, LC_ALL, SHELL })) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
});

test("-h fits a screen, and names only what there is", () => {
  const lines = briefHelp.trimEnd().split("\n");
  assert.ok(lines.length < 24, String(lines.length));
  for (const line of lines) assert.ok(line.length < 80, line);
  const table: readonly Option[] = optionTable;
  for (const [, dashes, name = ""] of briefHelp.matchAll(/(?<![\w-])(--?)([a-z][a-z-]*)/g))
    assert.ok(
      table.some((row) => (dashes === "--" ? row.name : row.alias) === name),
      name,
    );
});

test("help, manual and completion have the same commands", async () => {
  const manual = readFileSync("man/interimap.1.md", "utf8");
  const [, described = ""] = /^## COMMANDS$(.*?)^## /ms.exec(manual) ?? [];
  const offered = await Promise.all(["c", "i", "l"].map((begun) => candidates(["interimap", begun], {})));
  assert.deepEqual(
    offered.flat().map(({ word }) => word),
    [...commandWords],
  );
  for (const word of commandWords) {
    assert.match(briefHelp, new RegExp(`^ {2}${word} `, "m"));
    assert.match(synopsis, new RegExp(`[.]{3} ${word}\\b`));
    assert.match(described, new RegExp(`^#### \`${word}\``, "m"));
  }
});

test("the version is the package's", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  assert.equal(versionText, `interimap ${version}\n`);
});
