// man/imapsync.1.md explains the options that there are, and the ways in which a run ends.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { optionGroups, type OptionSpec } from "../../../src/copier/options/option-spec.ts";
import { optionTable } from "../../../src/copier/options/option-table.ts";
import { exitCodeOf, type ExitName } from "../../../src/copier/report/exit-code.ts";
import { parts, readManual, testRendered } from "./manual-page.ts";

const { sections, section } = readManual("man/imapsync.1");
const table = Object.entries<OptionSpec>(optionTable);

describe("options", () => {
  const groups = parts(section("OPTIONS"), 3);

  test("in the groups of the table, in its order", () => {
    assert.deepEqual([...groups.keys()], [...optionGroups, "Obsolete"]);
  });

  for (const group of optionGroups) {
    const explained = [...parts(groups.get(group) ?? "", 4)];
    const expected = table.filter(([, spec]) => spec.group === group);

    test(`${group}: each is explained, and no other`, () => {
      const titles = explained.flatMap(([title]) => title.split(", ").map((one) => one.replace(/=.*/, "")));
      const names = expected.map(([name, { kind }]) => `--${kind === "boolean" ? "[no]" : ""}${name}`);
      assert.deepEqual(titles.toSorted(), names.toSorted());
      for (const [title, text] of explained) assert.ok(text.length > 0, title);
    });

    for (const [name, spec] of expected) {
      test(`--${name}: its value, its other names, and its default`, () => {
        const [title = "", text = ""] =
          explained.find(([one]) => new RegExp(`(?:--|\\])${name}(?:=|,|$)`).test(one)) ?? [];
        const value = new RegExp(`${name}=([^,]*)`).exec(title)?.[1]?.replaceAll(/[_{}]/g, "");
        if (!("value" in spec)) assert.equal(value, undefined);
        else assert.equal(value, "choices" in spec ? spec.choices?.join("|") : spec.value);
        for (const alias of spec.aliases ?? [])
          if (isWorthTelling(alias)) assert.ok(text.includes(`--${alias}`), alias);
        if (spec.group === "Obsolete") return;
        if (spec.default === true) assert.match(text, /on\s+by\s+default/i);
        if (typeof spec.default === "number" && spec.default > 1) assert.ok(text.includes(String(spec.default)));
      });
    }
  }

  test("obsolete ones are named", () => {
    const named = [...(groups.get("Obsolete") ?? "").matchAll(/`--([\w]+)`/g)].map(([, name]) => name);
    const obsolete = table.filter(([, { group }]) => group === "Obsolete").map(([name]) => name);
    assert.deepEqual(new Set(named), new Set(obsolete));
  });
});

/** Not what was only misspelt. */
function isWorthTelling(alias: string): boolean {
  return !alias.startsWith("no-") && !["subscribe_all", "f1f2h"].includes(alias);
}

test("the rest of the page names no option that there is not", () => {
  const names = new Set(table.flatMap(([name, { aliases = [] }]) => [name, ...aliases]));
  for (const [title, text] of sections) {
    for (const [, name = ""] of text.matchAll(/(?<![\w-])--(?!\[)([\w]+(?:-\w+)*)/g))
      assert.ok(
        names.has(name) || names.has(name.replace(/^no-?/, "")) || /^(?:no-?)?x$/.test(name),
        `${title}: --${name}`,
      );
  }
});

/** TypeScript sees to it that none is left out. */
const exitNames: Readonly<Record<ExitName, true>> = {
  EX_OK: true,
  EXIT_CATCH_ALL: true,
  EXIT_BY_SIGNAL: true,
  EXIT_BY_FILE: true,
  EXIT_PID_FILE_ERROR: true,
  EXIT_CONNECTION_FAILURE: true,
  EXIT_TLS_FAILURE: true,
  EXIT_AUTHENTICATION_FAILURE: true,
  EXIT_SUBFOLDER1_NO_EXISTS: true,
  EX_USAGE: true,
  EX_DATAERR: true,
  EX_NOINPUT: true,
  EX_UNAVAILABLE: true,
  EX_SOFTWARE: true,
  EX_CANTCREAT: true,
  EX_IOERR: true,
  EX_TEMPFAIL: true,
  EXIT_CONNECTION_FAILURE_HOST1: true,
  EXIT_CONNECTION_FAILURE_HOST2: true,
  EXIT_WITH_ERRORS: true,
  EXIT_WITH_ERRORS_MAX: true,
  EXIT_OVERQUOTA: true,
  EXIT_ERR_APPEND: true,
  EXIT_ERR_FETCH: true,
  EXIT_ERR_CREATE: true,
  EXIT_ERR_SELECT: true,
  EXIT_TRANSFER_EXCEEDED: true,
  EXIT_ERR_APPEND_VIRUS: true,
  EXIT_ERR_FLAGS: true,
  EXIT_AUTHENTICATION_FAILURE_USER1: true,
  EXIT_AUTHENTICATION_FAILURE_USER2: true,
  EXIT_TESTS_FAILED: true,
};

test("the exit status can be what the table says", () => {
  const documented = [...parts(section("EXIT STATUS"), 4).keys()].map((title) => title.split(", "));
  assert.deepEqual(
    documented.map(([code, name]) => [name, Number(code)]),
    (Object.keys(exitNames) as ExitName[]).map((name) => [name, exitCodeOf(name)]),
  );
});

testRendered("man/imapsync.1", [...sections.keys()]);
