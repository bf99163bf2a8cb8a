import assert from "node:assert/strict";
import { test } from "node:test";
import { iniEntries, type IniEntry } from "../../../src/config/ini-entries.ts";

function entries(text: string | Buffer): readonly IniEntry[] {
  return iniEntries(Buffer.isBuffer(text) ? text : Buffer.from(text));
}

function valueOf(line: string): string | undefined {
  const [entry] = entries(line);
  return entry?.kind === "setting" ? entry.value : undefined;
}

function problemOf(text: string | Buffer): string | undefined {
  const junk = entries(text).find((entry) => entry.kind === "junk");
  return junk && `${junk.line}: ${junk.problem}; ${junk.expected}`;
}

test("sections and settings carry the numbers of their lines", () => {
  assert.deepEqual(entries("# one\n\na=1\n ; four\n[local]\n\tb = 2 \n[ remote ]\nc="), [
    { kind: "setting", line: 3, name: "a", value: "1" },
    { kind: "section", line: 5, name: "local" },
    { kind: "setting", line: 6, name: "b", value: "2" },
    { kind: "section", line: 7, name: "remote" },
    { kind: "setting", line: 8, name: "c", value: "" },
  ]);
});

for (const [name, ending] of [
  ["LF", "\n"],
  ["CRLF", "\r\n"],
  ["CR", "\r"],
  ["CRCRLF", "\r\r\n"],
] as const) {
  test(`lines may end in ${name}, and the file may start with a byte order mark`, () => {
    assert.deepEqual(entries(["\ufeff[local]", "", "a = 1", ""].join(ending)), [
      { kind: "section", line: 1, name: "local" },
      { kind: "setting", line: 3, name: "a", value: "1" },
    ]);
  });
}

const printable = Array.from({ length: 0x7f - 0x21 }, (_, index) => String.fromCharCode(0x21 + index));

for (const [where, wrap] of [
  ["alone", (char: string) => char],
  ["first", (char: string) => `${char}secret`],
  ["in the middle", (char: string) => `sec${char}ret`],
  ["in the middle, after a space", (char: string) => `sec ${char}ret`],
  ["in the middle, before a space", (char: string) => `sec${char} ret`],
  ["last", (char: string) => `secret${char}`],
  ["first and last", (char: string) => `${char}secret${char}`],
] as const) {
  test(`every printable ASCII character ${where} of a value arrives`, () => {
    const values = printable.map(wrap);
    assert.deepEqual(
      values.map((value) => valueOf(`password = ${value}`)),
      values,
    );
  });
}

for (const value of [
  'a#b;c"d\\e = f',
  "true",
  "false",
  "null",
  "12",
  "{}",
  "[]",
  "a # b",
  "a;\tb",
  "a ;b",
  "a ;",
  '"quoted"',
  "'quoted'",
  '"',
  "a\tb",
  "\\u0041\\n",
  "pässwörd €",
  "🔑",
  "a\u2028b\u2029c",
  "\u00a0no-break spaces\u00a0",
  "__proto__",
]) {
  test(`the value ${JSON.stringify(value)} arrives verbatim`, () => {
    assert.equal(valueOf(`password = ${value}`), value);
  });
}

test("white space around names and values is dropped, inside it is kept", () => {
  assert.equal(valueOf("  \tpassword\t=  a  b \t "), "a  b");
});

for (const [line, value] of [
  ["a = b ; c", "b"],
  ["a = b\t;\tc", "b"],
  ["a = b ; c ; d", "b"],
  ["a = ; c", ""],
  // A comment has at least one character after its blank, which may be a blank.
  ["a = b ;  ", "b"],
  ["a = b ; ", "b ;"],
  ["a = b ;c ; d", "b ;c"],
  ['a = "b ; c"', '"b'],
] as const) {
  test(`a comment ends ${JSON.stringify(line)}`, () => {
    assert.equal(valueOf(line), value);
  });
}

test("a comment may follow a section, and may be anything but UTF-8", () => {
  assert.deepEqual(entries("[local] ; here\na = 1 ; x\n"), [
    { kind: "section", line: 1, name: "local" },
    { kind: "setting", line: 2, name: "a", value: "1" },
  ]);
  assert.equal(problemOf(Buffer.from("a = 1 ; caf\xe9\n", "latin1")), undefined);
});

test("vertical tabs and form feeds are white space too", () => {
  assert.deepEqual(entries("\f\n\v[local]\f\n\fa = 1\v\n"), [
    { kind: "section", line: 2, name: "local" },
    { kind: "setting", line: 3, name: "a", value: "1" },
  ]);
});

for (const [line, name] of [
  ["two words = x", "two words"],
  ["host;old = x", "host;old"],
  ['"host" = x', '"host"'],
  ["list[] = x", "list[]"],
  ["__proto__ = x", "__proto__"],
] as const) {
  test(`a name may be ${JSON.stringify(name)}: the section decides whether that makes sense`, () => {
    assert.deepEqual(entries(line), [{ kind: "setting", line: 1, name, value: "x" }]);
  });
}

for (const [line, name] of [
  ["[local;x]", "local;x"],
  ["[a.b]", "a.b"],
  ["[__proto__]", "__proto__"],
  ['["local"]', '"local"'],
  ["[a = b]", "a = b"],
] as const) {
  test(`a section may be ${JSON.stringify(name)}`, () => {
    assert.deepEqual(entries(line), [{ kind: "section", line: 1, name }]);
  });
}

const shape = "this is not a setting, section or comment; NAME = VALUE, [SECTION] or # COMMENT";

for (const line of ["hunter2", "= value", "host ; old = x", "[local", "local]", "[]", "[local] # comment"]) {
  test(`the line ${JSON.stringify(line)} is junk`, () => {
    assert.equal(problemOf(`a = 1\n${line}\n`), `2: ${shape}`);
  });
}

test("a line that is not UTF-8 is junk, unless it is a comment", () => {
  assert.equal(problemOf(Buffer.from("# caf\xe9\na = 1\n", "latin1")), undefined);
  assert.equal(
    problemOf(Buffer.from("# caf\xe9\npassword = caf\xe9\n", "latin1")),
    "2: the line is not UTF-8; a text file in UTF-8",
  );
});

for (const char of ["\0", "\x1b", "\x0b", "\x7f", "\x9b"]) {
  test(`a line with ${JSON.stringify(char)} is junk`, () => {
    assert.equal(problemOf(`password = a${char}b`), "1: the line holds a control character; a text file");
  });
}

test("an empty file has no entries", () => {
  assert.deepEqual(entries(""), []);
  assert.deepEqual(entries("\ufeff"), []);
});
