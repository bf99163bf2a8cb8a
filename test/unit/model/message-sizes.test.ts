import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageSizes } from "../../../src/model/message-sizes.ts";
import { formatUidSet } from "../../../src/model/uid-set-text.ts";

function sizesOf(...uids: readonly number[]): MessageSizes {
  const sizes = new MessageSizes();
  for (const uid of uids) sizes.add(uid, uid * 10);
  return sizes;
}

const orders: readonly (readonly [what: string, uids: readonly number[]])[] = [
  ["ascending", [1, 2, 9, 10]],
  ["any", [9, 2, 10, 1]],
  ["descending", [10, 9, 2, 1]],
];

for (const [what, uids] of orders) {
  test(`added in ${what} order, they come in that of the UIDs`, () => {
    const sizes = sizesOf(...uids);
    assert.deepEqual(
      [...sizes].map(({ uid, size }) => `${String(uid)}=${String(size)}`),
      ["1=10", "2=20", "9=90", "10=100"],
    );
    assert.equal(formatUidSet(sizes.uids), "1:2,9:10");
  });
}

test("none", () => {
  assert.deepEqual([...sizesOf()], []);
});
