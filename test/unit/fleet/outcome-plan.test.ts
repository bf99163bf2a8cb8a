// What becomes of an account after each kind of end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeOf, type RunFacts } from "../../../src/fleet/worker/outcome-plan.ts";
import type { JobEnd } from "../../../src/job/run-job.ts";

const rules = { firstSeconds: 60, longestSeconds: 3600, luck: 0.5 };

function byItself(exitName: string): JobEnd {
  return { how: "by itself", result: { exitCode: 1, exitName, sentence: "What happened." } };
}

function outcome(exit: string | JobEnd, more: Partial<RunFacts> = {}): ReturnType<typeof outcomeOf> {
  const end = typeof exit === "string" ? byItself(exit) : exit;
  const facts = { phase: "bulk", everySeconds: undefined, failures: 0, copied: 0, wasStopped: false } as const;
  const rest = { elapsedSeconds: 10, unkept: undefined };
  return outcomeOf({ ...facts, ...rest, end, wait: undefined, differences: 0, ...more }, rules);
}

for (const { exit, kind, status, afterSeconds } of [
  { exit: "EX_OK", kind: "done", status: "done", afterSeconds: undefined },
  { exit: "EXIT_TRANSFER_EXCEEDED", kind: "unfinished", status: "waiting", afterSeconds: 0 },
  { exit: "EXIT_CONNECTION_FAILURE_HOST2", kind: "temporary", status: "waiting", afterSeconds: 60 },
  { exit: "EXIT_ERR_APPEND", kind: "partial", status: "waiting", afterSeconds: 60 },
  { exit: "EXIT_AUTHENTICATION_FAILURE_USER1", kind: "credentials", status: "stopped", afterSeconds: undefined },
  { exit: "EXIT_OVERQUOTA", kind: "data", status: "quarantined", afterSeconds: undefined },
  { exit: "EX_SOFTWARE", kind: "defect", status: "dead", afterSeconds: undefined },
] as const)
  test(`after ${exit} the account is ${status}`, () => {
    const copied = kind === "unfinished" ? 1 : 0;
    const { kind: itsKind, status: itsStatus, afterSeconds: seconds } = outcome(exit, { copied });
    assert.deepEqual({ kind: itsKind, status: itsStatus, seconds }, { kind, status, seconds: afterSeconds });
  });

test("a run that reached its limit of time goes on at once; one that we ended too", () => {
  assert.equal(outcome("EXIT_BY_SIGNAL").kind, "unfinished");
  assert.equal(outcome("EXIT_BY_SIGNAL", { wasStopped: true }).kind, "interrupted");
  assert.equal(outcome("EXIT_BY_SIGNAL", { failures: 3, wasStopped: true }).failures, 3);
});

test("runs that reach their limit of time and copy nothing are no headway", () => {
  const { status, afterSeconds, failures } = outcome("EXIT_BY_SIGNAL", { failures: 1 });
  assert.deepEqual({ status, afterSeconds, failures }, { status: "waiting", afterSeconds: 120, failures: 2 });
  assert.equal(outcome("EXIT_BY_SIGNAL", { failures: 10 }).status, "quarantined");
  assert.equal(outcome("EXIT_BY_SIGNAL", { failures: 10, copied: 1 }).failures, 0);
});

test("pauses double up to the longest, and nothing is tried for ever", () => {
  const pauses = [0, 1, 2, 9].map((failures) => outcome("EXIT_CONNECTION_FAILURE", { failures }).afterSeconds);
  assert.deepEqual(pauses, [60, 120, 240, 3600]);
  const { status, reason } = outcome("EXIT_CONNECTION_FAILURE", { failures: 10 });
  assert.equal(status, "quarantined");
  assert.equal(reason, "given up after 11 attempts: What happened.");
});

test("who makes headway is not given up", () => {
  assert.equal(outcome("EXIT_CONNECTION_FAILURE", { failures: 10, copied: 1 }).failures, 1);
});

test("messages that cannot be copied are tried three times more", () => {
  assert.equal(outcome("EXIT_ERR_APPEND", { failures: 2 }).status, "waiting");
  assert.equal(outcome("EXIT_ERR_APPEND", { failures: 3 }).status, "quarantined");
});

test("a server that names a time has its group left alone for so long, whatever it called the trouble", () => {
  const wait = { groups: ["source:a.example", "target:a.example"], seconds: 900 };
  for (const exit of ["EXIT_CONNECTION_FAILURE_HOST1", "EXIT_AUTHENTICATION_FAILURE_USER1"]) {
    const { kind, status, afterSeconds, pause } = outcome(exit, { wait });
    assert.deepEqual({ kind, status, afterSeconds }, { kind: "throttled", status: "waiting", afterSeconds: 900 });
    assert.deepEqual(pause, { ...wait, reason: "What happened." });
  }
});

test("passes are repeated, the last one is not", () => {
  const every = { everySeconds: 300 };
  const { phase, status, afterSeconds } = outcome("EX_OK", every);
  assert.deepEqual({ phase, status, afterSeconds }, { phase: "pass", status: "waiting", afterSeconds: 300 });
  assert.equal(outcome("EX_OK", { ...every, phase: "final" }).status, "done");
});

test("a verification that finds a difference is for somebody to look at", () => {
  assert.equal(outcome("EX_OK", { phase: "verify" }).status, "done");
  const { status, reason } = outcome("EX_OK", { phase: "verify", differences: 1 });
  assert.deepEqual([status, reason], ["quarantined", "verification: 1 message differs"]);
});

test("a process that left because its lease was over is tried again", () => {
  const left = { how: "crash", exitCode: 75, signal: undefined, words: "its lease was not renewed in time" } as const;
  const { kind, status, reason } = outcome(left);
  assert.deepEqual([kind, status], ["temporary", "waiting"]);
  assert.equal(reason, "the process of the run ended with exit code 75: its lease was not renewed in time");
});

test("a process without memory is tried again, one that crashed is not", () => {
  const crash = { how: "crash", exitCode: undefined, words: "" } as const;
  assert.equal(outcome({ ...crash, signal: "SIGKILL" }).kind, "temporary");
  assert.equal(outcome({ ...crash, signal: "SIGKILL" }, { wasStopped: true }).kind, "interrupted");
  const { status, reason } = outcome({ ...crash, signal: undefined, exitCode: 70, words: "a\nRangeError: b" });
  assert.deepEqual([status, reason], ["dead", "the process of the run ended with exit code 70: RangeError: b"]);
});

const kept = { phase: "sync", everySeconds: 300, elapsedSeconds: 20 } as const;

test("a pair that is in step goes on in its rhythm, from beginning to beginning", () => {
  const { kind, status, phase, afterSeconds } = outcome("DONE", kept);
  assert.deepEqual(
    { kind, status, phase, afterSeconds },
    { kind: "done", status: "waiting", phase: "sync", afterSeconds: 280 },
  );
  assert.equal(outcome("DONE", { ...kept, elapsedSeconds: 1000 }).afterSeconds, 0);
});

test("what is left of a pair is told, and keeps nothing else from being in step", () => {
  const { kind, status, reason, failures, afterSeconds } = outcome("PARTIAL", { ...kept, failures: 99 });
  assert.deepEqual([kind, status, reason, failures, afterSeconds], ["partial", "waiting", "What happened.", 100, 280]);
});

test("a pair is never given up for what may pass", () => {
  const { status, afterSeconds } = outcome("CONNECT", { ...kept, failures: 5_000 });
  assert.deepEqual([status, afterSeconds], ["waiting", 3600]);
  assert.equal(outcome("CONNECT", kept).afterSeconds, 60);
});

test("a last run of a pair ends its rhythm", () => {
  assert.equal(outcome("DONE", { ...kept, phase: "final" }).status, "done");
});

for (const { exit, status } of [
  { exit: "AUTH_FAILED", status: "stopped" },
  { exit: "CONFIG_INVALID", status: "quarantined" },
  { exit: "OTHER_ACCOUNTS", status: "quarantined" },
  { exit: "BUG", status: "dead" },
] as const)
  test(`after ${exit} a pair is ${status}`, () => {
    assert.equal(outcome(exit, kept).status, status);
  });

test("a state that cannot be kept needs somebody", () => {
  const { kind, status, reason } = outcome("DONE", { ...kept, unkept: "its state is too large" });
  assert.deepEqual([kind, status, reason], ["data", "quarantined", "its state is too large"]);
});
