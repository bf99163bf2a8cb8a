import assert from "node:assert/strict";
import { test } from "node:test";
import { isPossibleRun, runsOfPairs, type UidPair, UidPairs } from "../../../src/model/uid-pairs.ts";
import { maxUid, uidRange, uidSetOf } from "../../../src/model/uid-set.ts";
import { fc } from "../../support/examples.ts";

const uid = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: maxUid - 5, max: maxUid }));

test("pairs are what a map of them would be", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(uid, uid)), (given) => {
      const map = new Map<number, number>(given);
      const pairs = new UidPairs(runsOfPairs(given));
      const ascending = [...map].sort(([a], [b]) => a - b);
      assert.deepEqual([...pairs], ascending);
      assert.equal(pairs.size, map.size);
      for (let one = 0; one < 45; one++) assert.equal(pairs.get(one), map.get(one));
      for (const [uid1, uid2] of map) assert.equal(pairs.get(uid1), uid2);
      assert.deepEqual(pairs.uids1, uidSetOf(map.keys()));
      assert.deepEqual(pairs.uids2, uidSetOf(map.values()));
      assert.ok([...pairs.runs()].every(isPossibleRun));
      assert.deepEqual([...new UidPairs(pairs.runs())], ascending);
      // The lowest of several.
      const back = new Map(ascending.toReversed().map(([uid1, uid2]) => [uid2, uid1]));
      assert.deepEqual(
        [...pairs.reversed()],
        [...back].sort(([a], [b]) => a - b),
      );
    }),
  );
});

test("runs that follow one another are one, whoever cut them", () => {
  const parts = [
    { first1: 1, first2: 11, count: 1023 },
    { first1: 1024, first2: 1034, count: 6 },
    { first1: 1030, first2: 2000, count: 1 },
  ];
  assert.deepEqual(
    [...new UidPairs(parts).runs()],
    [
      { first1: 1, first2: 11, count: 1029 },
      { first1: 1030, first2: 2000, count: 1 },
    ],
  );
});

test("a million pairs without any order take 12 MB, and are found", () => {
  const count = 1_000_000;
  function* shuffled(): Iterable<{ first1: number; first2: number; count: number }> {
    for (let i = 1; i <= count; i++) yield { first1: i, first2: ((i * 7919) % count) + 1, count: 1 };
  }
  const pairs = new UidPairs(shuffled());
  assert.equal(pairs.size, count);
  for (const i of [1, 2, 500_000, count]) {
    assert.equal(pairs.get(i), ((i * 7919) % count) + 1);
  }
  assert.equal(pairs.get(count + 1), undefined);
  assert.deepEqual(pairs.uids2, uidRange(1, count));
});

test("what no server can have counted is told", () => {
  const bad: UidPair[] = [
    [0, 1],
    [1, 0],
    [maxUid, 1],
    [1, maxUid],
  ];
  for (const [first1, first2] of bad) assert.equal(isPossibleRun({ first1, first2, count: 2 }), false);
  assert.equal(isPossibleRun({ first1: 1, first2: 1, count: 0 }), false);
  assert.equal(isPossibleRun({ first1: maxUid, first2: maxUid, count: 1 }), true);
});
