// One table: what is understood and what the help says have the same options. The manual page: unit/docs/imapsync-manual.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { helpText } from "../../../../src/copier/options/help.ts";
import type { OptionSpec } from "../../../../src/copier/options/option-spec.ts";
import { optionTable } from "../../../../src/copier/options/option-table.ts";
import { parseCommandLine } from "../../../../src/copier/options/parse-options.ts";

const table: readonly (readonly [string, OptionSpec])[] = Object.entries(optionTable);

/** What else has to be given. */
const company: Readonly<Record<string, readonly string[]>> = {
  proxyauth1: ["--authuser1", "a"],
  proxyauth2: ["--authuser2", "a"],
};

function forms(name: string, spec: OptionSpec): readonly (readonly string[])[] {
  const values = "choices" in spec ? spec.choices : spec.kind === "pairs" ? ["a=b"] : ["5"];
  return [name, ...(spec.aliases ?? [])].flatMap((one) => {
    if (spec.kind === "flag") return [[`--${one}`]];
    if (spec.kind === "boolean") return [[`--${one}`], [`--no${one}`], [`--no-${one}`]];
    return values.flatMap((value) => [[`--${one}=${value}`], [`--${one}`, value]]);
  });
}

for (const [name, spec] of table) {
  test(`--${name} is understood, in all its forms`, () => {
    for (const form of forms(name, spec)) {
      const argv = [...form, ...(company[name] ?? [])];
      assert.doesNotThrow(() => parseCommandLine(argv), argv.join(" "));
    }
  });
}

test("no name stands for two options", () => {
  const all = table.flatMap(([name, spec]) => forms(name, spec).map(([word = ""]) => ({ name, word })));
  const owners = new Map<string, string>();
  for (const { name, word } of all) {
    const written = word.replace(/=.*/, "").toLowerCase();
    assert.equal(owners.get(written) ?? name, name, written);
    owners.set(written, name);
  }
});

test("the help has all options, those that do something with what they do", async () => {
  const help = await helpText(100);
  const [explained = "", obsolete = ""] = help.split("Accepted, and without effect:");
  for (const [name, spec] of table) {
    const isThere = new RegExp(`--(\\[no\\])?${name}\\b`);
    if (spec.group === "Obsolete") assert.match(obsolete, isThere);
    else assert.match(explained, isThere);
  }
  const words = explained.replaceAll(/\s+/g, " ");
  assert.ok(words.includes("--host1, --host2=HOST"));
  assert.match(words, /--\[no\]log +write what is shown to a file as well \[default: on\]/);
  assert.match(words, /--errorsmax=N stop after N errors \[default: 50\]/);
  assert.match(words, /--exit-priority=frequency\|severity/);
});

test("no line of the help is wider than the terminal, or than can be read", async () => {
  for (const [columns, widest] of [
    [80, 80],
    [undefined, 80],
    [300, 100],
  ] as const) {
    const lines = (await helpText(columns)).split("\n");
    assert.deepEqual(
      lines.filter((line) => line.length > widest),
      [],
    );
  }
});
