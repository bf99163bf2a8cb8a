// Every operation on UID sets agrees with the same operation on a plain Set of numbers.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  countUids,
  emptyUidSet,
  hasUid,
  intersect,
  isEmpty,
  maxUid,
  subtract,
  uidRange,
  type UidSet,
  UidSetBuilder,
  uidSetOf,
  uidsOf,
  union,
} from "../../../src/model/uid-set.ts";
import { formatUidSet, parseUidSet, splitUidSet } from "../../../src/model/uid-set-text.ts";
import { fc } from "../../support/examples.ts";

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

const all = uidRange(1, maxUid);
/** Anywhere in 32 bits, from single UIDs to a thousand millions at once, often up to either end. */
const wideSets = fc
  .array(
    fc
      .tuple(fc.integer({ min: 1, max: maxUid }), fc.oneof(fc.nat(2), fc.nat(0x4000_0000), fc.constant(maxUid)))
      .map(([first, more]) => [first, Math.min(maxUid, first + more)] as const),
    { maxLength: 8 },
  )
  .map((ranges) => {
    const builder = new UidSetBuilder();
    for (const [first, last] of ranges) builder.addRange(first, last);
    return builder.build();
  });
const complement = (set: UidSet): UidSet => subtract(all, set);

test("the algebra of sets holds over all UIDs, however wide the ranges", () => {
  fc.assert(
    fc.property(wideSets, wideSets, wideSets, (a, b, c) => {
      const equal: (readonly [UidSet, UidSet])[] = [
        [union(a, b), union(b, a)],
        [intersect(a, b), intersect(b, a)],
        [union(union(a, b), c), union(a, union(b, c))],
        [intersect(intersect(a, b), c), intersect(a, intersect(b, c))],
        [intersect(a, union(b, c)), union(intersect(a, b), intersect(a, c))],
        [union(a, intersect(b, c)), intersect(union(a, b), union(a, c))],
        [complement(union(a, b)), intersect(complement(a), complement(b))],
        [complement(complement(a)), a],
        [union(a, complement(a)), all],
        [intersect(a, complement(a)), emptyUidSet],
        [subtract(a, b), intersect(a, complement(b))],
        [union(subtract(a, b), intersect(a, b)), a],
        [subtract(a, a), emptyUidSet],
      ];
      for (const [left, right] of equal) {
        assertCanonical(left);
        assert.deepEqual(left, right);
      }
      assert.equal(countUids(a) + countUids(complement(a)), maxUid);
      assert.equal(countUids(union(a, b)) + countUids(intersect(a, b)), countUids(a) + countUids(b));
      if (!isEmpty(a)) assert.deepEqual(parseUidSet(formatUidSet(a)), a);
    }),
  );
});

test("at the ends of every range, what is in a set is not in its complement", () => {
  fc.assert(
    fc.property(wideSets, wideSets, (a, b) => {
      const ends = [
        1,
        maxUid,
        ...[...a.ranges, ...b.ranges].flatMap(([first, last]) => [first - 1, first, last, last + 1]),
      ];
      for (const uid of ends.filter((one) => one >= 1 && one <= maxUid)) {
        const isIn = (set: UidSet): boolean => set.ranges.some(([first, last]) => first <= uid && uid <= last);
        assert.equal(hasUid(a, uid), isIn(a));
        assert.equal(hasUid(complement(a), uid), !isIn(a));
        assert.equal(hasUid(union(a, b), uid), isIn(a) || isIn(b));
        assert.equal(hasUid(intersect(a, b), uid), isIn(a) && isIn(b));
        assert.equal(hasUid(subtract(a, b), uid), isIn(a) && !isIn(b));
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
