// docs/errors.md says exactly what src/model/errors.ts and src/model/exit-code.ts do.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { errorKinds } from "../../../src/model/errors.ts";
import { exitCode } from "../../../src/model/exit-code.ts";

const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");

/** Each `### CODE` with the text below it. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [code = "", ...text] = section.split("\n");
      return [code, text.join("\n").trim()];
    }),
);

test("the page lists the codes of the table, in its order", () => {
  assert.deepEqual([...sections.keys()], Object.keys(errorKinds));
});

for (const [code, kind] of Object.entries(errorKinds)) {
  test(`${code}: the page gives the table's meaning and facts, and says what to do`, () => {
    const [meaning, facts, ...advice] = sections.get(code)?.split("\n\n") ?? [];
    assert.equal(meaning, kind.meaning);
    assert.equal(facts, `Exit code ${kind.exitCode}, abandons the ${kind.abandons}, retry: ${kind.retry}.`);
    assert.ok(advice.join("").length > 0, "no advice");
  });
}

test("the page's exit codes are all there are, each with its error codes", () => {
  const rows = [...page.matchAll(/^\| (\d+) +\|[^|]*\|([^|]*)\|$/gm)].map(([, exit, codes = ""]) => [
    Number(exit),
    [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => code),
  ]);
  const codesOf = (exit: number): string[] =>
    Object.entries(errorKinds).flatMap(([code, kind]) => (kind.exitCode === exit ? [code] : []));
  assert.deepEqual(
    rows,
    Object.values(exitCode).map((exit) => [exit, codesOf(exit)]),
  );
});

test("the README's table has every exit code", () => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  const codes = [...readme.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  assert.deepEqual(codes, Object.values(exitCode));
});
