import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStatus } from "../../../src/service/status-form.ts";
import { sampleStatus } from "./sample-status.ts";

test("a status is what it says", () => {
  assert.deepEqual(parseStatus(JSON.stringify(sampleStatus)), sampleStatus);
  const idle = {
    ...sampleStatus,
    daemon: null,
    lastLook: null,
    mailboxesSkipped: [],
    mailboxes: [],
    refused: [],
    waiting: [],
    refusedChanges: [],
  };
  assert.deepEqual(parseStatus(JSON.stringify(idle)), idle);
});

test("a later version may say more", () => {
  assert.notEqual(parseStatus(JSON.stringify({ ...sampleStatus, more: [1] })), undefined);
});

for (const answer of ["", "null", "{}", "[]", "1", '"x"', "{", JSON.stringify(sampleStatus).slice(0, -1)]) {
  test(`${answer.slice(0, 20)} is none`, () => {
    assert.equal(parseStatus(answer), undefined);
  });
}

const odd: readonly unknown[] = [
  undefined,
  {},
  [],
  "",
  "x".repeat(100_000),
  -1,
  1.5,
  1e300,
  true,
  "2025-13-01T12:00:00.000Z",
];

/** Paths to all values that are neither objects nor lists. */
function leaves(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

for (const path of leaves(sampleStatus)) {
  test(`${path.join(".")} of another kind is none`, () => {
    const accepted = odd.filter(
      (value) => parseStatus(JSON.stringify(replaced(sampleStatus, path, value))) !== undefined,
    );
    // A name may be any text, and what is true or a duration any such.
    assert.ok(accepted.length <= 2, JSON.stringify(accepted).slice(0, 200));
    for (const value of accepted) assert.ok(["", true, 1.5, "2025-13-01T12:00:00.000Z"].includes(value as string));
  });
}
