// What --status ends with, and what it calls that.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { DaemonStatus, StatusDocument } from "../../../src/service/status-document.ts";
import { exitCodeOf, findings, verdictOf, verdictText } from "../../../src/service/verdict.ts";
import { sampleStatus } from "./sample-status.ts";

const { at } = sampleStatus;
const ago = (hours: number): string => new Date(Date.parse(at) - hours * 3_600_000).toISOString();

const mailbox = { ...sampleStatus.mailboxes[0]!, unfinished: false };
const nothing = { mailboxesSkipped: [], refused: [], waiting: [], refusedChanges: [], mailboxes: [mailbox] };
const single: StatusDocument = {
  ...{ ...sampleStatus, ...nothing, daemon: null, run: null },
  lastLook: { at: ago(1), durationMs: 1, skipped: 0 },
};
const { local } = sampleStatus.daemon!.sides;
const daemon: DaemonStatus = { ...sampleStatus.daemon!, sides: { local, remote: local }, nextLookAt: null };
const running: StatusDocument = { ...single, daemon };
const run = { pid: 1, startedAt: ago(0) };

const cases: readonly (readonly [what: string, status: StatusDocument, text: string, code: number])[] = [
  ["nothing is amiss, and nothing runs", single, "in step", 0],
  ["a process watches", running, "in step", 0],
  [
    "a process watches, and has not looked at everything for days",
    { ...running, lastLook: { ...single.lastLook!, at: ago(90) } },
    "in step",
    0,
  ],
  ["a run is in progress", { ...single, run, lastLook: { ...single.lastLook!, at: ago(90) } }, "in step", 0],
  ["a message was refused", { ...single, refused: sampleStatus.refused }, "left out: 1 message refused", 1],
  [
    "mailboxes were skipped",
    { ...running, mailboxesSkipped: sampleStatus.mailboxesSkipped },
    "left out: 2 mailboxes skipped",
    1,
  ],
  ["new messages wait", { ...single, waiting: sampleStatus.waiting }, "left out: new messages of 1 mailbox wait", 1],
  [
    "something else was skipped",
    { ...single, lastLook: { ...single.lastLook!, skipped: 3 } },
    "left out: 3 skipped in the last full check",
    1,
  ],
  [
    "there is no database",
    { ...single, database: { path: "x", state: "missing" } },
    "behind: nothing has been synchronised yet",
    2,
  ],
  [
    "the database is older",
    { ...single, database: { path: "x", state: "outdated" } },
    "behind: no run has upgraded the database yet",
    2,
  ],
  ["no full check is recorded", { ...single, lastLook: null }, "behind: no full check is recorded", 2],
  [
    "the last one was long ago",
    { ...single, lastLook: { ...single.lastLook!, at: ago(50) } },
    "behind: the last full check was 2 d 2 h ago",
    2,
  ],
  [
    "a run was cut off",
    { ...single, mailboxes: [{ ...mailbox, unfinished: true }] },
    "behind: 1 mailbox unfinished",
    2,
  ],
  ["the first run is in progress", { ...single, run, lastLook: null }, "behind: the first run has not finished yet", 2],
  [
    "a process has just started",
    { ...running, daemon: { ...daemon, looks: 0 } },
    "behind: the first full check has not finished yet",
    2,
  ],
  [
    "a process does not check when it should",
    { ...running, daemon: { ...daemon, nextLookAt: ago(1) } },
    "behind: the next full check is overdue by 1 h",
    2,
  ],
  [
    "several things are amiss",
    { ...running, daemon: { ...daemon, sides: sampleStatus.daemon!.sides, looks: 0 }, refused: sampleStatus.refused },
    "not connected: no connection to the remote server for 30 s; behind: the first full check has not finished yet; left out: 1 message refused",
    3,
  ],
];

for (const [what, status, text, code] of cases) {
  test(`${what}: ${text}`, () => {
    const found = findings(status);
    assert.equal(verdictText(found), text);
    assert.equal(exitCodeOf(verdictOf(found)), code);
  });
}
