// The lines that other programs read, and what people read beside them.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CopyEvent } from "../../../../src/copier/events.ts";
import { Reporter, type ReportOptions } from "../../../../src/copier/report/reporter.ts";
import { Statistics } from "../../../../src/copier/report/statistics.ts";
import { uidRange } from "../../../../src/model/uid-set.ts";

const pair = { folder1: "INBOX", folder2: "INBOX.x" };
const nothing = { messages: 0, octets: 0, biggest: 0 };

function told(events: readonly CopyEvent[], options: Partial<ReportOptions> = {}, isWhole = false): string[] {
  const lines: string[] = [];
  const reporter = new Reporter({
    statistics: new Statistics(new Date(2019, 6, 3, 14, 55, 27)),
    options: { errorsmax: 50, errorsdump: true, useuid: false, justfolders: false, ...options },
    lines: { line: (text) => lines.push(text) },
  });
  for (const event of events) reporter.emit(event);
  if (isWhole) {
    reporter.emit({ type: "folders-begun", folders: 6 });
    reporter.summary();
  }
  return lines;
}

const sized: CopyEvent = {
  type: "accounts-sized",
  when: "before",
  size1: { folders: 5, messages: 120, octets: 393251, biggest: 59437, seconds: 0.12 },
  size2: { folders: 5, messages: 32, octets: 461389, biggest: 59437, seconds: 0.1 },
};

test("sizes of accounts, in the columns that they have always had", () => {
  assert.deepEqual(told([sized]).slice(0, 7), [
    "Host1 Nb folders:                     5 folders",
    "Host2 Nb folders:                     5 folders",
    "",
    "Host1 Nb messages:                  120 messages",
    "Host2 Nb messages:                   32 messages",
    "",
    "Host1 Total size:                393251 bytes (384.034 KiB)",
  ]);
  assert.ok(told([sized]).includes("Host1 Time spent:                   0.1 seconds"));
});

test("sizes of folders, and of one that is not there yet", () => {
  const size1 = { messages: 25, octets: 393251, biggest: 59437 };
  const size2 = { messages: 32, octets: 461389, biggest: 59437 };
  assert.deepEqual(told([{ type: "folder-sized", ...pair, index: 2, of: 5, size1, size2 }]), [
    "Host1 folder     2/5 [INBOX]                             Size:    393251 Messages:    25 Biggest:     59437",
    "Host2 folder     2/5 [INBOX.x]                           Size:    461389 Messages:    32 Biggest:     59437",
    "Host2-Host1                                                        68138               7                  0",
    "",
  ]);
  const [, second] = told([{ type: "folder-sized", ...pair, index: 2, of: 5, size1: nothing, size2: undefined }]);
  assert.equal(second, "Host2 folder     2/5 [INBOX.x]                           does not exist yet");
});

test("a folder, with what people read when its name is encoded", () => {
  assert.deepEqual(told([{ type: "folder-begun", index: 3, of: 12, folder1: "INBOX", folder2: "&ANY-" }]), [
    "Folder    3/12 [INBOX]                             -> [&ANY-] = [Ö]",
  ]);
});

const copied: CopyEvent = { type: "message-copied", ...pair, uid1: 12, uid2: 77, octets: 3456 };

test("a copied message", () => {
  assert.match(
    told([{ ...copied }])[0]!,
    /^msg INBOX\/12 \{3456\} +copied to INBOX\.x\/77 {2}\d+\.\d\d msgs\/s {2}\d+\.\d{3} [KMG]iB\/s 3\.375 KiB copied$/,
  );
});

test("a copied message says when the last one will be, if somebody counted", () => {
  const [, ...lines] = told([sized, { type: "folders-begun", folders: 1 }, copied]).filter((line) => /ETA/.test(line));
  assert.match(lines[0]!, / copied ETA: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} {2}\d+ s {2}119\/120 msgs left$/);
});

test("a message whose UID host2 does not tell", () => {
  assert.match(told([{ ...copied, uid2: undefined }])[0]!, /copied to INBOX\.x\/0 {2}\d/);
});

test("nothing in a name steers a terminal", () => {
  assert.match(told([{ ...copied, folder1: "a\x1b[2J" }])[0]!, /^msg a\\x1b\[2J\/12 /);
});

test("errors are numbered against the limit when they happen, and among each other in the list", () => {
  const error: CopyEvent = { type: "error", error: { kind: "select", text: "Could not select Z\nat all" } };
  const failed: CopyEvent = {
    type: "message-failed",
    ...pair,
    uid1: 1,
    octets: 5,
    error: { kind: "fetch", text: "no" },
  };
  const lines = told([error, failed], {}, true);
  assert.deepEqual(lines.slice(0, 2), ["Err 1/50: Could not select Z\\x0aat all", "Err 2/50: no"]);
  assert.deepEqual(lines.slice(-5), [
    "Detected 2 errors",
    "++++ Listing 2 errors encountered during the sync ( avoid this listing with --noerrorsdump ).",
    "Err 1/2: Could not select Z\\x0aat all",
    "Err 2/2: no",
    "The most frequent error is ERR_Host1_FETCH.",
  ]);
  assert.equal(told([error], { errorsdump: false }, true).filter((line) => /^Err 1\/1/.test(line)).length, 0);
});

test("the statistics", () => {
  const lines = told([sized, copied], {}, true).join("\n");
  for (const expected of [
    /^\+\+\+\+ Statistics$/m,
    /^Transfer started on {21}: Wed Jul {2}3 14:55:27 2019$/m,
    /^Folders synced {26}: 0\/6 synced$/m,
    /^Messages transferred {20}: 1$/m,
    /^Total bytes transferred {17}: 3456 \(3\.375 KiB\)$/m,
    /^Biggest message transferred {13}: 3456 bytes \(3\.375 KiB\)$/m,
    /^Start difference host2 - host1 {10}: -88 messages, 68138 bytes \(66\.541 KiB\)$/m,
    /^Final difference host2 - host1 {10}: NA$/m,
  ])
    assert.match(lines, expected);
});

test("a run that did not get as far as the folders has no statistics", () => {
  const lines: string[] = [];
  const options = { errorsmax: 50, errorsdump: true, useuid: false, justfolders: false };
  const parts = {
    statistics: new Statistics(new Date(0)),
    options,
    lines: { line: (text: string) => lines.push(text) },
  };
  new Reporter(parts).summary();
  assert.deepEqual(lines, []);
});

test("a dry run says what could be", () => {
  const uids = uidRange(1, 2);
  const lines = told([{ type: "messages-to-copy", ...pair, uids, octets: 9 }], {}, true);
  assert.equal(lines[0], "msg INBOX/1 copying to INBOX.x (not really since --dry mode)");
  assert.ok(lines.includes("Messages transferred                    : 0 (could be 2 without dry mode)"));
});

const read = { type: "folder-read", folder: "INBOX", messages: 9, selected: 9, duplicates: 0 } as const;

const compared = Array.from(
  { length: 6 },
  () => ({ type: "folder-compared", ...pair, onlyOn1: 0, onlyOn2: 0 }) as const,
);

test("all is well", () => {
  const lines = told([...compared, { ...read, host: 1, identified: 8, withoutHeaders: 0 }], {}, true);
  assert.ok(lines.includes("The sync looks good, all 8 identified messages in host1 are on host2."));
  assert.ok(lines.includes("There is no unidentified message on host1."));
  assert.ok(lines.includes("The sync is strict, all 0 identified messages in host2 are on host1."));
  assert.equal(lines.at(-1), "Detected 0 errors");
});

test("not all is well", () => {
  const lines = told(
    [
      { ...read, host: 1, identified: 7, withoutHeaders: 2 },
      { ...read, host: 2, identified: 9, withoutHeaders: 0 },
      { type: "folder-compared", ...pair, onlyOn1: 3, onlyOn2: 5 },
      copied,
    ],
    {},
    true,
  ).join("\n");
  assert.match(
    lines,
    /^The sync is not finished, there are 2 among 7 identified messages in host1 that are not on host2\.$/m,
  );
  assert.match(lines, /^There are 2 unidentified messages/m);
  assert.match(
    lines,
    /^The sync is not strict, there are 5 messages in host2 that are not on host1\. .*\(10 identified messages in host2\)$/m,
  );
});

test("by UIDs nothing is identified, and with --justfolders nothing is looked at", () => {
  const sentences = (options: Partial<ReportOptions>) =>
    told(compared, options, true).filter((line) => /^The|sync/.test(line));
  assert.deepEqual(
    sentences({ useuid: true }).filter((line) => line.startsWith("The")),
    ["The sync is strict, all 0 identified messages in host2 are on host1."],
  );
  assert.deepEqual(
    sentences({ justfolders: true }).filter((line) => line.startsWith("The")),
    [],
  );
});

test("the last line", () => {
  const lines: string[] = [];
  const options = { errorsmax: 50, errorsdump: true, useuid: false, justfolders: false };
  const reporter = new Reporter({
    statistics: new Statistics(new Date(0)),
    options,
    lines: { line: (text) => lines.push(text) },
  });
  reporter.exit("EX_OK");
  assert.deepEqual(lines, [
    `Exiting with return value 0 (EX_OK: successful termination) 0/50 nb_errors/max_errors PID ${process.pid}`,
  ]);
});

test("what is on host2 already is worth no line, what is left out by a rule is", () => {
  const skipped = { type: "messages-skipped", ...pair, uids: uidRange(3, 3), octets: 9000 } as const;
  assert.deepEqual(told([{ ...skipped, reason: "present" }]), []);
  assert.deepEqual(told([{ ...skipped, reason: "too-large", detail: "more than 5000 bytes" }]), [
    "msg INBOX/3 {9000} skipped, it is too large (more than 5000 bytes)",
  ]);
});
