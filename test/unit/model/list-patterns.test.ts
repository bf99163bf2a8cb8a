import assert from "node:assert/strict";
import { test } from "node:test";
import { listPatterns } from "../../../src/model/list-patterns.ts";

const cases: readonly (readonly [
  what: string,
  asked: readonly [reference: string, ...patterns: string[]],
  names: { readonly yes: readonly string[]; readonly no: readonly string[] },
  delimiter?: string | null,
])[] = [
  ["everything", ["", "*"], { yes: ["INBOX", "a", "a/b", "ä"], no: [] }],
  [
    "names",
    ["", "INBOX", "Work"],
    { yes: ["INBOX", "inbox", "Work", "Work/"], no: ["Work/a", "Works", "My Work", "a"] },
  ],
  ["what is below", ["", "Work/*"], { yes: ["Work/a", "Work/a/b"], no: ["Work", "Workers/a", "a/Work/b"] }],
  ["a level", ["", "%"], { yes: ["INBOX", "a"], no: ["a/b"] }],
  ["a level, with another delimiter", ["", "a.%"], { yes: ["a.b", "a.b/c"], no: ["a.b.c", "a/b", "axb"] }, "."],
  ["a level in a flat name space", ["", "%"], { yes: ["a/b"], no: [] }, null],
  ["a delimiter that means something else elsewhere", ["", "a^%"], { yes: ["a^b"], no: ["a^b^c"] }, "^"],
  ["a level within", ["", "a/%/c"], { yes: ["a/b/c", "a//c"], no: ["a/b/b/c", "a/b/cc"] }],
  ["both wildcards", ["", "a%*"], { yes: ["a", "a/b", "ab"], no: ["b"] }],
  ["a reference", ["mail/", "*"], { yes: ["mail/a", "MAIL/a"], no: ["a", "INBOX", "mail"] }],
  ["a reference and names", ["mail/", "a"], { yes: ["mail/a"], no: ["a", "mail/b"] }],
  ["INBOX in any case, and what is below", ["", "inb*"], { yes: ["INBOX", "Inbox", "inbox/a"], no: ["a"] }],
  ["another spelling of UTF-7", ["", "Entw&APw-rfe"], { yes: ["Entw&APw-rfe", "Entw&ANw-rfe"], no: ["Entw&APY-rfe"] }],
  ["composed or decomposed", ["", "u&Awg-/%"], { yes: ["&APw-/a"], no: ["&APw-"] }],
  ["wildcards beside UTF-7", ["", "&APw-*"], { yes: ["&APw-a", "&APwA,A-"], no: ["u", "&APY-"] }],
  ["what is no UTF-7", ["", "a"], { yes: ["\xc3\xa4"], no: ["&"] }],
  ["what only looks like a pattern", ["", "a.b*", "(c-d)%"], { yes: ["a.b", "(c-d)"], no: ["axb", "c-d"] }],
  ["nothing", [""], { yes: [], no: ["INBOX", ""] }],
];

for (const [what, [reference, ...patterns], { yes, no }, delimiter = "/"] of cases)
  test(`asked for ${what}`, () => {
    const mayMatch = listPatterns({ reference, patterns });
    for (const name of yes) assert.equal(mayMatch(name, delimiter), true, name);
    for (const name of no) assert.equal(mayMatch(name, delimiter), false, name);
  });
