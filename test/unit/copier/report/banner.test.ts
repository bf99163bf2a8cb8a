// The first lines of a run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bannerLines } from "../../../../src/copier/report/banner.ts";

test("the first lines say which program this is, and how it was called", () => {
  const startedAt = new Date(2020, 4, 3, 12, 8, 4);
  const lines = bannerLines({ version: "1.2.3", startedAt, argv: ["--user1", "a b", "--password1", "MASKED"] });
  assert.match(lines[0]!, /^Here is imapsync 1\.2\.3 on host \S+, a \w+ system with [\d.]+\/[\d.]+ free GiB of RAM$/);
  assert.ok(lines.includes("Transfer started at Sun May  3 12:08:04 2020"));
  assert.ok(lines.includes(`PID is ${process.pid} my PPID is ${process.ppid}`));
  assert.equal(lines.at(-1), "imapsync --user1 'a b' --password1 MASKED");
});
