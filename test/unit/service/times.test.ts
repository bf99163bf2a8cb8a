import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, localTime, timeAndDistance } from "../../../src/service/times.ts";

test("a distance has the largest unit that is full", () => {
  const [second, minute, hour] = [1000, 60_000, 3_600_000];
  assert.deepEqual(
    [0, 59.9 * second, minute, 59 * minute, hour, 47.9 * hour, 48 * hour].map((time) => duration(time)),
    ["0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 days"],
  );
});

test("local time, and the distance from now in either direction", () => {
  const at = new Date(2025, 2, 1, 9, 5, 0);
  assert.equal(localTime(at), "2025-03-01 09:05:00");
  const from = (milliseconds: number): string => timeAndDistance(at, new Date(at.getTime() + milliseconds));
  assert.deepEqual(
    [999, -999, 180_000, -20_000].map(from),
    ["now", "now", "3 min ago", "in 20 s"].map((words) => `2025-03-01 09:05:00 (${words})`),
  );
});
