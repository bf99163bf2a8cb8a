import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { statusText } from "../../../src/service/status-text.ts";
import { sampleStatus } from "./sample-status.ts";

const zone = process.env["TZ"];
before(() => (process.env["TZ"] = "UTC"));
after(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

test("a running daemon: head, mailboxes, refused messages", () => {
  assert.equal(
    statusText(sampleStatus),
    `\
Database   /data/x.db
Daemon     process 4711 since 2025-02-27 11:59:00 (2 days ago)
Activity   waiting
Local      connected since 2025-03-01 09:00:00 (3 h ago); the server tells of changes (NOTIFY)
Remote     not connected since 2025-03-01 11:59:30 (30 s ago), next attempt 2025-03-01 12:00:20 (in 20 s): connection refused\\x1b[2J
Last look  2025-03-01 11:57:00 (2 min ago), took 1.2 s, 2 left out
Next look  2025-03-01 12:05:00 (in 5 min)

MAILBOX   LOCAL  REMOTE  REFUSED  LAST SYNCHRONISED
INBOX      1234    1233        1  2025-03-01 11:57:00 (3 min ago)
日本語/é      -       -        -  never, unfinished since

REFUSED IN  SIDE   UID     SIZE  ATTEMPTS  LAST ATTEMPT                     REASON
INBOX       local   17  31.0 MB         3  2025-03-01 11:57:00 (3 min ago)  [TOOBIG] Message is too big
`,
  );
});

test("a daemon at work has no next look; no refusals, no table of them", () => {
  const text = statusText({
    ...sampleStatus,
    daemon: { ...sampleStatus.daemon!, activity: "synchronising", nextLookAt: null },
    lastLook: null,
    refused: [],
  });
  assert.match(text, /^Next look {2}after the work in hand$/m);
  assert.doesNotMatch(text, /Last look|REFUSED IN/);
});

test("without a daemon", () => {
  const text = statusText({ ...sampleStatus, daemon: null, lastLook: null });
  assert.ok(text.startsWith("Database  /data/x.db\nDaemon    not running\n\nMAILBOX "), text);
});

for (const [state, words] of [
  ["missing", /\n\nThere is no database yet: /],
  ["outdated", /\n\nThe database is of an older version\. The next run upgrades it/],
  ["current", /\n\nNo mailbox was synchronised so far\.\n$/],
] as const) {
  test(`nothing to show: the database is ${state}`, () => {
    const database = { ...sampleStatus.database, state };
    const text = statusText({ ...sampleStatus, daemon: null, lastLook: null, database, mailboxes: [], refused: [] });
    assert.match(text, words);
    assert.doesNotMatch(text, /MAILBOX/);
  });
}
