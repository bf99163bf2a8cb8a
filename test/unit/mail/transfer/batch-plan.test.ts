import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageSize } from "../../../../src/model/message-sizes.ts";
import { uidSetOf } from "../../../../src/model/uid-set.ts";
import { planCopies } from "../../../support/plan-copies.ts";

/** `[uid, octets]` */
function sized(...messages: readonly (readonly [uid: number, size: number])[]): MessageSize[] {
  return messages.map(([uid, size]) => ({ uid, size }));
}

const limits = { octets: 100, messages: 3 };

const table: readonly (readonly [what: string, sizes: readonly number[], batches: string])[] = [
  ["nothing", [], ""],
  ["one message", [5], "1=5"],
  ["as many as the limit", [1, 1, 1], "1,2,3=3"],
  ["one more than the limit", [1, 1, 1, 1], "1,2,3=3 4=1"],
  ["exactly the octets of the limit", [50, 50, 1], "1,2=100 3=1"],
  ["one octet more", [50, 51], "1=50 2=51"],
  ["a message larger than the limit goes alone", [10, 500, 10], "1=10 2=500 3=10"],
  ["two of them", [500, 500], "1=500 2=500"],
  ["a large one at the end", [10, 500], "1=10 2=500"],
];

for (const [what, sizes, expected] of table) {
  test(`batches: ${what}`, () => {
    const { batches } = planCopies(sized(...sizes.map((size, i) => [i + 1, size] as const)), limits);
    assert.equal(batches.map(({ uids, octets }) => `${uids.join()}=${String(octets)}`).join(" "), expected);
  });
}

test("messages whose size is not told go alone, and count for as much as a batch may have", () => {
  const { batches } = planCopies(sized([1, 1], [2, 0], [3, 1], [4, 1], [5, 0]), limits);
  assert.equal(
    batches.map(({ uids, octets }) => `${uids.join()}=${String(octets)}`).join(" "),
    "1=1 2=100 3,4=2 5=100",
  );
});

test("suspects go alone, each in its place", () => {
  const alone = uidSetOf([1, 4, 5, 9]);
  const { batches } = planCopies(sized(...[1, 2, 3, 4, 5, 6, 7].map((uid) => [uid, 1] as const)), {
    ...limits,
    alone,
  });
  assert.equal(batches.map(({ uids }) => uids.join()).join(" "), "1 2,3 4 5 6,7");
});

test("what the target does not take is told apart; exactly as much as it takes is copied", () => {
  const { batches, tooLarge } = planCopies(sized([1, 10], [2, 31], [3, 30], [4, 5]), { ...limits, largest: 30 });
  assert.equal(batches.map(({ uids, octets }) => `${uids.join()}=${String(octets)}`).join(" "), "1,3,4=45");
  assert.deepEqual(
    tooLarge.map(({ uid, size }) => [uid, size]),
    [[2, 31]],
  );
});

test("a server that takes nothing gets nothing, but what may be nothing", () => {
  const { batches, tooLarge } = planCopies(sized([1, 0], [2, 1]), { ...limits, largest: 0 });
  assert.deepEqual([batches.map(({ uids }) => uids), tooLarge.map(({ uid }) => uid)], [[[1]], [2]]);
});
