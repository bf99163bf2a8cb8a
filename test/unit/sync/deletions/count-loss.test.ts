import assert from "node:assert/strict";
import { test } from "node:test";
import { otherSide, type PerSide, perSide, type Side } from "../../../../src/model/side.ts";
import { emptyUidSet, hasUid, uidRange, type UidSet } from "../../../../src/model/uid-set.ts";
import type { Store } from "../../../../src/state/state-store.ts";
import { countLoss } from "../../../../src/sync/deletions/count-loss.ts";

const nothing = { local: emptyUidSet, remote: emptyUidSet };

/** Messages 1 to 10 here are 101 to 110 there. */
function losing() {
  const pairs = Array.from({ length: 10 }, (_, i): PerSide<number> => ({ local: i + 1, remote: i + 101 }));
  const asked: Side[] = [];
  const store = {
    mappings: {
      count: () => pairs.length,
      pairsOf: (_idx: number, side: Side, uids: UidSet) => {
        asked.push(side);
        return pairs.filter((pair) => hasUid(uids, pair[side]));
      },
    },
  } as unknown as Store;
  return { mailbox: { store, idx: 1, name: "box", isRubbish: false }, asked };
}

test("what vanished on both sides is deleted on neither", () => {
  const vanished = { local: uidRange(1, 4), remote: uidRange(103, 109) };
  const { loss } = countLoss(losing().mailbox, { vanished, undeletable: nothing });
  assert.deepEqual(loss, {
    idx: 1,
    name: "box",
    isRubbish: false,
    known: 10,
    vanished,
    deletions: { local: 2, remote: 5 },
  });
});

test("what cannot be deleted on the other side has not vanished now", () => {
  const told = { local: uidRange(1, 4), remote: emptyUidSet };
  const undeletable = { local: emptyUidSet, remote: uidRange(101, 102) };
  const { loss } = countLoss(losing().mailbox, { vanished: told, undeletable });
  assert.deepEqual([loss.vanished.local, loss.deletions], [uidRange(3, 4), { local: 2, remote: 0 }]);
});

test("what was counted holds while the same messages are gone, of as many", () => {
  const vanished = { local: uidRange(1, 4), remote: emptyUidSet };
  const told = { vanished, undeletable: nothing };
  const { loss } = countLoss(losing().mailbox, told);
  // A number that nobody could count.
  const earlier = { ...loss, deletions: perSide((side) => -loss.deletions[otherSide(side)]) };
  const again = (changed: Partial<typeof earlier>, now = told): PerSide<number> =>
    countLoss(losing().mailbox, { ...now, earlier: { ...earlier, ...changed } }).loss.deletions;
  assert.deepEqual(again({}), earlier.deletions);
  assert.deepEqual(again({ known: 11 }), loss.deletions);
  assert.deepEqual(again({}, { ...told, vanished: { ...vanished, local: uidRange(1, 5) } }), { local: 5, remote: 0 });
});
