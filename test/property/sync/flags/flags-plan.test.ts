// Whatever changes on two servers, and whatever flags they can keep: one round of updates and there is peace.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type FlagSet,
  flagSet,
  keepsEveryFlag,
  type PermanentFlags,
  permanentFlags,
  storableFlags,
} from "../../../../src/model/flags.ts";
import { otherSide, type PerSide, perSide, sides } from "../../../../src/model/side.ts";
import { type FlagSituation, planFlags } from "../../../../src/sync/flags/flags-plan.ts";

const names = ["\\Seen", "\\Flagged", "\\Deleted", "a", "b"];
const hasFlag = (set: FlagSet, flag: string): boolean => set.flags.includes(flag);
const flags = fc.subarray(names).map(flagSet);
const permanent: fc.Arbitrary<PermanentFlags> = fc.oneof(
  fc.constant(permanentFlags(undefined)),
  fc.constant(permanentFlags(["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft", "\\*"])),
  fc.subarray([...names, "\\*"]).map(permanentFlags),
);

/** Both servers once agreed, as far as each can keep flags; then either was changed, or both. */
const story = fc
  .record({
    permanent: fc.record({ local: permanent, remote: permanent }),
    agreed: flags,
    changedTo: fc.record({ local: fc.option(flags), remote: fc.option(flags) }),
    isKnown: fc.record({ local: fc.boolean(), remote: fc.boolean() }),
  })
  .map(({ permanent, agreed, changedTo, isKnown }) => {
    const before = perSide((side) => storableFlags(agreed, permanent[side]));
    const changed = perSide((side) => {
      const to = changedTo[side];
      return to === null ? undefined : storableFlags(to, permanent[side]);
    });
    const now = perSide((side) => changed[side] ?? before[side]);
    // The engine reads the flags of a side before the other, which cannot keep all of them, speaks for it.
    const present = perSide((side) =>
      isKnown[side] || !keepsEveryFlag(permanent[otherSide(side)]) ? before[side] : undefined,
    );
    return { permanent, before, changed, now, present };
  });

type Changed = PerSide<FlagSet | undefined>;

function situation(changed: Changed, present: Changed): FlagSituation {
  const changes = perSide((side) => {
    const set = changed[side];
    return set && { flags: set, modSeq: 1n };
  });
  return { pair: { local: 1, remote: 2 }, changes, present };
}

interface Outcome {
  /** What each server has afterwards: of what it is told, that which it can keep. */
  readonly now: PerSide<FlagSet>;
  /** What we believe that each server has. */
  readonly believed: Changed;
  readonly updates: number;
}

function apply(given: FlagSituation, permanent: PerSide<PermanentFlags>, now: PerSide<FlagSet>): Outcome {
  const { updates } = planFlags([given], permanent);
  const told = perSide((side) => updates.find((update) => update.side === side)?.flags);
  return {
    now: perSide((side) => (told[side] === undefined ? now[side] : storableFlags(told[side], permanent[side]))),
    believed: perSide((side) => told[side] ?? given.changes[side]?.flags ?? given.present[side]),
    updates: updates.length,
  };
}

const options = { numRuns: 2000 };

test("afterwards both sides are equal, except for flags that one of them cannot keep", () => {
  fc.assert(
    fc.property(story, ({ permanent, changed, now, present }) => {
      const after = apply(situation(changed, present), permanent, now);
      for (const flag of names) {
        const isCommon = sides.every((side) => storableFlags(flagSet([flag]), permanent[side]).flags.length > 0);
        if (isCommon) assert.equal(hasFlag(after.now.local, flag), hasFlag(after.now.remote, flag), flag);
      }
    }),
    options,
  );
});

test("a flag that one side cannot keep stays on the other as it was changed there", () => {
  fc.assert(
    fc.property(story, ({ permanent, changed, now, present }) => {
      const after = apply(situation(changed, present), permanent, now);
      for (const side of sides) {
        for (const flag of names) {
          const isOursAlone = storableFlags(flagSet([flag]), permanent[otherSide(side)]).flags.length === 0;
          if (isOursAlone) assert.equal(hasFlag(after.now[side], flag), hasFlag(now[side], flag), `${side} ${flag}`);
        }
      }
    }),
    options,
  );
});

test("what was added on either side is there in the end, where it can be kept", () => {
  fc.assert(
    fc.property(story, ({ permanent, before, changed, now, present }) => {
      const after = apply(situation(changed, present), permanent, now);
      for (const side of sides) {
        for (const flag of changed[side]?.flags ?? []) {
          if (!hasFlag(before[side], flag)) assert.ok(hasFlag(after.now[side], flag), `${side} ${flag}`);
        }
      }
    }),
    options,
  );
});

test("what the servers tell of our own updates leads to no further ones", () => {
  fc.assert(
    fc.property(story, ({ permanent, changed, now, present }) => {
      const { now: heard, believed } = apply(situation(changed, present), permanent, now);
      const news = perSide((side) => (believed[side] === heard[side] ? undefined : heard[side]));
      assert.equal(apply(situation(news, believed), permanent, heard).updates, 0);
      // Nor if everything is told again, because we forgot.
      const forgot = situation(heard, { local: undefined, remote: undefined });
      assert.equal(apply(forgot, permanent, heard).updates, 0);
    }),
    options,
  );
});

test("the plan for exchanged sides is the plan with its sides exchanged", () => {
  fc.assert(
    fc.property(story, ({ permanent, changed, present }) => {
      const flip = <T>({ local, remote }: PerSide<T>): PerSide<T> => ({ local: remote, remote: local });
      const straight = planFlags([situation(changed, present)], permanent);
      const flipped = planFlags([situation(flip(changed), flip(present))], flip(permanent));
      const byKey = (updates: typeof straight.updates, exchange: boolean): string[] =>
        updates.map(({ side, flags }) => `${exchange ? otherSide(side) : side} ${flags.key}`).sort();
      assert.deepEqual(byKey(flipped.updates, true), byKey(straight.updates, false));
      assert.deepEqual(
        flipped.conflicts.map((each) => each.flags),
        straight.conflicts.map((each) => each.flags),
      );
    }),
    options,
  );
});
