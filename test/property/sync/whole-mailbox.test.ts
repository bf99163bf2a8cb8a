// The plans as a whole: whatever clients did to both sides of a mailbox, the worker makes them agree, once and for all.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { unionFlags } from "../../../src/model/flags.ts";
import { otherSide, type PerSide, perSide, sides } from "../../../src/model/side.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { fc } from "../../support/examples.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import type { ModSeqs } from "./model/mailbox.ts";
import { assertAgreement, assertSameMail, bodyOf, everything, messagesFor, messagesOf } from "./model/outcome.ts";
import {
  act,
  begin,
  exchanged,
  flipped,
  options,
  perform,
  stories,
  type Story,
  told,
  withoutLimits,
} from "./model/story.ts";
import type { World } from "./model/world.ts";

const store = openStore({ path: join(scratchDirectory("model"), "model.db") });
const anything = stories(act({ looksAlike: true, renumbers: true }));

test("afterwards both sides agree: nothing is lost, nothing twice, and what was deleted is gone", async () => {
  await fc.assert(
    fc.asyncProperty(stories(act({})), (story) =>
      told(store, story, async (world) => {
        const bodiesOn = (side: "local" | "remote"): Set<string> => new Set(messagesOf(world, side).map(bodyOf));
        const before = perSide(bodiesOn);
        const agreed = new Set(story.agreed.map(({ content }) => bodyOf(content)));
        const isGone = (body: string): boolean => agreed.has(body) && !sides.every((side) => before[side].has(body));
        const expected = [...new Set([...before.local, ...before.remote])].filter((body) => !isGone(body)).sort();
        await world.run(story);
        assertAgreement(world);
        for (const side of sides) assert.deepEqual(messagesFor(world, side).map(bodyOf).sort(), expected);
      }),
    ),
    options,
  );
});

test("flags changed on one side become those of both; changed on both, their union", async () => {
  await fc.assert(
    fc.asyncProperty(stories(act({})).map(withoutLimits), (story) =>
      told(store, story, async (world) => {
        const expected = expectedFlags(world);
        await world.run(story);
        for (const side of sides) {
          for (const message of messagesOf(world, side)) {
            assert.equal(message.flags.key, expected.get(bodyOf(message)));
          }
        }
      }),
    ),
    options,
  );
});

/** By body, before the run. */
function expectedFlags(world: World): ReadonlyMap<string, string> {
  const since = perSide((side) => world.known.states[side]?.highestModSeq ?? 0n);
  const byBody = perSide((side) => new Map(messagesOf(world, side).map((message) => [bodyOf(message), message])));
  const flagsOf = (side: "local" | "remote", body: string): string => {
    const [ours, theirs] = [byBody[side].get(body)!, byBody[otherSide(side)].get(body)];
    const haveChanged = { ours: ours.modSeq > since[side], theirs: (theirs?.modSeq ?? 0n) > since[otherSide(side)] };
    if (theirs === undefined || !haveChanged.theirs) return ours.flags.key;
    return haveChanged.ours ? unionFlags(ours.flags, theirs.flags).key : theirs.flags.key;
  };
  return new Map(sides.flatMap((side) => [...byBody[side].keys()].map((body) => [body, flagsOf(side, body)] as const)));
}

test("another run finds nothing to do, however thoroughly it looks", async () => {
  await fc.assert(
    fc.asyncProperty(anything, fc.boolean(), (story, repairs) =>
      told(store, story, async (world) => {
        await world.run(story);
        assert.equal(world.isDirty, false);
        const before = everything(world);
        // Repairing offers once more what was refused.
        const { events } = await world.run({ repairs: repairs && store.refusals.messages(world.idx).length === 0 });
        assert.deepEqual(events, []);
        assert.deepEqual(everything(world), before);
      }),
    ),
    options,
  );
});

const untoldModSeqs = fc
  .record({
    side: fc.constantFrom(...sides),
    hidden: fc.constantFrom<ModSeqs>("zero", "none"),
    other: fc.constantFrom<ModSeqs>("kept", "kept", "zero", "none"),
  })
  .map(({ side, hidden, other }) => perSide((on) => (on === side ? hidden : other)));

test("a server that tells nothing of what changes is looked through: both agree, and what one side changed stays", async () => {
  await fc.assert(
    fc.asyncProperty(
      stories(act({})).map(withoutLimits),
      untoldModSeqs,
      fc.array(act({}), { maxLength: 5 }),
      async (story, modSeqs, later) => {
        const world = begin(store, { ...story, modSeqs });
        // Where neither side tells, nobody knows which flags are the older ones.
        const hasSoundSide = sides.some((side) => modSeqs[side] === "kept");
        try {
          for (const acts of [story.acts, later]) {
            const before = perSide((side) => new Map(messagesOf(world, side).map((one) => [one.uid, one.modSeq])));
            const changed = perSide(() => new Map<string, string>());
            const expunged = perform(world, acts);
            for (const side of sides)
              for (const one of messagesOf(world, side))
                if (before[side].get(one.uid) !== one.modSeq) changed[side].set(bodyOf(one), one.flags.key);
            await world.run(story);
            assertSameMail(world);
            for (const side of sides) {
              const there = new Map(messagesOf(world, side).map((one) => [bodyOf(one), one.flags.key]));
              for (const body of expunged) assert.ok(!there.has(body), `${side}: ${body} is back`);
              for (const [body, flags] of changed[side])
                if (hasSoundSide && !changed[otherSide(side)].has(body) && there.has(body))
                  assert.equal(there.get(body), flags, `${side}: ${body}`);
            }
          }
        } finally {
          world.close();
        }
      },
    ),
    options,
  );
});

test("the mirrored story has the mirrored end", async () => {
  type End = PerSide<{ readonly messages: readonly string[]; readonly rows: readonly string[] }>;
  const end = (story: Story): Promise<End> =>
    told(store, story, async (world) => {
      await world.run(story);
      return perSide((side) => ({
        messages: messagesOf(world, side).map((one) => `${String(one.uid)} ${one.flags.key} ${bodyOf(one)}`),
        rows: world.rows.map((row) => `${String(row[side])} ${String(row[otherSide(side)])}`).sort(),
      }));
    });
  await fc.assert(
    fc.asyncProperty(anything, async (story) => {
      assert.deepEqual(exchanged(await end(flipped(story))), await end(story));
    }),
    options,
  );
});
