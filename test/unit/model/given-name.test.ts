import assert from "node:assert/strict";
import { test } from "node:test";
import { meantBy, newNames, readings } from "../../../src/model/given-name.ts";

test("a plain name has one reading, whatever the delimiter", () => {
  for (const delimiter of ["/", ".", null]) assert.deepEqual(readings("box", delimiter), ["box"]);
  assert.deepEqual(readings("inbox", "/"), ["INBOX"]);
});

for (const { argument, delimiter, expected } of [
  { argument: "a/b", delimiter: "/", expected: ["a\0b"] },
  { argument: "a.b", delimiter: ".", expected: ["a\0b"] },
  { argument: "a/b", delimiter: ".", expected: ["a/b", "a\0b"] },
  { argument: "a/b", delimiter: null, expected: ["a/b"] },
  { argument: "Entwürfe", delimiter: "/", expected: ["Entw&APw-rfe"] },
  { argument: "Entw&APw-rfe", delimiter: "/", expected: ["Entw&APw-rfe", "Entw&-APw-rfe"] },
  { argument: "R&D", delimiter: "/", expected: ["R&D", "R&-D"] },
  { argument: "ü/*", delimiter: ".", expected: ["&APw-/*", "&APw-\0*"] },
  { argument: String.raw`a\u200eb`, delimiter: "/", expected: [String.raw`a\u200eb`, "a&IA4-b"] },
  { argument: String.raw`a\xb`, delimiter: "/", expected: [String.raw`a\xb`] },
  { argument: "inBOX", delimiter: ".", expected: ["INBOX"] },
]) {
  test(`${argument} with the delimiter ${String(delimiter)}: IMAP's notation, then that of lines`, () => {
    assert.deepEqual(readings(argument, delimiter), expected);
  });
}

test("the one that is there is meant; where none is, IMAP's notation counts, and two are refused", () => {
  assert.equal(meantBy("a/b", ".", new Set(["a\0b"])), "a\0b");
  assert.equal(meantBy("a/b", ".", new Set(["a/b"])), "a/b");
  assert.equal(meantBy("a/b", ".", new Set()), "a/b");
  assert.throws(() => meantBy("a/b", ".", new Set(["a/b", "a\0b"])), { code: "USAGE", message: /"a\/b" or "a\.b"$/ });
});

test("a new name is never one that no server understands", () => {
  assert.deepEqual(newNames("R&D", "/"), ["R&-D"]);
  assert.deepEqual(newNames("Entw&APw-rfe", "/"), ["Entw&APw-rfe"]);
  assert.deepEqual(newNames("ü", "."), ["&APw-"]);
  assert.deepEqual(newNames("a/b", "."), ["a/b", "a\0b"]);
  assert.deepEqual(newNames("a/b.c", "."), ["a/b\0c"]);
});
