import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { WorkCounts } from "../../../src/model/work-counts.ts";
import { metricsText } from "../../../src/service/metrics.ts";
import { MetricsFile } from "../../../src/service/metrics-file.ts";
import { patienceMs } from "../../support/eventually.ts";
import { temporaryDirectory } from "../state/databases.ts";
import { parseMetrics } from "./parse-metrics.ts";
import { recordingLog } from "./recording-log.ts";
import { sampleStatus } from "./sample-status.ts";

const database = sampleStatus.database.path;

const idle = { added: 0, octets: 0, removed: 0, flagged: 0, newlyRefused: 0, reconnections: 0 };
const noWork: WorkCounts = { sides: { local: idle, remote: idle }, matched: 0, errors: [] };
const someWork: WorkCounts = {
  sides: {
    local: { added: 3, octets: 4_000, removed: 2, flagged: 1, newlyRefused: 5, reconnections: 6 },
    remote: { ...idle, added: 1 },
  },
  matched: 7,
  errors: [
    { side: "remote", code: "CONNECTION_LOST", count: 2 },
    { side: undefined, code: "MAILBOX_NAME", count: 1 },
  ],
};

test("all figures of a daemon, well-formed", () => {
  const samples = parseMetrics(metricsText(sampleStatus, 1_740_000_000.5));
  assert.deepEqual(samples, {
    interimap_build_info: [[{ database, version: "1.2.3" }, 1]],
    interimap_last_full_check_timestamp_seconds: [[{ database }, 1_740_830_220.5]],
    interimap_last_full_check_duration_seconds: [[{ database }, 1.234]],
    interimap_last_full_check_skipped: [[{ database }, 2]],
    interimap_last_look_timestamp_seconds: [[{ database }, 1_740_830_220.5]],
    interimap_last_look_duration_seconds: [[{ database }, 1.234]],
    interimap_last_look_skipped: [[{ database }, 2]],
    interimap_last_success_timestamp_seconds: [[{ database }, 1_740_000_000.5]],
    interimap_connected: [
      [{ database, side: "local" }, 1],
      [{ database, side: "remote" }, 0],
    ],
    interimap_connections_total: [
      [{ database, side: "local" }, 3],
      [{ database, side: "remote" }, 1],
    ],
    interimap_full_checks_total: [[{ database }, 12]],
    interimap_looks_total: [[{ database }, 12]],
    interimap_mailboxes_synchronised_total: [[{ database }, 34]],
    interimap_mailboxes: [[{ database }, 2]],
    interimap_messages: [
      [{ database, side: "local" }, 1234],
      [{ database, side: "remote" }, 1233],
    ],
    interimap_refused_messages: [
      [{ database, side: "local" }, 1],
      [{ database, side: "remote" }, 0],
    ],
    interimap_waiting_mailboxes: [
      [{ database, side: "local" }, 0],
      [{ database, side: "remote" }, 1],
    ],
    interimap_refused_deletions: [
      [{ database, side: "local" }, 3],
      [{ database, side: "remote" }, 0],
    ],
    interimap_refused_flags: [
      [{ database, side: "local" }, 0],
      [{ database, side: "remote" }, 1],
    ],
  });
});

test("what is not known is left out, with its head", () => {
  const text = metricsText({ ...sampleStatus, daemon: null, lastLook: null }, undefined);
  assert.deepEqual(Object.keys(parseMetrics(text)), [
    "interimap_build_info",
    "interimap_mailboxes",
    "interimap_messages",
    "interimap_refused_messages",
    "interimap_waiting_mailboxes",
    "interimap_refused_deletions",
    "interimap_refused_flags",
  ]);
});

test("any path can be a label", () => {
  const path = '/a"b\\c\nd/é.db';
  const samples = parseMetrics(metricsText({ ...sampleStatus, database: { path, state: "current" } }, undefined));
  assert.deepEqual(samples["interimap_mailboxes"], [[{ database: path }, 2]]);
});

test("is not written to a folder in which everybody may replace it", (t) => {
  const folder = join(temporaryDirectory(t), "open");
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  const log = recordingLog();
  new MetricsFile(join(folder, "x.prom"), log).write(sampleStatus, noWork);
  assert.match(log.warnings[0] ?? "", /cannot be written \(everybody may write to its directory\)/);
  assert.deepEqual(readdirSync(folder), []);
});

test("the last good look is not taken from what is no file of ours", { timeout: patienceMs }, (t) => {
  const path = join(temporaryDirectory(t), "x.prom");
  symlinkSync("/dev/zero", path);
  const log = recordingLog();
  new MetricsFile(path, log).write(sampleStatus, noWork);
  assert.deepEqual(log.warnings, []);
  assert.match(readFileSync(path, "utf8"), /^# HELP interimap_build_info/);
});

test("the file is replaced as a whole, readable for everybody, whatever the umask", (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, "interimap.prom");
  const victim = join(directory, "victim");
  writeFileSync(victim, "precious");
  writeFileSync(path, "old", { mode: 0o600 });
  symlinkSync(victim, `${path}.partial`);
  const log = recordingLog();
  const umask = process.umask(0o077);
  try {
    new MetricsFile(path, log).write(sampleStatus, noWork);
  } finally {
    process.umask(umask);
  }
  assert.equal(readFileSync(path, "utf8"), metricsText(sampleStatus, undefined, noWork));
  assert.equal(statSync(path).mode & 0o777, 0o644);
  assert.deepEqual(readdirSync(directory).sort(), ["interimap.prom", "victim"]);
  assert.equal(readFileSync(victim, "utf8"), "precious");
  assert.deepEqual(log.warnings, []);
});

test("the time of the last success outlives looks that leave something out", (t) => {
  const path = join(temporaryDirectory(t), "x.prom");
  const success = (): number | undefined =>
    parseMetrics(readFileSync(path, "utf8"))["interimap_last_success_timestamp_seconds"]?.[0]?.[1];
  const write = (at: string, skipped: number): void => {
    new MetricsFile(path, recordingLog()).write({ ...sampleStatus, lastLook: { at, durationMs: 1, skipped } }, noWork);
  };
  write("2025-03-01T00:00:00.000Z", 1);
  assert.equal(success(), undefined);
  write("2025-03-01T00:00:01.250Z", 0);
  assert.equal(success(), 1_740_787_201.25);
  write("2025-03-01T00:00:02.000Z", 3);
  assert.equal(success(), 1_740_787_201.25);
  write("2025-03-01T00:00:03.000Z", 0);
  assert.equal(success(), 1_740_787_203);
  t.mock.timers.enable({ apis: ["Date"], now: 1_700_000_000_000 });
  write("2023-11-14T22:13:20.000Z", 3);
  assert.equal(success(), 1_700_000_000, "the clock was put back");
});

test("a failure is said once, until it works again", (t) => {
  const directory = join(temporaryDirectory(t), "later");
  const log = recordingLog();
  const file = new MetricsFile(join(directory, "x.prom"), log);
  file.write(sampleStatus, noWork);
  file.write(sampleStatus, noWork);
  assert.equal(log.warnings.length, 1);
  assert.match(log.warnings[0]!, /^the metrics file .*x\.prom cannot be written \(ENOENT/);
  mkdirSync(directory);
  file.write(sampleStatus, noWork);
  assert.ok(existsSync(file.path));
  rmSync(directory, { recursive: true });
  file.write(sampleStatus, noWork);
  assert.equal(log.warnings.length, 2);
});

test("where it cannot take the file's place, nothing is left beside it", (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, "x.prom");
  mkdirSync(join(path, "full"), { recursive: true });
  const log = recordingLog();
  new MetricsFile(path, log).write(sampleStatus, noWork);
  assert.equal(log.warnings.length, 1);
  assert.deepEqual(readdirSync(directory), ["x.prom"]);
});

function sidesOf(local: number, remote: number): unknown[] {
  return [
    [{ database, side: "local" }, local],
    [{ database, side: "remote" }, remote],
  ];
}

test("what was done is counted, by side, and errors by their code", () => {
  const text = metricsText(sampleStatus, undefined, someWork);
  const samples = parseMetrics(text);
  assert.deepEqual(samples["interimap_messages_added_total"], sidesOf(3, 1));
  assert.deepEqual(samples["interimap_added_bytes_total"], sidesOf(4_000, 0));
  assert.deepEqual(samples["interimap_messages_removed_total"], sidesOf(2, 0));
  assert.deepEqual(samples["interimap_messages_flagged_total"], sidesOf(1, 0));
  assert.deepEqual(samples["interimap_messages_refused_total"], sidesOf(5, 0));
  assert.deepEqual(samples["interimap_reconnections_total"], sidesOf(6, 0));
  assert.deepEqual(samples["interimap_messages_matched_total"], [[{ database }, 7]]);
  assert.deepEqual(samples["interimap_errors_total"], [
    [{ database, side: "remote", code: "CONNECTION_LOST" }, 2],
    [{ database, code: "MAILBOX_NAME" }, 1],
  ]);
  for (const [, name = ""] of text.matchAll(/^# TYPE (\S+) counter$/gm)) assert.match(name, /_total$/);
});

test("counters go on where an earlier process left off, whatever the database is called", (t) => {
  const path = join(temporaryDirectory(t), "x.prom");
  const status = { ...sampleStatus, database: { ...sampleStatus.database, path: '/a"b\\c\nd,side="local"/é.db' } };
  const samples = () => parseMetrics(readFileSync(path, "utf8"));
  new MetricsFile(path, recordingLog()).write(status, someWork);
  const second = new MetricsFile(path, recordingLog());
  second.write(status, noWork);
  second.write(status, someWork);
  second.write(status, { ...someWork, errors: [{ side: "local", code: "CONNECT", count: 4 }] });
  assert.deepEqual(
    samples()["interimap_messages_added_total"]?.map(([, value]) => value),
    [6, 2],
  );
  assert.deepEqual(
    samples()["interimap_errors_total"]?.map(([{ side, code }, value]) => [side, code, value]),
    [
      ["remote", "CONNECTION_LOST", 2],
      [undefined, "MAILBOX_NAME", 1],
      ["local", "CONNECT", 4],
    ],
  );
  new MetricsFile(path, recordingLog()).write(sampleStatus, noWork);
  assert.deepEqual(samples()["interimap_messages_added_total"], sidesOf(0, 0), "of another database");
});
