// What is made of a run beside lines: sums by folder, JSON, the report of all messages, and the display on a terminal.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CopyEvent } from "../../../../src/copier/events.ts";
import { type FolderReport, folderReportLine, FolderReports } from "../../../../src/copier/report/folder-reports.ts";
import { makeReporter, type OutputOptions } from "../../../../src/copier/report/make-reporter.ts";
import { Progress, progressText } from "../../../../src/copier/report/progress.ts";
import { Statistics } from "../../../../src/copier/report/statistics.ts";
import { uidRange } from "../../../../src/model/uid-set.ts";

const pair = { folder1: "INBOX", folder2: "In" };
const begun: CopyEvent = { type: "folder-begun", index: 1, of: 1, ...pair };
const read: CopyEvent = {
  ...{ type: "folder-read", host: 1, folder: "INBOX", messages: 20, selected: 17 },
  ...{ identified: 15, duplicates: 1, withoutHeaders: 1 },
};
const copied: CopyEvent = { type: "message-copied", ...pair, uid1: 1, uid2: 7, octets: 153 };
const failed: CopyEvent = {
  ...{ type: "message-failed", ...pair, uid1: 9, octets: 3 },
  error: { kind: "append-virus", text: "no\x1b[2J" },
};

function skipped(reason: Extract<CopyEvent, { type: "messages-skipped" }>["reason"], count: number): CopyEvent {
  return { type: "messages-skipped", ...pair, uids: uidRange(2, count + 1), octets: count * 100, reason };
}

const run = [
  begun,
  read,
  copied,
  skipped("present", 8),
  skipped("duplicate", 1),
  skipped("no-headers", 1),
  skipped("too-large", 2),
  failed,
];

function reported(events: readonly CopyEvent[]): FolderReport[] {
  const reports = new FolderReports();
  for (const event of events) reports.note(event);
  return reports.all();
}

test("all that is in a folder is accounted for", () => {
  const [report] = reported(run);
  assert.deepEqual(report, {
    ...pair,
    ...{ inSource: 20, copied: 1, present: 8, duplicates: 1, toCopy: 0, notReached: 3 },
    filtered: { "no-headers": 1, "too-large": 2, "not-selected": 3 },
    failed: { "append-virus": 1 },
  });
  assert.equal(
    folderReportLine(report),
    "[INBOX]: 20 in source = 1 copied + 8 already there + 1 duplicate" +
      " + 6 filtered (1 without headers, 2 too large, 3 not selected) + 1 failed (1 refused as a virus) + 3 not reached",
  );
});

test("two folders that become one are two, and one that nobody could open is none", () => {
  const other = { ...begun, folder1: "Z" } as CopyEvent;
  assert.deepEqual(
    reported([begun, other, copied]).map(({ folder1, copied: count, inSource }) => [folder1, count, inSource]),
    [
      ["INBOX", 1, 0],
      ["Z", 0, 0],
    ],
  );
});

class Seen {
  readonly lines: string[] = [];
  readonly logs: string[] = [];
  readonly statuses: string[] = [];
  shown = "";
  reportText = "";
  line(text: string): void {
    this.lines.push(text);
  }
  logged(text: string): void {
    this.logs.push(text);
  }
  display(text: string): void {
    this.shown += text;
  }
  status(text: string): void {
    this.statuses.push(text);
  }
}

function shown(events: readonly CopyEvent[], options: Partial<OutputOptions>, columns?: number): Seen {
  const seen = new Seen();
  const given = {
    ...{ errorsmax: 50, errorsdump: true, useuid: false, justfolders: false },
    ...{ json: false, progress: undefined, debug: false, ...options },
  };
  const writeReport = (text: string): void => {
    seen.reportText += text;
  };
  const reporter = makeReporter(given, new Statistics(new Date(0)), { screen: seen, columns, writeReport });
  for (const event of events) reporter.emit(event);
  reporter.summary();
  reporter.exit("EXIT_ERR_APPEND_VIRUS");
  return seen;
}

test("the report has a line for each message", () => {
  const lines = shown([copied, skipped("too-large", 2), failed], {})
    .reportText.trimEnd()
    .split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [
      { folder1: "INBOX", uid1: 1, outcome: "copied", folder2: "In", uid2: 7, octets: 153 },
      { folder1: "INBOX", uid1: 2, outcome: "too-large", folder2: "In" },
      { folder1: "INBOX", uid1: 3, outcome: "too-large", folder2: "In" },
      { folder1: "INBOX", uid1: 9, outcome: "failed", class: "ERR_APPEND_VIRUS", error: "no\x1b[2J", folder2: "In" },
    ],
  );
});

test("with --json there is JSON beside the lines, which the output has in the log file only", () => {
  const { shown: text, lines } = shown(run, { json: true }, 80);
  assert.ok(lines.some((line) => line.startsWith("Exiting with return value 119 ")));
  const all = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(all[3], { type: "messages-skipped", ...pair, uids: "2:9", octets: 800, reason: "present" });
  const last = all.at(-1)!;
  assert.deepEqual(
    [last["type"], last["exitCode"], last["exitName"], last["errors"], last["mostFrequentError"], last["copied"]],
    ["report", 119, "EXIT_ERR_APPEND_VIRUS", 1, "ERR_APPEND_VIRUS", 1],
  );
  assert.equal((last["folders"] as unknown[]).length, 1);
  assert.ok(!text.includes("\x1b"));
});

const loop: readonly CopyEvent[] = [{ type: "folders-begun", folders: 1 }, ...run, { type: "folders-done" }];

test("on a terminal, messages are shown in one line, and the log file has them all", () => {
  const { lines, logs, statuses } = shown(loop, {}, 80);
  assert.ok(logs.some((line) => line.startsWith("msg INBOX/1 ")));
  assert.ok(!lines.some((line) => line.startsWith("msg INBOX/1 ")));
  assert.ok(lines.some((line) => line.startsWith("Err 1/50: ")));
  assert.match(statuses[0] ?? "", /^\d+ messages, \d+ copied/);
  assert.equal(statuses.at(-1), "");
});

test("lines are lines where nobody wants otherwise, and always without a terminal", () => {
  for (const { lines, statuses } of [
    shown(loop, { progress: false }, 80),
    shown(loop, { debug: true }, 80),
    shown(loop, { progress: true }),
  ]) {
    assert.ok(lines.some((line) => line.startsWith("msg INBOX/1 ")));
    assert.deepEqual(statuses.join(""), "");
  }
});

const standing = {
  ...{ now: new Date(0), seconds: 10, copied: 20, octetsCopied: 1 << 20 },
  ...{ processed: 30, total: 120 },
};

test("the display says how far the run is", () => {
  assert.equal(
    progressText(standing, 0),
    "25% 30/120 messages, 20 copied, 1.000 MiB, 2.0 msgs/s, 102.400 KiB/s, 45 s left",
  );
  assert.equal(
    progressText({ ...standing, total: undefined }, 2),
    "30 messages, 20 copied, 1.000 MiB, 2.0 msgs/s, 102.400 KiB/s, 2 errors",
  );
});

test("the display is drawn a few times a second, no wider than the terminal, and makes room for lines", () => {
  const seen = new Seen();
  let now = 0;
  const progress = new Progress(seen, { columns: 40, now: () => now });
  const draw = (): void => {
    progress.draw(() => standing, 0);
  };
  draw();
  now = 50;
  draw();
  assert.equal(seen.statuses.at(-1), "25% 30/120 messages, 20 copied, 1.000 …");
  progress.line("something");
  assert.deepEqual(seen.lines, ["something"]);
  progress.clear();
  assert.equal(seen.statuses.at(-1), "");
  draw();
  assert.match(seen.statuses.at(-1) ?? "", /^25%/);
});
