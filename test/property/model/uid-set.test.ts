// Every operation on UID sets agrees with the same operation on a plain Set of numbers.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  countUids,
  formatUidSet,
  hasUid,
  intersect,
  isEmpty,
  maxUid,
  parseUidSet,
  splitUidSet,
  subtract,
  UidSetBuilder,
  uidSetOf,
  uidsOf,
  union,
  type UidSet,
} from "../../../src/model/uid-set.ts";

// small numbers, so that ranges touch, overlap and repeat
const uids = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 60 });
const anyUids = fc.array(fc.integer({ min: 1, max: maxUid }), { maxLength: 300 });

test("a set holds what went in, in canonical ranges", () => {
  fc.assert(
    fc.property(fc.oneof(uids, anyUids), (list) => {
      const set = uidSetOf(list);
      assert.deepEqual([...uidsOf(set)], sorted(new Set(list)));
      assertCanonical(set);
      assert.equal(countUids(set), new Set(list).size);
      assert.equal(isEmpty(set), list.length === 0);
    }),
  );
});

test("ranges added in any order make the same set as their members", () => {
  const range = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(fc.array(range, { minLength: 1 }), (ranges) => {
      const builder = new UidSetBuilder();
      const naive = new Set<number>();
      for (const [first, more] of ranges) {
        builder.addRange(first, first + more);
        for (let uid = first; uid <= first + more; uid++) naive.add(uid);
      }
      assertCanonical(builder.build());
      assert.deepEqual([...uidsOf(builder.build())], sorted(naive));
      const reversed = ranges.map(([first, more]) => `${first + more}:${first}`).join(",");
      assert.deepEqual(parseUidSet(reversed), builder.build());
    }),
  );
});

test("union, intersect, subtract and hasUid", () => {
  fc.assert(
    fc.property(uids, uids, (listA, listB) => {
      const [a, b] = [uidSetOf(listA), uidSetOf(listB)];
      const [naiveA, naiveB] = [new Set(listA), new Set(listB)];
      const cases: [UidSet, (uid: number) => boolean][] = [
        [union(a, b), (uid) => naiveA.has(uid) || naiveB.has(uid)],
        [intersect(a, b), (uid) => naiveA.has(uid) && naiveB.has(uid)],
        [subtract(a, b), (uid) => naiveA.has(uid) && !naiveB.has(uid)],
      ];
      for (const [set, expected] of cases) {
        assertCanonical(set);
        for (let uid = 0; uid <= 62; uid++) assert.equal(hasUid(set, uid), expected(uid), `UID ${uid}`);
      }
    }),
  );
});

test("formatting and parsing return the same set; pieces keep the limit and make up the whole", () => {
  fc.assert(
    fc.property(anyUids, fc.integer({ min: 21, max: 200 }), (list, limit) => {
      const set = uidSetOf(list);
      if (!isEmpty(set)) assert.deepEqual(parseUidSet(formatUidSet(set)), set);
      const pieces = splitUidSet(set, limit);
      assert.ok(pieces.every((piece) => !isEmpty(piece) && formatUidSet(piece).length <= limit));
      assert.equal(pieces.map(formatUidSet).join(","), formatUidSet(set));
      // no piece is shorter than it must be
      for (const [i, piece] of pieces.slice(0, -1).entries()) {
        const next = formatUidSet({ ranges: pieces[i + 1]!.ranges.slice(0, 1) });
        assert.ok(formatUidSet(piece).length + 1 + next.length > limit);
      }
    }),
  );
});

function sorted(set: Set<number>): number[] {
  return [...set].sort((a, b) => a - b);
}

function assertCanonical({ ranges }: UidSet): void {
  for (const [i, [first, last]] of ranges.entries()) {
    assert.ok(first <= last);
    if (i > 0) assert.ok(first > ranges[i - 1]![1] + 1, `ranges ${i - 1} and ${i} touch`);
  }
}
