import assert from "node:assert/strict";
import { test } from "node:test";
import { isRubbish } from "../../../../src/mail/listing/rubbish.ts";

test("Trash and Junk are known by their special use, and by their names at any level", () => {
  assert.ok(isRubbish("Papierkorb", ["\\HasNoChildren", "\\Trash"]));
  assert.ok(isRubbish("x", ["\\junk"]));
  for (const name of ["Trash", "junk", "INBOX\0Spam", "Deleted Items"]) assert.ok(isRubbish(name, []), name);
  for (const name of ["INBOX", "Archive", "Trash\0keep", "Trashy", "Spam reports"])
    assert.ok(!isRubbish(name, []), name);
});

test("INBOX is none, whatever a server says", () => {
  for (const attribute of ["\\Trash", "\\Junk"]) assert.ok(!isRubbish("INBOX", [attribute]));
});
