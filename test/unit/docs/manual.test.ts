// man/interimap.1.md says what the program does, and man/interimap.1 is what it renders to.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Option, optionTable } from "../../../src/cli/option-table.ts";
import { type Setting, settings } from "../../../src/config/settings.ts";
import { exitCode } from "../../../src/model/exit-code.ts";
import { optionsIn, parts, readManual, testRendered } from "./manual-page.ts";

const { sections, section } = readManual("man/interimap.1");

describe("settings", () => {
  const subsections = parts(section("CONFIGURATION FILE"), 3);
  for (const [title, place] of [
    ["Above the first section", "default"],
    ["In [local] and [remote]", "server"],
  ] as const) {
    const documented = parts(subsections.get(title) ?? "", 4);
    const entries: readonly [string, Setting][] = Object.entries(settings);
    const actual = entries.filter(([, setting]) => setting.section === place);

    test(`${title}: those of the table, in its order`, () => {
      assert.deepEqual(
        [...documented.keys()],
        actual.map(([name]) => name),
      );
    });

    for (const [name, setting] of actual) {
      test(`${name}: the table's default, and an explanation`, () => {
        const [facts = "", explanation = ""] = documented.get(name)?.split("\\\n") ?? [];
        const fact = /^Type: .+?\. Default: (.+)\.$/.exec(facts.replaceAll(/\s+/g, " "))?.[1];
        const expected = setting.absent ?? (setting.default === "" ? "empty" : `\`${setting.default}\``);
        assert.equal(fact, expected);
        assert.ok(explanation.length > 0);
      });
    }
  }
});

describe("options", () => {
  const explained = new Map([...parts(section("COMMANDS"), 4), ...parts(section("OPTIONS"), 4)]);
  /** Each with what the page says of it. */
  const documented = new Map(
    [...explained].flatMap(([title, text]) => optionsIn(title).map((name) => [name, text] as const)),
  );
  const table: readonly Option[] = optionTable;
  const available = table.flatMap(({ name, alias }) => [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])]);

  test("all of the table are explained", () => {
    for (const option of available) assert.ok((documented.get(option) ?? "").length > 0, option);
  });

  test("no others are", () => {
    for (const option of documented.keys()) assert.ok(available.includes(option), option);
  });

  test("each with the name of its value, or the values that it may have", () => {
    for (const { name, value, valueName, choices } of table) {
      const title = [...explained.keys()].find((one) => optionsIn(one).includes(`--${name}`)) ?? "";
      const after = title.replaceAll("`", "").split(`--${name}`)[1] ?? "";
      assert.equal(/^\[?=/.test(after.replaceAll("_", "")), value !== "none", title);
      if (choices !== undefined) assert.ok(after.includes(choices.join("|")), title);
      else if (valueName !== undefined) assert.ok(after.includes(valueName), title);
    }
  });

  test("the synopsis names no other", () => {
    for (const option of optionsIn(section("SYNOPSIS"))) assert.ok(documented.has(option), option);
  });
});

test("the exit status can be what the table says", () => {
  const documented = parts(section("EXIT STATUS"), 4);
  assert.deepEqual([...documented.keys()].map(Number), Object.values(exitCode));
});

testRendered("man/interimap.1", [...sections.keys()]);
