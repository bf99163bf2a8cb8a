// What follows from what the command line says.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compileSubstitutions } from "../../../../src/copier/messages/perl-expression.ts";
import type { Options } from "../../../../src/copier/options/options.ts";
import { optionsOf } from "./options-of.ts";

/** Options on the left, what follows from them on the right. */
const implications: readonly (readonly [argv: string, expected: Partial<Options>])[] = [
  ["--host1 h", { timeout1: 120, dry1: false, foldersizesatend: true, errorsmax: 50, maxsleep: 2, maxbytesafter: 0 }],
  ["--host1 h", { useheader: ["Message-Id", "Received"], sigexit: [], sigreconnect: [] }],
  ["--host1 h", { ssl1: undefined, tls2: undefined, progress: undefined, usecache: false, automap: false }],
  ["--useheader Message-Id", { useheader: ["Message-Id"] }],
  ["--timeout 5", { timeout1: 5, timeout2: 5 }],
  ["--timeout 5 --timeout2 7", { timeout1: 5, timeout2: 7 }],
  ["--search ALL", { search1: "ALL", search2: "ALL" }],
  ["--search ALL --search1 SEEN", { search1: "SEEN", search2: "ALL" }],
  ["--noabletosearch", { abletosearch1: false, abletosearch2: false }],
  ["--noabletosearch --abletosearch2", { abletosearch1: false, abletosearch2: true }],
  ["--authmd5", { authmd51: true, authmd52: true }],
  ["--authmd5 --noauthmd51", { authmd51: false, authmd52: true }],
  ["--debugimap --nodebugimap1", { debugimap1: false, debugimap2: true }],
  ["--delete1", { expunge1: true }],
  ["--delete1 --noexpunge1", { expunge1: false }],
  ["--delete2", { delete2duplicates: true, uidexpunge2: true }],
  ["--delete2 --nodelete2duplicates", { delete2duplicates: false, uidexpunge2: true }],
  ["--delete2 --nouidexpunge2", { uidexpunge2: false }],
  ["--delete2 --syncduplicates", { delete2duplicates: false, uidexpunge2: true }],
  ["--delete2duplicates --syncduplicates", { delete2duplicates: false, uidexpunge2: false }],
  ["--delete2 --useuid", { delete2duplicates: false, uidexpunge2: true }],
  ["--delete2duplicates", { uidexpunge2: true }],
  ["--delete2foldersonly /Old/", { delete2folders: true }],
  ["--delete2foldersbutnot /Old/", { delete2folders: true }],
  ["--delete2foldersbutnot /Old/ --nodelete2folders", { delete2folders: false }],
  ["--dry", { dry1: true }],
  ["--dry --nodry1", { dry1: false }],
  ["--dry1", { dry1: false }],
  ["--nofoldersizes", { foldersizesatend: false }],
  ["--nofoldersizes --foldersizesatend", { foldersizesatend: true }],
  ["--useuid", { usecache: true, cacheaftercopy: true }],
  ["--useuid --nousecache", { usecache: false, cacheaftercopy: false }],
  ["--usecache --nocacheaftercopy", { cacheaftercopy: false }],
  ["--justfolders", { checknoabletosearch: false }],
  ["--justfolders --checknoabletosearch", { checknoabletosearch: true }],
];

for (const [argv, expected] of implications) {
  test(`${argv} means ${JSON.stringify(expected)}`, () => {
    assertHas(optionsOf(...argv.split(" ")), expected);
  });
}

function assertHas(options: Options, expected: Partial<Options>): void {
  const names = Object.keys(expected) as (keyof Options)[];
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, options[name]])), expected);
}

describe("presets", () => {
  test("gmail1: the host, its limits, and headers that are the same in all folders", () => {
    assertHas(optionsOf("--gmail1"), {
      host1: "imap.gmail.com",
      ssl1: true,
      ssl2: undefined,
      maxbytespersecond: 40_000,
      maxbytesafter: 3_000_000_000,
      maxsleep: 2,
      automap: true,
      skipcrossduplicates: true,
      useheader: ["X-Gmail-Received", "Message-Id"],
      regextrans2: ["s,\\[Gmail\\].,,"],
      folderlast: ["[Gmail]/All Mail"],
    });
  });

  test("gmail2: labels instead of folders", () => {
    assertHas(optionsOf("--gmail2"), {
      host2: "imap.gmail.com",
      ssl2: true,
      maxbytespersecond: 20_000,
      maxbytesafter: 1_000_000_000,
      automap: true,
      expunge1: true,
      addheader: true,
      exclude: ["\\[Gmail\\]$"],
      useheader: ["Message-Id"],
      folderlast: ["[Gmail]/All Mail"],
    });
  });

  test("gmail1 and gmail2: labels travel, and duplicates in other folders are wanted", () => {
    assertHas(optionsOf("--gmail1", "--gmail2"), {
      host1: "imap.gmail.com",
      host2: "imap.gmail.com",
      maxbytespersecond: 20_000,
      maxbytesafter: 1_000_000_000,
      skipcrossduplicates: false,
      synclabels: true,
      resynclabels: true,
      addheader: false,
      useheader: ["X-Gmail-Received", "Message-Id"],
      regextrans2: [],
      exclude: ["\\[Gmail\\]$"],
    });
  });

  test("names that Gmail would change are changed before", () => {
    const change = compileSubstitutions(optionsOf("--gmail2").regextrans2, "--regextrans2");
    for (const [name, expected] of [
      ["[Gmail]/Sent Mail", "Sent Mail"],
      [" a / b / c ", "a/b/c"],
      ["'quoted' \"too\"^", "_quoted_ _too__"],
      ["plain/name", "plain/name"],
    ] as const)
      assert.equal(change(name), expected);
    const fromGmail = compileSubstitutions(optionsOf("--gmail1").regextrans2, "--regextrans2");
    assert.equal(fromGmail("[Gmail]/All Mail"), "All Mail");
  });

  test("lines that Exchange would refuse are broken", () => {
    assertHas(optionsOf("--office2"), { wraplines: 10_239 });
    assertHas(optionsOf("--office2", "--noregexmess"), { wraplines: undefined });
    assertHas(optionsOf("--exchange2", "--wraplines", "998"), { wraplines: 998 });
    const flags = compileSubstitutions(optionsOf("--exchange2").regexflag, "--regexflag");
    assert.equal(flags("\\Seen \\Flagged"), "\\Seen ");
  });

  test("office1 and office2", () => {
    assertHas(optionsOf("--office1"), { host1: "outlook.office365.com", ssl1: true, exclude: ["^Files$"] });
    assertHas(optionsOf("--office2"), {
      host2: "outlook.office365.com",
      ssl2: true,
      maxsize: 45_000_000,
      maxmessagespersecond: 4,
      disarmreadreceipts: true,
      wraplines: 10_239,
      f1f2: new Map([["Files", "Files_renamed_by_imapsync"]]),
    });
  });

  test("exchange2, and exchange1, which stands for nothing", () => {
    assertHas(optionsOf("--exchange2"), {
      host2: undefined,
      maxsize: 10_000_000,
      maxmessagespersecond: 4,
      disarmreadreceipts: true,
      regexflag: ["s/\\\\Flagged//g"],
      wraplines: 10_239,
    });
    assert.deepEqual({ ...optionsOf("--exchange1"), exchange1: false }, optionsOf("--noexchange1"));
  });

  test("domino", () => {
    assertHas(optionsOf("--domino1"), { sep1: "\\", prefix1: "", sep2: undefined, messageidnodomain: true });
    assertHas(optionsOf("--domino2"), { sep2: "\\", prefix2: "", sep1: undefined, messageidnodomain: true });
  });

  test("what the user says wins, and rules come behind the user's", () => {
    const argv = ["--gmail2", "--host2", "h", "--nossl2", "--noautomap", "--maxbytespersecond", "7", "--noexpunge1"];
    const given = { host2: "h", ssl2: false, automap: false, maxbytespersecond: 7, expunge1: false };
    assertHas(optionsOf(...argv), given);
    assertHas(optionsOf("--gmail1", "--useheader", "Subject"), { useheader: ["Subject"] });
    assertHas(optionsOf("--gmail1", "--regextrans2", "s/a/b/"), { regextrans2: ["s/a/b/", "s,\\[Gmail\\].,,"] });
    assertHas(optionsOf("--office2", "--f1f2", "Files=F", "--f1f2", "A=B"), {
      f1f2: new Map([
        ["Files", "F"],
        ["A", "B"],
      ]),
    });
  });

  test("users can do without single rules of a preset, and keep their own", () => {
    assertHas(optionsOf("--gmail2", "--noexclude", "--exclude", "x"), { exclude: ["x"] });
    assertHas(optionsOf("--office2", "--noregexmess", "--nof1f2", "--nodisarmreadreceipts"), {
      regexmess: [],
      f1f2: new Map(),
      disarmreadreceipts: false,
    });
    assertHas(optionsOf("--exchange2", "--noregexflag", "--regexflag", "s/a/b/"), { regexflag: ["s/a/b/"] });
  });

  test("two presets: each rule once, and of two values the earlier one's", () => {
    assertHas(optionsOf("--office2", "--exchange2"), {
      maxsize: 45_000_000,
      wraplines: 10_239,
      regexflag: ["s/\\\\Flagged//g"],
    });
  });

  test("where messages are known by UID, gmail1 does not look for them in other folders", () => {
    assertHas(optionsOf("--gmail1", "--useuid"), { usecache: true, skipcrossduplicates: false });
    assertHas(optionsOf("--gmail1", "--useuid", "--nousecache"), { usecache: false, skipcrossduplicates: true });
  });
});
