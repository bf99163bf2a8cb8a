import assert from "node:assert/strict";
import { test } from "node:test";
import { localTime, timeAndDistance } from "../../../src/service/times.ts";

test("local time, and the distance from now in either direction", () => {
  const at = new Date(2025, 2, 1, 9, 5, 0);
  assert.equal(localTime(at), "2025-03-01 09:05:00");
  const from = (milliseconds: number): string => timeAndDistance(at, new Date(at.getTime() + milliseconds));
  assert.deepEqual(
    [999, -999, 185_000, -20_000, 49 * 3_600_000].map(from),
    ["now", "now", "3 min 5 s ago", "in 20 s", "2 d 1 h ago"].map((words) => `2025-03-01 09:05:00 (${words})`),
  );
});
