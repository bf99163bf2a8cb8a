// Whatever changes on two servers, and whatever flags they can keep: one round of updates and there is peace.

import assert from "node:assert/strict";
import { test } from "node:test";
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
import { fc } from "../../../support/examples.ts";

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
    isRecorded: fc.record({ local: fc.boolean(), remote: fc.boolean() }),
  })
  .map(({ permanent, agreed, changedTo, isKnown, isRecorded }) => {
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
    const base = perSide((side) => (isRecorded[side] ? before[side] : undefined));
    return { permanent, before, changed, now, present, base };
  });

type Changed = PerSide<FlagSet | undefined>;

const nothing: Changed = { local: undefined, remote: undefined };

function situation(changed: Changed, present: Changed, base: Changed = nothing): FlagSituation {
  const changes = perSide((side) => {
    const set = changed[side];
    return set && { flags: set, modSeq: 1n };
  });
  return { pair: { local: 1, remote: 2 }, changes, present, base };
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
    fc.property(story, ({ permanent, changed, now, present, base }) => {
      const after = apply(situation(changed, present, base), permanent, now);
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
    fc.property(story, ({ permanent, changed, now, present, base }) => {
      const after = apply(situation(changed, present, base), permanent, now);
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
    fc.property(story, ({ permanent, before, changed, now, present, base }) => {
      const after = apply(situation(changed, present, base), permanent, now);
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
    fc.property(story, ({ permanent, changed, now, present, base }) => {
      const { now: heard, believed } = apply(situation(changed, present, base), permanent, now);
      const news = perSide((side) => (believed[side] === heard[side] ? undefined : heard[side]));
      for (const base of [nothing, believed])
        assert.equal(apply(situation(news, believed, base), permanent, heard).updates, 0);
      // Nor if everything is told again, because we forgot.
      const forgot = situation(heard, { local: undefined, remote: undefined });
      assert.equal(apply(forgot, permanent, heard).updates, 0);
    }),
    options,
  );
});

test("the plan for exchanged sides is the plan with its sides exchanged", () => {
  fc.assert(
    fc.property(story, ({ permanent, changed, present, base }) => {
      const flip = <T>({ local, remote }: PerSide<T>): PerSide<T> => ({ local: remote, remote: local });
      const straight = planFlags([situation(changed, present, base)], permanent);
      const flipped = planFlags([situation(flip(changed), flip(present), flip(base))], flip(permanent));
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

const isKept = (flag: string, permanent: PermanentFlags): boolean =>
  storableFlags(flagSet([flag]), permanent).flags.length > 0;

test("where it is known what both had, a flag that both can keep is what it was, but for what either did to it", () => {
  fc.assert(
    fc.property(story, ({ permanent, before, changed, now, present, base }) => {
      fc.pre(sides.every((side) => changed[side] !== undefined) && sides.some((side) => base[side] !== undefined));
      const after = apply(situation(changed, present, base), permanent, now);
      for (const flag of names.filter((flag) => sides.every((side) => isKept(flag, permanent[side])))) {
        const hadIt = hasFlag(before.local, flag);
        const wasTouched = sides.some((side) => hasFlag(now[side], flag) !== hadIt);
        for (const side of sides) assert.equal(hasFlag(after.now[side], flag), hadIt !== wasTouched, `${side} ${flag}`);
      }
    }),
    options,
  );
});

test("where it is known what both had, a side that is reported without having changed follows", () => {
  fc.assert(
    fc.property(story, fc.constantFrom(...sides), ({ permanent, before, changed, now, present, base }, still) => {
      fc.pre(sides.some((side) => base[side] !== undefined));
      const other = otherSide(still);
      const heard = { ...changed, [still]: before[still], [other]: now[other] };
      const { now: after } = apply(situation(heard, present, base), permanent, { ...now, [still]: before[still] });
      assert.equal(after[other], now[other], "it is left alone");
      for (const flag of names.filter((flag) => sides.every((side) => isKept(flag, permanent[side]))))
        assert.equal(hasFlag(after[still], flag), hasFlag(now[other], flag), flag);
    }),
    options,
  );
});

const change = fc.record({ side: fc.constantFrom(...sides), flag: fc.constantFrom(...names), isSet: fc.boolean() });

test("run after run: what one side cannot keep stays on the other until it is removed there, and each second run is silent", () => {
  fc.assert(
    fc.property(
      fc.record({ local: permanent, remote: permanent }),
      fc.record({ local: fc.boolean(), remote: fc.boolean() }),
      fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 6 }),
      (permanent, isRecorded, story) => {
        let servers = perSide(() => flagSet([]));
        let recorded = servers;
        const run = (): number => {
          const changed = perSide((side) => (servers[side] === recorded[side] ? undefined : servers[side]));
          const base = perSide((side) => (isRecorded[side] ? recorded[side] : undefined));
          // What the engine reads before it sets anything, where the other side cannot tell everything.
          const { now, updates } = apply(situation(changed, servers, base), permanent, servers);
          servers = recorded = now;
          return updates;
        };
        for (const changes of story) {
          const before = servers;
          for (const { side, flag, isSet } of changes) {
            const rest = servers[side].flags.filter((one) => one !== flag);
            servers = { ...servers, [side]: storableFlags(flagSet(isSet ? [...rest, flag] : rest), permanent[side]) };
          }
          const wanted = servers;
          run();
          for (const side of sides)
            for (const flag of names.filter((one) => !isKept(one, permanent[otherSide(side)])))
              assert.equal(hasFlag(servers[side], flag), hasFlag(wanted[side], flag), `${side} ${flag}`);
          if (changes.length === 0) assert.deepEqual(servers, before);
          assert.equal(run(), 0, "silent");
        }
      },
    ),
    options,
  );
});
