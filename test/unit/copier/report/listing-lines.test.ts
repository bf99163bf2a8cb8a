// Lists of folders, and pairs of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { automapLines, layoutLines, listingLines } from "../../../../src/copier/report/listing-lines.ts";

test("separators and prefixes", () => {
  const lines = layoutLines({ 1: { separator: "/", prefix: "" }, 2: { separator: ".", prefix: "INBOX." } });
  assert.deepEqual(lines, ["Host1: separator and prefix: [/][]", "Host2: separator and prefix: [.][INBOX.]"]);
});

test("folders of both hosts, and those that only host2 has", () => {
  assert.deepEqual(listingLines({ 1: ["b", "a"], 2: ["b", "&ANY-"] }, new Set(["a", "b"])), [
    "Host1: folders list:",
    "[a]",
    "[b]",
    "",
    "Host2: folders list:",
    "[&ANY-] = [Ö]",
    "[b]",
    "",
    "Folders in host2 not in host1:",
    "[&ANY-] = [Ö]",
    "",
  ]);
});

test("pairs by special use", () => {
  const lines = automapLines(
    { 1: new Map([["\\Junk", "spam"]]), 2: new Map([["\\Junk", "[Gmail]/Spam"]]) },
    new Map([["spam", "[Gmail]/Spam"]]),
  );
  assert.deepEqual(lines, [
    "Host1: special [spam]                 = \\Junk",
    "Host2: special [[Gmail]/Spam]         = \\Junk",
    "",
    "Folders mapping from --automap feature (use --f1f2 to override any mapping):",
    "[spam]                                   -> [[Gmail]/Spam]",
    "",
  ]);
});
