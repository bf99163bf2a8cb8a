// man/interimap.1.md says what the program does, and man/interimap.1 is what it renders to.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { renderManual } from "../../../scripts/lib/roff.ts";
import { type Option, optionTable } from "../../../src/cli/option-table.ts";
import { type Setting, settings } from "../../../src/config/settings.ts";
import { exitCode } from "../../../src/model/exit-code.ts";

const root = new URL("../../../", import.meta.url);
const rendered = fileURLToPath(new URL("man/interimap.1", root));
const source = readFileSync(new URL("man/interimap.1.md", root), "utf8");

/** Each part under a heading of this level: its title, and all below it. */
function parts(text: string, level: number): ReadonlyMap<string, string> {
  const found = text.split(new RegExp(`^#{${level}} `, "m")).slice(1);
  return new Map(
    found.map((part) => {
      const [title = "", ...lines] = part.split("\n");
      return [title.replaceAll("`", ""), lines.join("\n").trim()];
    }),
  );
}

const sections = parts(source, 2);

function section(title: string): string {
  const text = sections.get(title);
  assert.ok(text !== undefined, `no section ${title}`);
  return text;
}

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
  const optionsIn = (text: string): string[] => text.match(/(?<![\w-])--?[a-z]+(?:-[a-z]+)*/g) ?? [];
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

test("man/interimap.1 is what the source renders to", () => {
  assert.equal(readFileSync(rendered, "utf8"), renderManual(source), "run: npm run man");
});

test("man shows it without complaint, on a terminal of 80 columns", (t) => {
  const { error, stdout, stderr } = spawnSync("man", ["--warnings", "--nh", "--nj", "-l", rendered], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8", MANWIDTH: "80" },
  });
  if (error !== undefined) {
    t.skip("there is no man(1)");
    return;
  }
  if (/minimi[sz]ed/.test(stdout)) {
    t.skip("man(1) is a stand-in");
    return;
  }
  assert.equal(stderr, "");
  assert.match(stdout, /^INTERIMAP\(1\)/);
  // Letters are struck over for bold and underlined ones, unless man sees that this is no terminal.
  const lines = stdout.replaceAll(/.[\b]/g, "").split("\n");
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  for (const title of sections.keys()) assert.ok(lines.includes(title), title);
  // What stands in backquotes can be copied from the terminal: no typographic quotes or dashes, no lost backslash.
  const text = lines.join("\n");
  for (const [, code = ""] of source.matchAll(/`([^`\s]+)`/g)) assert.ok(text.includes(code), code);
  for (const [, block = ""] of source.matchAll(/^```\n([^`]+)^```$/gm)) {
    for (const code of block.split("\n")) assert.ok(text.includes(code), code);
  }
});
