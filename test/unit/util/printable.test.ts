import assert from "node:assert/strict";
import { test } from "node:test";
import { printable, printableJson } from "../../../src/util/printable.ts";

test("what could steer a terminal is escaped", () => {
  assert.equal(printable("a\x1b[31mb\r\n\t\x7f\x9b2J"), "a\\x1b[31mb\\x0d\\x0a\\x09\\x7f\\x9b2J");
  assert.equal(printable("abc\u202etxt.exe\u2028"), "abc\\u202etxt.exe\\u2028");
  assert.equal(printable("half \ud83d"), "half \\ud83d");
});

test("what is not seen at all is shown", () => {
  assert.equal(printable("IN\u200bBOX\ufeff"), "IN\\u200bBOX\\ufeff");
  assert.equal(printable("soft\u00adhyphen"), "soft\\xadhyphen");
  const joined = "می\u200cخواهم 👩\u200d💻";
  assert.equal(printable(joined), joined);
});

test("and in JSON, which stays what it was", () => {
  const value = { name: "\x1b]0;x\x07\x9b2J\u202e\u2028\n\x7f", list: ["é", "📬", "half \ud83d"] };
  const json = printableJson(value);
  assert.doesNotMatch(json, /[^\n\P{Cc}]|[\u202e\u2028]/u);
  assert.deepEqual(JSON.parse(json), value);
});

test("ordinary text stays as it is", () => {
  const text = "\\Seen Entwürfe 日本語 📬 שלום";
  assert.equal(printable(text), text);
});
