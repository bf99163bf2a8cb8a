import assert from "node:assert/strict";
import { test } from "node:test";
import { rawWords, unquoted } from "../../../../src/util/shell/shell-line.ts";

test("words of a command line, up to the cursor", () => {
  const cases: readonly (readonly [line: string, words: readonly string[]])[] = [
    ["interimap ", ["interimap", ""]],
    ["interimap  a", ["interimap", "a"]],
    [String.raw`interimap a\ b`, ["interimap", "a b"]],
    [String.raw`interimap 'it'\''s' "\$x \n`, ["interimap", "it's", String.raw`$x \n`]],
    ["interimap 'a b", ["interimap", "a b"]],
    ["interimap --target=lo", ["interimap", "--target=lo"]],
    ["interimap a\\", ["interimap", "a"]],
    ["", [""]],
  ];
  for (const [line, words] of cases) assert.deepEqual(rawWords(line).map(unquoted), words, line);
});
