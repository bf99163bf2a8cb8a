import assert from "node:assert/strict";
import { test } from "node:test";
import { countUids, emptyUidSet, maxUid, uidRange, UidSetBuilder, uidsOf } from "../../../src/model/uid-set.ts";
import { formatUidSet, parseUidSet, splitUidSet } from "../../../src/model/uid-set-text.ts";

test("reversed, overlapping and unsorted ranges are read", () => {
  assert.deepEqual(parseUidSet("1:3,5,9:7").ranges, [
    [1, 3],
    [5, 5],
    [7, 9],
  ]);
  assert.equal(formatUidSet(parseUidSet("20,3:5,4:9,10,1")), "1,3:10,20");
  assert.equal(formatUidSet(parseUidSet("1:10,2:3,5")), "1:10");
  assert.equal(formatUidSet(parseUidSet("4294967295")), "4294967295");
});

test("what is not a set of UIDs is a protocol error", () => {
  for (const text of [
    "",
    "0",
    "1:*",
    "*",
    "1,",
    ",1",
    "1:",
    ":1",
    "1:2:3",
    "-1",
    "1.5",
    "1 2",
    "01",
    "4294967296",
    "0x1",
  ]) {
    assert.throws(() => parseUidSet(text), { code: "PROTOCOL" }, `accepted ${JSON.stringify(text)}`);
  }
});

test("a range that ends before it starts is empty", () => {
  assert.deepEqual(uidRange(1, 0), emptyUidSet);
  assert.equal(formatUidSet(uidRange(1, 1)), "1");
});

test("UIDs of a huge range come lazily", () => {
  const all = uidRange(1, maxUid);
  assert.equal(countUids(all), maxUid);
  const iterator = uidsOf(all)[Symbol.iterator]();
  assert.equal(iterator.next().value, 1);
  assert.equal(iterator.next().value, 2);
});

test("a builder can be used further, and what it built before stays", () => {
  const builder = new UidSetBuilder();
  for (const uid of [1, 2, 3]) builder.add(uid);
  const before = builder.build();
  builder.add(4);
  builder.add(2);
  assert.equal(formatUidSet(before), "1:3");
  assert.equal(formatUidSet(builder.build()), "1:4");
});

test("what is told over and over, or backwards, is kept once", () => {
  const builder = new UidSetBuilder();
  const heap = process.memoryUsage().heapUsed;
  for (let time = 0; time < 100; time++) for (let uid = 1; uid < 200_000; uid += 2) builder.add(uid);
  assert.ok(process.memoryUsage().heapUsed - heap < 100 << 20);
  for (let uid = 700_000; uid > 200_000; uid -= 2) builder.add(uid);
  builder.addRange(200_003, 700_000);
  builder.add(5);
  const { ranges } = builder.build();
  assert.equal(ranges.length, 100_001);
  assert.deepEqual(
    [ranges[2], ranges.at(-2), ranges.at(-1)],
    [
      [5, 5],
      [199_999, 199_999],
      [200_002, 700_000],
    ],
  );
});

test("a set that is read is as right as it is long", () => {
  assert.deepEqual(parseUidSet("7,".repeat(1_000_000) + "3:5").ranges, [
    [3, 5],
    [7, 7],
  ]);
  for (const wrong of ["", ",", "1,", ",1", "1,,2", "1:", ":1", "1:2:3", "0", "*"])
    assert.throws(() => parseUidSet(wrong), /malformed set of UIDs/, wrong);
});

test("a limit without room for a range is refused", () => {
  assert.throws(() => splitUidSet(uidRange(1, 2), 20), RangeError);
  assert.deepEqual(splitUidSet(emptyUidSet, 21), []);
});
