// Names of log files and valid process ids, by the names of the facts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { filterName, filterPart, logFileName } from "../../../../src/copier/process/file-names.ts";

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
