// The command line of imapsync, as Perl's Getopt::Long reads it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseCommandLine } from "../../../../src/copier/options/parse-options.ts";
import { assertRefused, optionsOf } from "./options-of.ts";

/** Facts of the original; the options that stand for a case, and what comes of them. */
describe("facts", () => {
  test("option.f1f2_parse", () => {
    assert.deepEqual(optionsOf("--f1f2", "toto=").f1f2, new Map([["toto", ""]]));
    assert.deepEqual(optionsOf("--f1f2", "A=B=C=D").f1f2, new Map([["A", "B=C=D"]]));
  });

  test("option.parse", () => {
    assertRefused(["--delete", "2"], /belongs to no option/, /did you mean --delete2\?/);
    assertRefused(["--noexist"], /^unknown option --noexist$/);
    assertRefused(["--version", "extra1"], /behind --version/, /quote values .* misspelt/);
  });
});

test("an option may be written with one dash or two, in any case, with its value behind = or in the next word", () => {
  for (const argv of [["--host1", "h"], ["-host1", "h"], ["--HOST1=h"], ["-Host1=h"]])
    assert.equal(optionsOf(...argv).host1, "h", argv.join(" "));
});

test("what no option could be is refused, without what may be secret", () => {
  assertRefused(["--passwrod1=geheim"], /^unknown option --passwrod1$/, /did you mean --password1\?/);
  assertRefused(["--password1", "two", "words"], /^there is an argument behind --password1 /);
  assertRefused(["--host1"], /^--host1 needs a value$/);
  assertRefused(["--dry=yes"], /^--dry takes no value$/);
});

test("without arguments there is help", () => {
  assert.deepEqual(parseCommandLine([]), { command: "help" });
});
