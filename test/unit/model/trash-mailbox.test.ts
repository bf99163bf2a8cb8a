import assert from "node:assert/strict";
import { test } from "node:test";
import { isKept, keptNames } from "../../../src/model/trash-mailbox.ts";

function firstNames(name: string, trash: string): string[] {
  const names: string[] = [];
  for (const one of keptNames(name, trash)) if (names.push(one.replaceAll("\0", "/")) === 3) break;
  return names;
}

test("a mailbox is kept under its own name, or with a number", () => {
  assert.deepEqual(firstNames("a\0b", "Gone"), ["Gone/a/b", "Gone/a/b (2)", "Gone/a/b (3)"]);
});

test("what is below INBOX is kept below INBOX", () => {
  assert.equal(firstNames("INBOX\0a", "Gone")[0], "INBOX/Gone/a");
  assert.equal(firstNames("INBOX\0a", "INBOX\0Gone")[0], "INBOX/Gone/a");
  assert.equal(firstNames("INBOX2", "Gone")[0], "Gone/INBOX2");
});

test("what is kept takes no part", () => {
  for (const name of ["Gone", "Gone\0a", "INBOX\0Gone", "INBOX\0Gone\0a"]) assert.ok(isKept(name, "Gone"), name);
  for (const name of ["Gone2", "INBOX", "a\0Gone", "INBOX\0a"]) assert.ok(!isKept(name, "Gone"), name);
});
