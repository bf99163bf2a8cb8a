import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { type LogOptions, type OpenedLog, openLogFile } from "../../../../src/copier/process/log-file.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import { scratchDirectory } from "../../../support/scratch.ts";

const startedAt = Date.UTC(2019, 11, 22, 23, 57, 59, 532);
process.env["TZ"] = "GMT";
const options: LogOptions = {
  ...{ log: true, logfile: undefined, logdir: undefined, user1: "user1", user2: "user2", abort: false },
};

function opened(t: TestContext, given: Partial<LogOptions>): OpenedLog {
  const log = openLogFile({ ...options, ...given }, startedAt);
  t.after(() => log.logFile?.close());
  return log;
}

function isRefused(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof InterimapError && error.code === "FILE_CREATE" && message.test(error.message);
}

test("a new file for its owner only, in a directory that is made", (t) => {
  const logdir = join(scratchDirectory("log"), "a", "b");
  const { logFile, warning } = opened(t, { logdir });
  assert.equal(warning, undefined);
  assert.equal(logFile?.path, join(logdir, "2019_12_22_23_57_59_532_user1_user2.txt"));
  assert.equal(statSync(logFile.path).mode & 0o777, 0o600);
  assert.equal(statSync(logdir).mode & 0o777, 0o700);
});

test("two that begin at the same time have files of their own", (t) => {
  const logdir = scratchDirectory("log");
  const one = opened(t, { logdir });
  const other = opened(t, { logdir });
  assert.notEqual(one.logFile?.path, other.logFile?.path);
  assert.equal(readdirSync(logdir).length, 2);
});

test("a file that was asked for begins empty, below the directory for log files", (t) => {
  const logdir = scratchDirectory("log");
  writeFileSync(join(logdir, "x.txt"), "of yesterday", { mode: 0o600 });
  const { logFile } = opened(t, { logdir, logfile: "x.txt" });
  writeSync(logFile!.descriptor, "new");
  assert.equal(readFileSync(join(logdir, "x.txt"), "utf8"), "new");
  const absolute = join(scratchDirectory("log"), "sub", "y.txt");
  assert.equal(opened(t, { logdir, logfile: absolute }).logFile?.path, absolute);
});

test("a device is written to as it is", (t) => {
  assert.equal(opened(t, { logfile: "/dev/null" }).logFile?.path, "/dev/null");
});

test("no file when there is to be none", (t) => {
  assert.deepEqual(opened(t, { log: false, logdir: "/proc/x" }), { logFile: undefined, warning: undefined });
});

for (const [what, given] of [
  ["a directory that cannot be made", { logdir: "/proc/none" }],
  ["a directory that is a file", { logdir: "/dev/null" }],
  ["a file that cannot be made", { logfile: "/proc/none.txt" }],
  ["a file that is a directory", { logfile: "/dev" }],
] as const) {
  test(`${what} is refused where it was asked for`, () => {
    assert.throws(() => openLogFile({ ...options, ...given }, startedAt), isRefused(/^the log file \S+ /));
  });
}

test("a place that others may write to is refused", () => {
  const logdir = scratchDirectory("log");
  chmodSync(logdir, 0o777);
  assert.throws(() => openLogFile({ ...options, logdir }, startedAt), isRefused(/which others may write to$/));
});

test("a file that others could change is refused, and left alone", () => {
  const logfile = join(scratchDirectory("log"), "x.txt");
  writeFileSync(logfile, "theirs");
  chmodSync(logfile, 0o666);
  assert.throws(() => openLogFile({ ...options, logfile }, startedAt), isRefused(/can be changed by others$/));
  assert.equal(readFileSync(logfile, "utf8"), "theirs");
});

test("where nobody asked for a place, a bad one costs the log file only", (t) => {
  const home = scratchDirectory("log");
  const before = process.cwd();
  t.after(() => process.chdir(before));
  process.chdir(home);
  const first = opened(t, {});
  assert.equal(first.logFile?.path, join(home, "LOG_imapsync", "2019_12_22_23_57_59_532_user1_user2.txt"));
  mkdirSync(join(home, "other"));
  process.chdir(join(home, "other"));
  symlinkSync("/dev/null", "LOG_imapsync");
  const { logFile, warning } = opened(t, {});
  assert.equal(logFile, undefined);
  assert.match(
    warning ?? "",
    /^the log file .*LOG_imapsync.* cannot be made \(.*\); the run goes on without a log file$/,
  );
});
