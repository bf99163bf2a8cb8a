import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseArguments } from "../../../src/cli/options.ts";
import { helpText, versionText } from "../../../src/cli/usage.ts";

test("the help fits a terminal", () => {
  for (const line of helpText.split("\n")) assert.ok(line.length <= 80 && !/\s$/.test(line), line);
  assert.ok(helpText.endsWith("\n"));
});

test("every option the help lists is understood", () => {
  const options = new Set(helpText.match(/--[a-z]+(?:-[a-z]+)*(=FILE)?/g));
  assert.ok(options.size >= 9);
  const arguments_: Readonly<Record<string, readonly string[]>> = {
    "--delete": ["a"],
    "--rename": ["a", "b"],
    "--json": ["--status"],
    "--target": ["local", "--delete", "a"],
  };
  for (const option of options) {
    assert.doesNotThrow(() => parseArguments([option, ...(arguments_[option] ?? [])]), option);
  }
});

test("the version is the package's", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  assert.equal(versionText, `interimap ${version}\n`);
});
