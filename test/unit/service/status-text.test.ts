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

test("a running daemon: head, mailboxes, what was refused, what waits", () => {
  assert.equal(
    statusText(sampleStatus),
    `\
Database         /data/x.db
State            not connected: no connection to the remote server for 30 s; left out: 2 mailboxes skipped, 1 message refused, new messages of 1 mailbox wait, changes of 4 messages refused
Daemon           process 4711 since 2025-02-27 11:59:00 (2 d ago)
Activity         waiting
Local            connected since 2025-03-01 09:00:00 (3 h ago); the server reports changes (NOTIFY)
Remote           not connected since 2025-03-01 11:59:30 (30 s ago), next attempt 2025-03-01 12:00:20 (in 20 s): connection refused\\x1b[2J
Last full check  2025-03-01 11:57:00 (3 min ago), took 1 s, 2 skipped
Next full check  2025-03-01 12:05:00 (in 5 min)

MAILBOX   LOCAL  REMOTE  REFUSED  LAST SYNCHRONISED
INBOX      1234    1233        1  2025-03-01 11:57:00 (3 min ago)
日本語/é      -       -        -  unfinished, 0 on both sides so far

SKIPPED   SIDE    REASON
日本語/é  remote  disappeared from the remote server\\x1b[2J
-         -       a name that cannot be read

REFUSED IN  SIDE   UID     SIZE  ATTEMPTS  NEXT ATTEMPT                    REASON
INBOX       local   17  31.0 MB         3  2025-03-01 12:01:00 (in 1 min)  [TOOBIG] Message is too big

NOT COPIED FOR NOW FROM  SIDE    SINCE                          ATTEMPTS  NEXT ATTEMPT                   REASON
INBOX                    remote  2025-03-01 10:00:00 (2 h ago)         2  2025-03-01 12:00:20 (in 20 s)  [OVERQUOTA] Full\\x1b[2J

CHANGE REFUSED IN  SIDE    CHANGE    MESSAGES  UID       ATTEMPTS  NEXT ATTEMPT  REASON
INBOX              local   deletion         3  17,20:21         1  next check    [NOPERM] Not you
日本語/é           remote  flags            1  4                0  next check    the server said that it was done
`,
  );
});

test("a daemon at work has no next full check; nothing refused, nothing that waits, no tables of them", () => {
  const text = statusText({
    ...sampleStatus,
    daemon: { ...sampleStatus.daemon!, activity: "synchronising", nextLookAt: null },
    lastLook: null,
    mailboxesSkipped: [],
    refused: [],
    waiting: [],
    refusedChanges: [],
  });
  assert.match(text, /^Next full check {2}after the work in hand$/m);
  assert.doesNotMatch(text, /Last full check|REFUSED IN|NOT COPIED/);
});

test("a connection that is being made for the first time, and one that was lost", () => {
  const at = "2025-03-01T11:59:30.000Z";
  const line = (connections: number): string | undefined => {
    const { local, remote } = sampleStatus.daemon!.sides;
    const sides = { local: { ...local, state: "connecting" as const, since: at, connections, reason: null }, remote };
    return /^Local {12}(.*)$/m.exec(statusText({ ...sampleStatus, daemon: { ...sampleStatus.daemon!, sides } }))?.[1];
  };
  assert.deepEqual(
    [line(0), line(2)],
    [
      "connecting since 2025-03-01 11:59:30 (30 s ago)",
      "connecting again, not connected since 2025-03-01 11:59:30 (30 s ago)",
    ],
  );
});

test("a first copy that was cut off shows how far it got", () => {
  const mailboxes = sampleStatus.mailboxes.map((one) => ({ ...one, mapped: 2913 }));
  assert.match(statusText({ ...sampleStatus, mailboxes }), / unfinished, 2913 on both sides so far$/m);
});

test("without a daemon", () => {
  const text = statusText({ ...sampleStatus, daemon: null, lastLook: null, mailboxesSkipped: [] });
  assert.ok(/^Database {2}.*\nState {5}behind: .*\nDaemon {4}not running\n\nMAILBOX /.test(text), text);
  assert.match(text, / {2}17,20:21 +1 {2}next run +\[NOPERM\]/);
});

test("a long set of UIDs is cut", () => {
  const uids = Array.from({ length: 50 }, (_, i) => 2 * i + 1).join(",");
  const [change] = sampleStatus.refusedChanges;
  const text = statusText({ ...sampleStatus, refusedChanges: [{ ...change!, uids, messages: 50 }] });
  assert.match(text, / 50 {2}1,3,5,7,9,11,13,15,17,19,21,2… {2}/);
});

const nothing = { mailboxesSkipped: [], refused: [], waiting: [], refusedChanges: [] };

for (const [state, words] of [
  ["missing", /\n\nThere is no database yet: /],
  ["outdated", /\n\nThe database is of an older version\. The next run upgrades it/],
  ["current", /\n\nNo mailbox has been synchronised yet\.\n$/],
] as const) {
  test(`nothing to show: the database is ${state}`, () => {
    const database = { ...sampleStatus.database, state };
    const text = statusText({ ...sampleStatus, daemon: null, lastLook: null, database, mailboxes: [], ...nothing });
    assert.match(text, words);
    assert.doesNotMatch(text, /MAILBOX/);
  });
}

test("the name of a mailbox without end is cut in the text", () => {
  const name = "n".repeat(900_000);
  const text = statusText({
    ...sampleStatus,
    mailboxes: sampleStatus.mailboxes.map((one) => ({ ...one, name })),
    mailboxesSkipped: sampleStatus.mailboxesSkipped.map((one) => ({ ...one, mailbox: name })),
    refused: sampleStatus.refused.map((one) => ({ ...one, mailbox: name })),
    waiting: sampleStatus.waiting.map((one) => ({ ...one, mailbox: name })),
    refusedChanges: sampleStatus.refusedChanges.map((one) => ({ ...one, mailbox: name })),
  });
  assert.equal(text.match(/^n{299}… /gm)?.length, 8);
});
