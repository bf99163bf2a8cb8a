import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { helpText } from "../../../src/cli/help-and-completion.ts";
import { type Option, optionTable } from "../../../src/cli/option-table.ts";
import { synopsis, versionText } from "../../../src/cli/usage.ts";

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

test("the version is the package's", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  assert.equal(versionText, `interimap ${version}\n`);
});
