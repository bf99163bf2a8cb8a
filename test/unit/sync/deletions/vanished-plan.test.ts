import assert from "node:assert/strict";
import { test } from "node:test";
import type { PerSide } from "../../../../src/model/side.ts";
import { uidSetOf } from "../../../../src/model/uid-set.ts";
import { formatUidSet, parseUidSet } from "../../../../src/model/uid-set-text.ts";
import { planVanished } from "../../../../src/sync/deletions/vanished-plan.ts";

/** Local UIDs 1, 2, … and the same plus 100 on the other side. */
const pairs = (...locals: readonly number[]): PerSide<number>[] =>
  locals.map((local) => ({ local, remote: local + 100 }));

function planFor(mapped: readonly PerSide<number>[], local: string, remote: string) {
  const setOf = (text: string) => (text === "" ? uidSetOf([]) : parseUidSet(text));
  const { expunge, drop, dropAfter } = planVanished(mapped, { local: setOf(local), remote: setOf(remote) });
  return {
    expunge: { local: formatUidSet(expunge.local), remote: formatUidSet(expunge.remote) },
    drop: drop.map((pair) => pair.local),
    dropAfter: dropAfter.map((pair) => pair.local),
  };
}

const nowhere = { local: "", remote: "" };

test("gone on one side: expunged on the other, and its mapping only after that", () => {
  assert.deepEqual(planFor(pairs(1, 2), "1:2", ""), {
    expunge: { local: "", remote: "101:102" },
    drop: [],
    dropAfter: [1, 2],
  });
  assert.deepEqual(planFor(pairs(1, 2), "", "101:102"), {
    expunge: { local: "1:2", remote: "" },
    drop: [],
    dropAfter: [1, 2],
  });
});

test("gone on both sides: nothing but the mapping to drop", () => {
  assert.deepEqual(planFor(pairs(1, 2), "1:2", "101:102"), { expunge: nowhere, drop: [1, 2], dropAfter: [] });
});

test("all kinds at once", () => {
  assert.deepEqual(planFor(pairs(1, 2, 3), "1,3", "102:103"), {
    expunge: { local: "2", remote: "101" },
    drop: [3],
    dropAfter: [1, 2],
  });
});

test("UIDs without a mapping are nobody's business", () => {
  assert.deepEqual(planFor(pairs(1), "1,7:900", "500"), {
    expunge: { local: "", remote: "101" },
    drop: [],
    dropAfter: [1],
  });
  assert.deepEqual(planFor([], "1:9", "1:9"), { expunge: nowhere, drop: [], dropAfter: [] });
});

test("equal numbers on the two sides are different messages", () => {
  const crossed = [
    { local: 1, remote: 2 },
    { local: 2, remote: 1 },
  ];
  assert.deepEqual(planFor(crossed, "1", ""), { expunge: { local: "", remote: "2" }, drop: [], dropAfter: [1, 2] });
});
