// Names of log files, valid process ids and rates, by the names of the facts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { filterName, filterPart, logFileName } from "../../../../src/copier/process/file-names.ts";
import { type RateOptions, throttleFor } from "../../../../src/copier/process/rates.ts";
import { isPid } from "../../../../src/copier/process/running-process.ts";
import type { Clock, Load } from "../../../../src/mail/transfer/throttle.ts";

process.env["TZ"] = "GMT";

for (const [name, expected] of [
  ["a*|?:\"<>'b", "a________b"],
  ["a\tb", "a_b"],
] as const) {
  test(`fs.filter_name ${JSON.stringify(name)}`, () => {
    assert.equal(filterName(name), expected);
  });
}

for (const [{ start_epoch, user1, user2, abort = false }, expected] of [
  [{ start_epoch: 2, user1: "user1", user2: "user2", abort: true }, "1970_01_01_00_00_02_000_user1_user2_abort.txt"],
  [
    { start_epoch: 0, user1: 'us/er1a*|?:"<>b', user2: 'u/ser2a*|?:"<>b' },
    "1970_01_01_00_00_00_000_us_er1a_______b_u_ser2a_______b.txt",
  ],
] as const) {
  test(`log.filename ${expected}`, () => {
    assert.equal(logFileName({ startedAt: start_epoch * 1000, user1, user2, abort }), expected);
  });
}

test("log.filename in milliseconds, without users", () => {
  assert.equal(
    logFileName({ startedAt: Date.UTC(2019, 11, 22, 23, 57, 59, 532), user1: "", user2: "" }),
    "2019_12_22_23_57_59_532__.txt",
  );
});

test("fs.filter_name of a part of a path leads nowhere else, and fits into a file's name", () => {
  assert.equal(filterPart("../../etc/passwd"), ".._.._etc_passwd");
  assert.equal(filterPart(".."), "__");
  assert.equal(filterPart(""), "_");
  assert.equal(filterPart("a\0\n\x1b[1m"), "a___[1m");
  const long = filterPart("ü".repeat(1000));
  assert.ok(Buffer.byteLength(long) <= 100 && /^ü+$/.test(long), long);
});

for (const [text, expected] of [
  ["0", false],
  ["4194304", true],
  ["4194305", false],
] as const) {
  test(`pid.valid ${text}`, () => {
    assert.equal(isPid(text), expected);
  });
}

test("pid.valid of what is no number", () => {
  for (const text of ["", " ", "-1", "1.5", "1e3", "0x10", "12 34", "x", "99999999"])
    assert.equal(isPid(text), false, text);
});

/** What has passed at once, `seconds` ago. */
function waitSeconds(load: Load, seconds: number, rates: Partial<RateOptions>): number {
  let now = 0;
  const clock: Clock = { now: () => now, wait: () => assert.fail() };
  const none = { maxmessagespersecond: undefined, maxbytespersecond: undefined, maxbytesafter: 0, maxsleep: 2 };
  const throttle = throttleFor({ ...none, ...rates }, clock);
  void throttle?.pass(load);
  now = seconds * 1000;
  return (throttle?.waitMs ?? 0) / 1000;
}

for (const [{ transferred, seconds }, options, expected] of [
  [{ transferred: 4, seconds: 2 }, { maxmessagespersecond: 2 }, 0],
  [{ transferred: 4, seconds: 2 }, { maxmessagespersecond: 0 }, 0],
] as const) {
  test(`rate.sleep_messages ${transferred} in ${seconds} s at ${options.maxmessagespersecond} a second`, () => {
    assert.equal(waitSeconds({ messages: transferred, octets: 0 }, seconds, options), expected);
  });
}

for (const [{ bytes, seconds }, options, expected] of [
  [{ bytes: 8000, seconds: 2 }, { maxbytespersecond: 2000 }, 2],
  [{ bytes: 2000, seconds: 2 }, { maxbytespersecond: 2000 }, 0],
] as const) {
  test(`rate.sleep_bytes ${bytes} in ${seconds} s at ${options.maxbytespersecond} a second`, () => {
    assert.equal(waitSeconds({ messages: 1, octets: bytes }, seconds, options), expected);
  });
}

test("rate: --maxbytesafter, --maxsleep", () => {
  const load = { messages: 1, octets: 8000 };
  assert.equal(waitSeconds(load, 0, { maxbytespersecond: 2000, maxbytesafter: 6000 }), 1);
  assert.equal(waitSeconds(load, 0, { maxbytespersecond: 2000, maxsleep: 0.01 }), 4);
  assert.equal(waitSeconds(load, 0, { maxbytespersecond: 2000, maxsleep: 0 }), 0);
});
