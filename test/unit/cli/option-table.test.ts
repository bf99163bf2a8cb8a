// One table: what is understood, the help and the completion have the same options. The manual page: unit/docs/manual.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { commandWords } from "../../../src/cli/command-words.ts";
import { candidates } from "../../../src/cli/completion.ts";
import { type Option, optionTable } from "../../../src/cli/option-table.ts";
import { parseArguments } from "../../../src/cli/options.ts";

const table: readonly Option[] = optionTable;

/** What else has to be given. */
const company: Readonly<Record<string, readonly string[]>> = {
  "--delete": ["a"],
  "--rename": ["a", "b"],
  "--json": ["--status"],
  "--set": ["init"],
  "--stdout": ["import", "mbsyncrc"],
  "--target": ["--delete", "a"],
};

for (const { name, alias, value, choices } of table) {
  test(`--${name} is understood, in all its forms`, () => {
    const long = `--${name}`;
    const values = choices ?? [name === "set" ? "local.port=5" : "5"];
    const forms =
      value === "none"
        ? [[long], ...(alias === undefined ? [] : [[`-${alias}`]])]
        : values.flatMap((one) => [[`${long}=${one}`], [long, one]]);
    for (const form of forms) {
      const argv = [...form, ...(company[long] ?? [])];
      assert.doesNotThrow(() => parseArguments(argv), argv.join(" "));
    }
  });
}

test("what the table says of two options is about options and commands", () => {
  for (const { name, conflicts = [], goesWith = [] } of table) {
    for (const other of [...conflicts, ...goesWith]) {
      const isCommand = commandWords.some((word) => word === other);
      assert.ok(isCommand || table.some((row) => row.name === other), `${name}: ${other}`);
    }
  }
});

test("completion offers all options", async () => {
  assert.deepEqual(
    await candidates(["interimap", "--"], {}),
    table.map(({ name, describe }) => ({ word: `--${name}`, describe })),
  );
});
