import assert from "node:assert/strict";
import { test } from "node:test";
import { type FlagSet, flagSet, noFlags } from "../../../src/model/flags.ts";
import { KnownFlags } from "../../../src/model/known-flags.ts";
import { hasUid, maxUid, uidRange, type UidSet, uidSetOf, uidsOf } from "../../../src/model/uid-set.ts";
import { fc } from "../../support/examples.ts";

const sets = [noFlags, flagSet(["\\Seen"]), flagSet(["\\Flagged", "\\Seen"]), flagSet(["work"])];

const uid = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: maxUid - 15, max: maxUid }) },
);
const some = fc.array(uid, { maxLength: 40 });

interface Step {
  readonly what: "set" | "setAscending" | "setRun" | "delete" | "keep";
  readonly uids: readonly number[];
  readonly flags: FlagSet;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom("set", "setAscending", "setRun", "delete", "keep"),
  uids: some,
  flags: fc.constantFrom(...sets),
});

function take(known: KnownFlags, model: Map<number, FlagSet>, { what, uids, flags }: Step): void {
  const these: UidSet = uidSetOf(uids);
  switch (what) {
    case "set":
    case "setAscending":
      for (const uid of what === "set" ? uids : [...uids].sort((a, b) => a - b)) {
        known.set(uid, flags);
        model.set(uid, flags);
      }
      return;
    case "setRun": {
      const [first = 1, other = first] = uids;
      const last = Math.min(maxUid, first + (other % 20));
      known.setAll(first, last, flags);
      for (let uid = first; uid <= last; uid++) model.set(uid, flags);
      return;
    }
    case "delete":
      known.delete(these);
      for (const uid of uids) model.delete(uid);
      return;
    case "keep":
      known.keep(these);
      for (const uid of model.keys()) if (!hasUid(these, uid)) model.delete(uid);
  }
}

test("known flags agree with a Map, whatever is done in whatever order", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), some, (steps, asked) => {
      const known = new KnownFlags();
      const model = new Map<number, FlagSet>();
      for (const one of steps) {
        take(known, model, one);
        assert.equal(known.size, model.size);
        for (const uid of asked) assert.equal(known.get(uid), model.get(uid));
      }
      assert.deepEqual(
        [...known.entries()],
        [...model].sort(([a], [b]) => a - b),
      );
      assert.deepEqual(known.uids, uidSetOf(model.keys()));
      for (const [first, last] of uidSetOf(asked).ranges)
        for (const flags of sets)
          assert.equal(
            known.haveAll(first, last, flags),
            [...uidsOf(uidRange(first, last))].every((one) => model.get(one) === flags),
          );
    }),
  );
});

test("more out of order than are kept aside", () => {
  const known = new KnownFlags();
  for (let i = 0; i < 20_000; i++) {
    // Every UID below 20,000 once, in no order.
    const uid = ((i * 7919) % 20_000) + 1;
    known.set(uid, sets[uid % sets.length]!);
    if (i % 1000 === 0) assert.equal(known.get(uid), sets[uid % sets.length]);
  }
  assert.equal(known.size, 20_000);
  let next = 1;
  for (const [uid, flags] of known.entries()) {
    assert.equal(uid, next++);
    assert.equal(flags, sets[uid % sets.length]);
  }
});

test("more sets of flags than 16 bits can number", () => {
  const known = new KnownFlags();
  const many = Array.from({ length: 70_000 }, (_, i) => flagSet([`k${String(i)}`]));
  many.forEach((flags, i) => {
    known.set(i + 1, flags);
  });
  for (const i of [0, 65_534, 65_535, 65_536, 65_537, 69_999]) assert.equal(known.get(i + 1), many[i]);
  known.set(1, many[69_999]!);
  const at16Bits = new KnownFlags();
  for (let i = 0; i < 65_536; i++) at16Bits.set(i + 1, many[i]!);
  at16Bits.set(5, many[65_536]!);
  assert.equal(at16Bits.get(5), many[65_536]);
  at16Bits.setAll(70_000, 70_001, many[65_537]!);
  assert.equal(at16Bits.get(70_001), many[65_537]);
  assert.equal(known.get(1), many[69_999]);
  assert.equal(known.get(2), many[1]);
});
