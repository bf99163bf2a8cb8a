import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyUidSet } from "../../../../src/model/uid-set.ts";
import { planHoldingBack } from "../../../../src/sync/deletions/hold-back-plan.ts";
import type { Loss } from "../../../../src/sync/deletions/loss.ts";
import { fc } from "../../../support/examples.ts";

const vanished = { local: emptyUidSet, remote: emptyUidSet };
const idle = { idx: 1, isRubbish: false, vanished };
const loss = (name: string, local: number, known: number): Loss => ({
  ...idle,
  name,
  deletions: { local, remote: 0 },
  known,
});

function held(losses: readonly Loss[], most: number): string[] {
  return planHoldingBack(losses, (count) => count > most).map(({ name }) => name);
}

test("nothing is held back while all of it may be deleted", () => {
  assert.deepEqual(held([loss("a", 50, 60), loss("b", 50, 60)], 100), []);
});

test("who lost much is held back, who lost little is not", () => {
  assert.deepEqual(held([loss("a", 101, 200), loss("b", 9, 200), loss("c", 0, 5)], 100), ["a"]);
});

test("ten messages are much, and so is half of a mailbox", () => {
  assert.deepEqual(held([loss("a", 101, 200), loss("b", 10, 200), loss("c", 1, 2), loss("d", 1, 3)], 100), [
    "a",
    "b",
    "c",
  ]);
});

test("many that lost little are too many together", () => {
  const losses = Array.from({ length: 12 }, (_, index) => loss(String(index), 9, 100));
  assert.equal(held(losses, 100).length, 12);
  assert.equal(held(losses, 108).length, 0);
});

const anyLosses = fc.array(
  fc.record({
    known: fc.nat(300),
    local: fc.nat(150),
    remote: fc.nat(150),
  }),
  { maxLength: 12 },
);

test("whatever the order, the same are held back, and what is not may be deleted", () => {
  fc.assert(
    fc.property(anyLosses, fc.nat(400), fc.infiniteStream(fc.nat()), (all, most, numbers) => {
      const losses = all.map(({ known, ...deletions }, index) => ({
        ...idle,
        name: String(index),
        known,
        deletions,
      }));
      const shuffled = losses.toSorted(() => (numbers.next().value % 2 === 0 ? 1 : -1));
      const names = held(losses, most);
      assert.deepEqual(held(shuffled, most).sort(), names.toSorted());
      const rest = losses.filter(({ name }) => !names.includes(name));
      const lost = (some: readonly Loss[]): number =>
        some.reduce((sum, { deletions }) => sum + deletions.local + deletions.remote, 0);
      assert.ok(lost(rest) <= most);
      if (lost(losses) > most) assert.ok(names.length > 0);
    }),
  );
});
