// The labels of messages, where a server is Gmail.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addLabels, eachLabels } from "../../src/imap/verbs/labels.ts";
import { uidRange } from "../../src/model/uid-set.ts";
import { withSession } from "./fixture.ts";

test("lists are told as they are written; one with a literal in it is not", async () => {
  const fetches = [
    'S: * 1 FETCH (X-GM-LABELS ("\\\\Inbox" work "a (b) \\"c\\"") UID 4)',
    "S: * 2 FETCH (UID 5 X-GM-LABELS ())",
    "S: * 3 FETCH (UID 6 X-GM-LABELS (a {3}",
    "S: b c))",
  ];
  const script = [
    "C: t1 UID FETCH 4:6 (UID X-GM-LABELS)",
    ...fetches,
    "S: t1 OK",
    "C: t2 UID FETCH 6 (UID X-GM-LABELS)",
    "S: t2 OK",
  ].join("\n");
  const told: (readonly [number, string])[] = [];
  await withSession(script, async (session) => {
    await eachLabels(session, uidRange(4, 6), (uid, list) => told.push([uid, list]));
  });
  assert.deepEqual(told, [
    [4, '"\\\\Inbox" work "a (b) \\"c\\""'],
    [5, ""],
  ]);
});

test("labels are added, quoted where they have to be", async () => {
  const script = 'C: t1 UID STORE 4:6 +X-GM-LABELS.SILENT ("\\\\Inbox" work "b c")\nS: t1 OK';
  await withSession(script, async (session) => {
    await addLabels(session, uidRange(4, 6), ["\\Inbox", "work", "b c"]);
  });
});
