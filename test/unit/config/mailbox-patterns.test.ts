import assert from "node:assert/strict";
import { test } from "node:test";
import { BadValue } from "../../../src/config/bad-value.ts";
import { mailboxPatterns } from "../../../src/config/mailbox-patterns.ts";

for (const [text, expected] of [
  ["*", ["*"]],
  ["INBOX lists/%", ["INBOX", "lists/%"]],
  ["a \t  b", ["a", "b"]],
  ["[Gmail]/* &AOk-", ["[Gmail]/*", "&AOk-"]],
  ['"Sent Items"', ["Sent Items"]],
  ['INBOX "Sent Items" %', ["INBOX", "Sent Items", "%"]],
  ['"foo\\x00bar"', ["foo\0bar"]],
  ['"foo\\0bar"', ["foo\0bar"]],
  // The original program's \0 takes no further digits.
  ['"lists\\02024"', ["lists\x002024"]],
  ['"\\x41\\x4a"', ["AJ"]],
  ['"\\a\\b\\t\\n\\v\\f\\r"', ["\x07\b\t\n\v\f\r"]],
  ['"a\\"b" "c\\\\"', ['a"b', "c\\"]],
  ['"\\\\x00"', ["\\x00"]],
  // In UTF-8, or as IMAP has it.
  ["Entwürfe Entw&APw-rfe", ["Entw&APw-rfe", "Entw&APw-rfe"]],
  ['"Entwürfe\\x00R&D *" "R&D"', ["Entw&APw-rfe\0R&-D *", "R&D"]],
  ["日本語", ["&ZeVnLIqe-"]],
] as const) {
  test(`${text} is ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(mailboxPatterns(text), expected);
  });
}

for (const [text, problem] of [
  ["", undefined],
  ['""', "a quoted name is empty"],
  ['a "" b', "a quoted name is empty"],
  ['"', "a quoted name is not closed"],
  ['"a', "a quoted name is not closed"],
  ['"a\\"', "a quoted name is not closed"],
  ['a "b c', "a quoted name is not closed"],
  ['"a"b', "a quoted name and another run together"],
  ['a"b"', "a quoted name and another run together"],
  ['"a""b"', "a quoted name and another run together"],
  ["foo\\x00bar", "a backslash has no meaning outside double quotes"],
  ["\\", "a backslash has no meaning outside double quotes"],
  ['"\\q"', "\\q is an unknown escape"],
  ['"\\x4"', "\\x is an unknown escape"],
  ['"\\xgg"', "\\x is an unknown escape"],
  ['"\\X41"', "\\X is an unknown escape"],
  ['"Entw\\xfcrfe"', "\\xfc is outside ASCII"],
  ['"\\101"', "\\1 is an unknown escape"],
] as const) {
  test(`${JSON.stringify(text)} is refused`, () => {
    assert.throws(
      () => mailboxPatterns(text),
      (error) => error instanceof BadValue && error.problem === problem,
    );
  });
}
