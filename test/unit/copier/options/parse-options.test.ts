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

describe("an option may be written", () => {
  test("with one dash or two, in any case, with its value behind = or in the next word", () => {
    for (const argv of [["--host1", "h"], ["-host1", "h"], ["--HOST1=h"], ["-Host1=h"]])
      assert.equal(optionsOf(...argv).host1, "h", argv.join(" "));
    assert.equal(optionsOf("--fixinboxinbox", "--nofixINBOXinbox").fixInboxINBOX, false);
  });

  test("negated with no or no-, by any of its names", () => {
    for (const word of ["--nolog", "--no-log", "-nolog", "--NoLog"]) assert.equal(optionsOf(word).log, false, word);
    for (const word of ["--nodelete", "--no-delete1"]) assert.equal(optionsOf("--delete1", word).delete1, false, word);
    assert.equal(optionsOf("--no-exclude").noexclude, true);
    assertRefused(["--noabort"], /^unknown option --noabort$/);
  });

  test("by other names", () => {
    assert.equal(optionsOf("--delete").delete1, true);
    assert.equal(optionsOf("--expunge").expunge1, true);
    assert.equal(optionsOf("--ipv4").inet4, true);
    assert.equal(optionsOf("--subscribe_all").subscribeall, true);
    assert.deepEqual(optionsOf("--f1f2h", "A=B").f1f2, new Map([["A", "B"]]));
  });

  test("shortened, also negated or by another name; an exact name wins", () => {
    assert.equal(optionsOf("--skipempty").skipemptyfolders, true);
    assert.equal(optionsOf("--noskipempty", "--skipemptyf", "--no-skipempty").skipemptyfolders, false);
    assert.equal(optionsOf("--subscribe_").subscribeall, true);
    assert.deepEqual(optionsOf("--folder", "A").folder, ["A"]);
    assert.equal(optionsOf("--dry").dry, true);
    // Two names of one option.
    assert.equal(optionsOf("--delete1e").delete1emptyfolders, true);
    assertRefused(
      ["--fold"],
      /^--fold is ambiguous$/,
      /--folder, --folderfirst, --folderlast, --folderrec, --foldersizes/,
    );
    assertRefused(
      ["--noskip"],
      /^--noskip is ambiguous$/,
      /--noskipcrossduplicates, --noskipemptyfolders, --noskipsize/,
    );
  });
});

describe("a value", () => {
  test("is the last one given, or all of them in their order", () => {
    assert.equal(optionsOf("--user1", "a", "--user1", "b").user1, "b");
    assert.deepEqual(optionsOf("--exclude", "a", "--exclude=b", "--exclude", "a").exclude, ["a", "b", "a"]);
    assert.equal(optionsOf("--nossl1", "--ssl1").ssl1, true);
  });

  test("is the next word whatever it is", () => {
    for (const word of [
      "-secret",
      "--dry",
      "--",
      "",
      "'quoted'",
      '"quoted"',
      "true",
      "1e3",
      "a=b",
      "a b",
      "x\ny",
      "__proto__",
    ]) {
      assert.equal(optionsOf("--password1", word).password1, word);
      assert.equal(optionsOf(`--password1=${word}`).password1, word);
    }
    assert.equal(optionsOf("--password1", "--dry").dry, false);
    assert.equal(optionsOf("--prefix2=", "--dry").prefix2, "");
  });

  test("is a number, with digits in groups, and with or without a fraction", () => {
    assert.equal(optionsOf("--maxsize", "45_000_000").maxsize, 45_000_000);
    assert.equal(optionsOf("--maxsize", "+5").maxsize, 5);
    for (const [word, value] of [
      ["0.5", 0.5],
      [".5", 0.5],
      ["1_000.5", 1000.5],
      ["1e-2", 0.01],
      ["007", 7],
    ] as const) {
      assert.equal(optionsOf("--maxage", word).maxage, value, word);
    }
  });

  for (const word of ["", "x", "5x", "-5", "0x10", "1.5", "1e3", "_", "NaN", "9007199254740993"]) {
    test(`is no whole number if it is ${JSON.stringify(word)}`, () => {
      assertRefused(["--maxsize", word], /^--maxsize takes a whole number, not "/);
    });
  }

  for (const word of ["", "five", "5.", "-0.5", "1.2.3", ".", "e5", "Infinity"]) {
    test(`is no number if it is ${JSON.stringify(word)}`, () => {
      assertRefused(["--maxage", word], /^--maxage takes a number, not "/);
    });
  }

  test("is a pair", () => {
    const { sslargs1 } = optionsOf("--sslargs1", "SSL_verify_mode=1", "--sslargs1", "a=b=c", "--sslargs1=a=");
    assert.deepEqual(
      [...sslargs1],
      [
        ["SSL_verify_mode", "1"],
        ["a", ""],
      ],
    );
    assertRefused(["--f1f2", "A"], /^--f1f2 takes two words with = between them, not "A"$/);
  });

  test("is one of those that there are", () => {
    assert.equal(optionsOf("--exit-priority", "severity")["exit-priority"], "severity");
    assertRefused(["--exit-priority", "x"], /^--exit-priority takes frequency or severity, not "x"$/);
  });
});

describe("refused is", () => {
  test("what no option could be, without what may be secret", () => {
    assertRefused(["--passwrod1=geheim"], /^unknown option --passwrod1$/, /did you mean --password1\?/);
    assertRefused(["---dry"], /^unknown option ---dry$/);
    assertRefused(["--=x"], /^unknown option --=x$/);
    assertRefused(["--\u001b[31m"], /^unknown option --\\x1b/);
  });

  test("an argument that belongs to no option, without showing it", () => {
    assertRefused(["--password1", "two", "words"], /^there is an argument behind --password1 /, /quote values/);
    assertRefused(["x"], /^there is an argument in front of all options /);
    assertRefused(["--dry", "-"], /^there is an argument behind --dry /);
    assertRefused(["--dry", "--", "--host1"], /^there is an argument behind --dry /);
    assertRefused(["--justfolders", "1"], /^there is an argument/, /quote values/);
  });

  test("a value where none belongs, and none where one does", () => {
    assertRefused(["--host1"], /^--host1 needs a value$/);
    assertRefused(["--dry=yes"], /^--dry takes no value$/);
    assertRefused(["--nodry="], /^--dry takes no value$/);
  });
});

test("empty arguments, and nothing behind --, are nothing", () => {
  assert.equal(optionsOf("", "--dry", "", "--").dry, true);
});

test("without arguments there is help, and with --help and --version nothing else", () => {
  assert.deepEqual(parseCommandLine([]), { command: "help" });
  assert.deepEqual(parseCommandLine(["--host1", "h", "--help", "--version"]), { command: "help" });
  assert.deepEqual(parseCommandLine(["--delete1", "--delete2", "--vers"]), { command: "version" });
});

describe("obsolete options", () => {
  test("are accepted, each with a line", () => {
    const parsed = parseCommandLine(["--split1", "500", "--noreleasecheck", "--dry", "--split1", "100"]);
    assert.ok(parsed.command === "copy");
    assert.equal(parsed.options.dry, true);
    assert.deepEqual(parsed.notices, [
      "Option --split1 is accepted, and does nothing",
      "Option --releasecheck is accepted, and does nothing",
    ]);
  });

  test("nothing is copied where the original would not copy", () => {
    for (const word of ["--tests", "--testslive", "--modules_version", "--testsunit=x"]) {
      const parsed = parseCommandLine(["--host1", "h", word]);
      assert.ok(parsed.command === "nothing", word);
      assert.match(parsed.notices.join(), /^Option --\w+ is accepted, and does nothing$/);
    }
    assert.equal(parseCommandLine(["--notests"]).command, "copy");
    assert.equal(optionsOf("--justbanner").justconnect, true);
  });
});
