// What is believed of COPYUID.

import assert from "node:assert/strict";
import { test } from "node:test";
import { copiedUids } from "../../../../src/imap/verbs/copied-uids.ts";
import { parseUidSet } from "../../../../src/model/uid-set-text.ts";

const expected = { asked: parseUidSet("1:9,304,319:320"), uidValidity: 7, nextUid: 100 };

test("the sets are read in the order in which they are told", () => {
  assert.deepEqual(copiedUids("7 304,319:320 3956:3958", expected), [
    [304, 3956],
    [319, 3957],
    [320, 3958],
  ]);
  assert.deepEqual(copiedUids("7 3,1 100,101", expected), [
    [3, 100],
    [1, 101],
  ]);
});

const impossible: Readonly<Record<string, string>> = {
  "of a mailbox with another UIDVALIDITY": "8 1 100",
  "with more copies than messages": "7 1 100:101",
  "with fewer copies than messages": "7 1:2 100",
  "of a message that was not to be copied": "7 10 100",
  "of a message twice": "7 1,1 100:101",
  "with one copy of two messages": "7 1:2 100,100",
  "with a copy below UIDNEXT": "7 1 99",
  "with a copy beyond all UIDs": "7 1 4294967296",
  "with a range that runs backwards": "7 2:1 100:101",
  "with a range of three numbers": "7 1:2:3 100:102",
  "of more messages than can be": "7 1:4294967295 100:4294967294",
  "without numbers": "7 * 100",
  "that is empty": "",
};

for (const [what, text] of Object.entries(impossible))
  test(`a COPYUID ${what} counts for nothing`, () => {
    assert.equal(copiedUids(text, expected), undefined);
  });
