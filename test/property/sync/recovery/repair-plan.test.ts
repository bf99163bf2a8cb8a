// Whatever the database says, repairing it accounts for every row and message, and leaves nothing to repair.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageIdentity } from "../../../../src/imap/verbs/fetch.ts";
import { identityKey, likeness } from "../../../../src/mail/matching/match-plan.ts";
import { noFlags } from "../../../../src/model/flags.ts";
import { instantOf } from "../../../../src/model/internal-date.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../../../src/model/side.ts";
import { emptyUidSet, hasUid, uidSetOf } from "../../../../src/model/uid-set.ts";
import { planRepair, type RepairPlan, type RepairSituation } from "../../../../src/sync/recovery/repair-plan.ts";
import { fc } from "../../../support/examples.ts";

const uidNext = 30;

// Few values, so that there are twins, and messages that look like altered copies of each other.
const identities = fc.uniqueArray(
  fc.record({
    uid: fc.integer({ min: 1, max: uidNext - 1 }),
    flags: fc.constant(noFlags),
    date: fc.constantFrom("01-Jan-2024 00:00:00 +0000", "02-Jan-2024 00:00:00 +0000").map(instantOf),
    size: fc.constantFrom(1, 2),
    messageId: fc.constantFrom("<a@b>", "<c@d>", undefined),
  }),
  { selector: ({ uid }) => uid, maxLength: 15 },
);
const uidList = fc.uniqueArray(fc.integer({ min: 0, max: uidNext + 3 }), { minLength: 12, maxLength: 12 });
const floor = fc.integer({ min: 1, max: uidNext + 3 });

const situations: fc.Arbitrary<RepairSituation> = fc
  .record({
    uids: fc.record({ local: uidList, remote: uidList }),
    messages: fc.record({ local: identities, remote: identities }),
    count: fc.integer({ min: 0, max: 12 }),
    floors: fc.record({ local: floor, remote: floor }),
    vanished: fc.record({ local: uidList, remote: uidList }),
    chance: fc.boolean(),
  })
  .map(({ uids, messages, count, floors, vanished, chance }) => ({
    rows: uids.local.slice(0, count).map((local, i) => ({ local, remote: uids.remote[i] as number })),
    messages: perSide((side) => new Map(messages[side].map((one) => [one.uid, one]))),
    uidNext: { local: uidNext, remote: uidNext },
    floors,
    vanished: perSide((side) =>
      chance ? uidSetOf(vanished[side].filter((uid) => !messages[side].some((one) => one.uid === uid))) : emptyUidSet,
    ),
    refused: { local: new Set<number>(), remote: new Set<number>() },
    isDoubtful: { local: false, remote: false },
    prints: new Map(),
    keyOf: identityKey,
  }));

const shown = ({ local, remote }: PerSide<number>): string => `${local}-${remote}`;

test("each row stays, is dropped, or waits for its deletion; each message is in one pair at most", () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const { drop, adopt, keep, propagate } = planRepair(situation);
      const waiting = situation.rows.filter((row) => sides.some((side) => hasUid(propagate[side], row[side])));
      const kept = keep.map((pair) => perSide((side) => pair[side].uid));
      assert.deepEqual([...drop, ...kept, ...waiting].map(shown).sort(), situation.rows.map(shown).sort());
      for (const side of sides) {
        const uids = [...kept, ...waiting, ...adopt.map((pair) => perSide((one) => pair[one].uid))].map(
          (pair) => pair[side],
        );
        assert.equal(new Set(uids).size, uids.length);
      }
    }),
  );
});

test("new pairs are of equal messages, and no row of equal messages is touched", () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const { drop, adopt } = planRepair(situation);
      for (const pair of adopt) assert.equal(likeness(pair), "equal");
      for (const row of drop) {
        const [local, remote] = [situation.messages.local.get(row.local), situation.messages.remote.get(row.remote)];
        if (local !== undefined && remote !== undefined) assert.notEqual(likeness({ local, remote }), "equal");
      }
    }),
  );
});

test("a message is deleted only if the other side has no equal one without a pair", () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const plan = planRepair(situation);
      const after = applied(situation, plan);
      for (const side of sides) {
        const other = otherSide(side);
        const condemned = situation.rows
          .filter((row) => hasUid(plan.propagate[other], row[other]))
          .map((row) => situation.messages[side].get(row[side]))
          .filter((one) => one !== undefined);
        for (const one of condemned) {
          for (const free of unpaired(after, other)) {
            const pair = side === "local" ? { local: one, remote: free } : { local: free, remote: one };
            assert.notEqual(likeness(pair), "equal");
          }
        }
      }
    }),
  );
});

test("once it is done and the rest is copied, there is nothing to repair", () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const plan = planRepair(situation);
      const after = copied(withoutVanished(applied(situation, plan), plan));
      const again = planRepair(after);
      assert.deepEqual([again.drop, again.adopt, again.anomalies], [[], [], []]);
      assert.equal(again.keep.length, after.messages.local.size);
      assert.equal(again.keep.length, after.messages.remote.size);
    }),
  );
});

test("the plan for exchanged sides is the plan with its sides exchanged", () => {
  const exchanged = <T>({ local, remote }: PerSide<T>): PerSide<T> => ({ local: remote, remote: local });
  const told = (plan: RepairPlan, turn: <T>(pair: PerSide<T>) => PerSide<T>): unknown => ({
    drop: plan.drop.map((row) => shown(turn(row))).sort(),
    adopt: plan.adopt.map((pair) => shown(turn(perSide((side) => pair[side].uid)))).sort(),
    keep: plan.keep.map((pair) => shown(turn(perSide((side) => pair[side].uid)))).sort(),
    propagate: { ...turn(plan.propagate) },
  });
  fc.assert(
    fc.property(situations, (situation) => {
      const mirrored: RepairSituation = {
        rows: situation.rows.map(exchanged),
        messages: exchanged(situation.messages),
        uidNext: exchanged(situation.uidNext),
        floors: exchanged(situation.floors),
        vanished: exchanged(situation.vanished),
        refused: exchanged(situation.refused),
        isDoubtful: situation.isDoubtful,
        prints: situation.prints,
        keyOf: situation.keyOf,
      };
      assert.deepEqual(
        told(planRepair(mirrored), exchanged),
        told(planRepair(situation), (pair) => pair),
      );
    }),
  );
});

/** The rows as the plan leaves them. */
function applied(situation: RepairSituation, { drop, adopt }: RepairPlan): RepairSituation {
  const dropped = new Set(drop.map(shown));
  const added = adopt.map((pair) => perSide((side) => pair[side].uid));
  return { ...situation, rows: [...situation.rows.filter((row) => !dropped.has(shown(row))), ...added] };
}

function unpaired({ rows, messages }: RepairSituation, side: Side): MessageIdentity[] {
  const mapped = new Set(rows.map((row) => row[side]));
  return [...messages[side].values()].filter(({ uid }) => !mapped.has(uid));
}

/** The deletions have been carried over. */
function withoutVanished(situation: RepairSituation, { propagate }: RepairPlan): RepairSituation {
  const goes = (row: PerSide<number>): boolean => sides.some((side) => hasUid(propagate[side], row[side]));
  const gone = situation.rows.filter(goes);
  return {
    ...situation,
    rows: situation.rows.filter((row) => !goes(row)),
    messages: perSide((side) => {
      const uids = new Set(gone.map((row) => row[side]));
      return new Map([...situation.messages[side]].filter(([uid]) => !uids.has(uid)));
    }),
  };
}

/** What has no pair has been copied to the other side. */
function copied(situation: RepairSituation): RepairSituation {
  const rows = [...situation.rows];
  const messages = perSide((side) => new Map(situation.messages[side]));
  let next = uidNext;
  for (const side of sides) {
    for (const one of unpaired(situation, side)) {
      const uid = next++;
      messages[otherSide(side)].set(uid, { ...one, uid });
      rows.push(side === "local" ? { local: one.uid, remote: uid } : { local: uid, remote: one.uid });
    }
  }
  const ends = { local: next, remote: next };
  return { ...situation, rows, messages, uidNext: ends, floors: ends, vanished: perSide(() => emptyUidSet) };
}
