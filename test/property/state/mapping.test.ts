import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../../src/model/side.ts";
import { countUids, hasUid, uidSetOf, uidsOf } from "../../../src/model/uid-set.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { fc } from "../../support/examples.ts";
import { temporaryDirectory } from "../../unit/state/databases.ts";

// Close together, so that ranges form and sets meet; a few at the upper end of 32 bits.
const uid = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0xffff_fff0, max: 0xffff_ffff }) },
);
const side = fc.constantFrom<Side>(...sides);
/** In any order, each UID of either side once. */
const pairs = fc
  .tuple(fc.uniqueArray(uid, { maxLength: 50 }), fc.uniqueArray(uid, { maxLength: 50 }))
  .map(([local, remote]) => {
    const count = Math.min(local.length, remote.length);
    return local.slice(0, count).map((uid, i): PerSide<number> => ({ local: uid, remote: remote[i]! }));
  });

test("queries on the mapping agree with a plain list of pairs", (t) => {
  const store = openStore({ path: join(temporaryDirectory(t), "x.db") });
  t.after(() => {
    store.close();
  });
  const other = store.addMailbox("other", true);
  store.mappings.add(
    other,
    Array.from({ length: 60 }, (_, i) => ({ local: i + 1, remote: 60 - i })),
  );
  let mailboxes = 0;

  fc.assert(
    fc.property(
      fc.record({ pairs, removed: fc.array(uid), asked: fc.array(uid).map(uidSetOf), side, bound: uid }),
      fc.integer({ min: 0, max: 9 }),
      ({ pairs, removed, asked, side, bound }, limit) => {
        const idx = store.addMailbox(`mailbox ${mailboxes++}`, true);
        store.mappings.add(idx, pairs);
        store.mappings.remove(idx, removed);
        const model = pairs
          .filter(({ local }) => !removed.includes(local))
          .sort((a, b) => a[side] - b[side])
          .map((pair) => ({ ...pair }));
        const below = model.filter((pair) => pair[side] < bound);

        assert.deepEqual(
          store.mappings.pairsOf(idx, side, asked),
          model.filter((pair) => hasUid(asked, pair[side])),
        );
        const mapped = store.mappings.uids(idx, side, bound);
        assert.deepEqual(
          [...uidsOf(mapped)],
          model.map((pair) => pair[side]).filter((uid) => uid >= bound),
        );
        assert.deepEqual(mapped, uidSetOf(uidsOf(mapped)), "ranges that touch are one");
        assert.equal(store.mappings.count(idx), model.length);

        const sample = store.mappings.sequenceSample(idx, side, { below: bound, count: below.length, limit });
        assert.ok(sample.length <= limit);
        assert.equal(sample.length > 0, below.length > 0 && limit > 0);
        for (const [rank, sampled] of sample) assert.equal(sampled, below[rank - 1]?.[side]);
        if (sample.length > 0) assert.equal(sample.at(-1)?.[0], below.length);
        const ranks = sample.map(([rank]) => rank);
        assert.deepEqual(
          ranks,
          [...new Set(ranks)].sort((a, b) => a - b),
          "ascending",
        );
      },
    ),
    { numRuns: 200 },
  );
  assert.equal(countUids(store.mappings.uids(other, otherSide("local"))), 60);
});
