import assert from "node:assert/strict";
import { test } from "node:test";
import { alike } from "../../../src/util/alike.ts";

test("texts that differ in numbers, times, addresses or names of a session are alike", () => {
  for (const [one, other] of [
    ["Quota exceeded: 10 of 9 MB", "Quota exceeded: 11 of 9 MB"],
    ["locked since 2025-03-01T12:00:00.123Z by 127.0.0.1:5", "locked since 2026-11-28T09:00:07.9Z by 10.1.1.1:40000"],
    ["try again later (session 7f3a-b81c)", "try again later (session 0cc1-9d2e)"],
  ] as const)
    assert.equal(alike(one), alike(other));
});

test("other words are other texts", () => {
  assert.notEqual(alike("full: 3"), alike("empty: 3"));
  assert.notEqual(alike("3"), alike("3 3"));
});

test("a text of one long word takes no time of its own", () => {
  assert.equal(alike("a".repeat(5_000_000)).length, 5_000_000);
});
