// man/interimap-fleet.1.md and docs/fleet/ explain what the program has, and use nothing else.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { phases } from "../../../src/fleet/accounts/account.ts";
import { columns } from "../../../src/fleet/accounts/record.ts";
import { commands, options, parseArguments } from "../../../src/fleet/command/options.ts";
import { optionsIn, parts, readManual, testRendered } from "./manual-page.ts";

const { sections, section } = readManual("man/interimap-fleet.1");

test("every command is explained, and no other", () => {
  const titles = [...parts(section("COMMANDS"), 4).keys()].flatMap((title) => title.split(", "));
  const explained = titles.map((title) => title.split(" ")[0]);
  assert.deepEqual(new Set(explained), new Set(Object.keys(commands)));
});

test("every option is explained, and no other", () => {
  const explained = new Set(["help", "version", ...optionsIn(section("OPTIONS")).map((name) => name.slice(2))]);
  assert.deepEqual([...explained].sort(), Object.keys(options).sort());
});

test("every column of a file of accounts is explained, and every phase", () => {
  const add = parts(section("COMMANDS"), 4).get("add _FILE_") ?? "";
  assert.deepEqual(
    columns.filter((column) => !add.includes(`\`${column}\``)),
    [],
  );
  assert.deepEqual(
    [...section("PHASES").matchAll(/^- `(\w+)`/gm)].map(([, name]) => name),
    phases,
  );
});

test("every command line of the guide is one", () => {
  const guide = readFileSync(new URL("../../../docs/fleet.md", import.meta.url), "utf8");
  const lines = [...guide.matchAll(/^ {4}(?:\S+ \S+ \S+ \S+ \S+ )?interimap-fleet (.+)$/gm)].map(
    ([, line = ""]) => line,
  );
  assert.ok(lines.length > 15);
  for (const line of lines) assert.doesNotThrow(() => parseArguments(line.replace(/ >.*/, "").split(" ")), line);
});

for (const { file, words } of [
  { file: "compose.yaml", words: /command: \[(.*)\]$/m },
  { file: "kubernetes.yaml", words: /args: \[(.*)\]$/m },
])
  test(`${file} starts a worker`, () => {
    const text = readFileSync(new URL(`../../../docs/fleet/${file}`, import.meta.url), "utf8");
    const args = [...(words.exec(text)?.[1] ?? "").matchAll(/"([^"]*)"/g)].map(([, word = ""]) => word);
    const { command } = parseArguments(args[0] === "worker" ? args : ["worker", ...args]);
    assert.equal(command, "worker");
  });

testRendered("man/interimap-fleet.1", [...sections.keys()]);
