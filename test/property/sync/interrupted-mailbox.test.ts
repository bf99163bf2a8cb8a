// Whenever the process is killed, whatever clients do meanwhile and whatever happened to the database: the next run makes
// both sides agree, nothing is lost, and nothing is there twice.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type FlagSet, noFlags, unionFlags } from "../../../src/model/flags.ts";
import { perSide, sides } from "../../../src/model/side.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { groupBy } from "../../../src/util/group-by.ts";
import { fc } from "../../support/examples.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import type { Content } from "./model/mailbox.ts";
import { assertAgreement, bodyOf, countKeys, keyOf, messagesFor, messagesOf, outcome } from "./model/outcome.ts";
import { type Act, act, begin, options, perform, stories, told, withoutLimits } from "./model/story.ts";
import type { RunOptions, World } from "./model/world.ts";

const store = openStore({ path: join(scratchDirectory("model"), "model.db") });

/** Most runs have fewer steps. */
const manySteps = 60;
/** Each ends a run, so many parts of 1000 into it. */
const kills = fc.array(fc.nat(999), { minLength: 1, maxLength: 3 });

/** Runs that are killed, and one that is not. */
async function runKilled(
  world: World,
  { kills, steps = manySteps, ...run }: RunOptions & { readonly kills: readonly number[]; readonly steps?: number },
): Promise<void> {
  for (const kill of kills) await world.run({ ...run, killAt: Math.floor((kill * steps) / 1000) });
  await world.run(run);
}

test("killed at any step, the next run reaches the same end", async () => {
  await fc.assert(
    fc.asyncProperty(stories(act({})), kills, async (story, kills) => {
      const undisturbed = await told(store, story, async (world) => {
        const { steps } = await world.run(story);
        return { steps, end: outcome(world) };
      });
      await told(store, story, async (world) => {
        await runKilled(world, { ...story, kills, steps: undisturbed.steps });
        assertAgreement(world);
        assert.deepEqual(outcome(world), undisturbed.end);
      });
    }),
    options,
  );
});

test("what servers carry out after a run was killed, at whatever step of the next one, is there once", async () => {
  await fc.assert(
    fc.asyncProperty(stories(act({})), fc.nat(999), fc.nat(1200), async (story, kill, late) => {
      const undisturbed = await told(store, story, async (world) => {
        const { steps } = await world.run(story);
        return { steps, end: outcome(world) };
      });
      const stepOf = (part: number): number => Math.floor((part * undisturbed.steps) / 1000);
      await told(store, story, async (world) => {
        const { outstanding } = await world.run({ ...story, killAt: stepOf(kill) });
        const meanwhile = new Map([[stepOf(late), () => outstanding.forEach((carryOut) => carryOut())]]);
        await world.run({ ...story, meanwhile });
        for (const carryOut of meanwhile.values()) carryOut();
        await world.run(story);
        assertAgreement(world);
        assert.deepEqual(outcome(world), undisturbed.end);
      });
    }),
    options,
  );
});

test("of messages that look alike and were never synchronised, k and m become as many as the larger number", async () => {
  const acts = act({ looksAlike: true, renumbers: true, expunges: false });
  await fc.assert(
    fc.asyncProperty(stories(acts, { maxAgreed: 0 }), kills, (story, kills) =>
      told(store, story, async (world) => {
        const expected = largestCounts(world);
        await runKilled(world, { ...story, kills });
        assertAgreement(world);
        assert.deepEqual(largestCounts(world), expected);
      }),
    ),
    options,
  );
});

/** Of each key, as many as the side with more of them has. */
function largestCounts(world: World): ReadonlyMap<string, number> {
  const { local, remote } = perSide((side) => countKeys(messagesOf(world, side)));
  const keys = [...new Set([...local.keys(), ...remote.keys()])].sort();
  return new Map(keys.map((key) => [key, Math.max(local.get(key) ?? 0, remote.get(key) ?? 0)]));
}

test("clients may go on at any moment of any run", async () => {
  const moments = fc.array(fc.tuple(fc.nat(manySteps), fc.array(act({}), { minLength: 1, maxLength: 3 })), {
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(stories(act({})), kills, moments, async (story, kills, moments) => {
      const world = begin(store, story);
      const ever = new Map<string, Content>(story.agreed.map(({ content }) => [bodyOf(content), content]));
      const expunged = new Set<string>();
      const clients = (acts: readonly Act[]): void => {
        for (const one of acts) if (one.kind === "append") ever.set(bodyOf(one.content), one.content);
        for (const body of perform(world, acts)) expunged.add(body);
      };
      try {
        clients(story.acts);
        const meanwhile = new Map(
          moments.map(([step, acts]) => [
            step,
            () => {
              clients(acts);
            },
          ]),
        );
        await runKilled(world, { ...story, meanwhile, kills });
        await world.run(story);
        assertAgreement(world);
        const most = countKeys([...ever.values()]);
        const least = countKeys([...ever].flatMap(([body, content]) => (expunged.has(body) ? [] : [content])));
        for (const side of sides) {
          const found = countKeys(messagesFor(world, side));
          for (const [key, count] of least) assert.ok((found.get(key) ?? 0) >= count, `${side}: lost ${key}`);
          for (const [key, count] of found) assert.ok(count <= (most.get(key) ?? 0), `${side}: too many of ${key}`);
        }
      } finally {
        world.close();
      }
    }),
    options,
  );
});

test("a mailbox that loses a message, and then gets one at each step, is synchronised in the same run", async () => {
  const busy = fc.record({
    on: fc.constantFrom(...sides),
    first: fc.nat(30),
    arrivals: fc.integer({ min: 8, max: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(stories(act({}), { minAgreed: 2 }), busy, (story, { on, first, arrivals }) =>
      told(store, story, async (world) => {
        const meanwhile = new Map([[first, () => void perform(world, [{ kind: "expunge", side: on, which: 0 }])]]);
        for (let i = 1; i <= arrivals; i++)
          meanwhile.set(first + i, () => {
            const bytes = Buffer.from(`Subject: arrival\r\n\r\n${String(i)}`.padEnd(60, "-"));
            perform(world, [{ kind: "append", side: on, content: { bytes, internalDate: "none" }, flags: noFlags }]);
          });
        await world.run({ ...story, meanwhile });
        await world.run(story);
        assertAgreement(world);
      }),
    ),
    options,
  );
});

test("a flag that nobody takes away is never lost, whenever it was added", async () => {
  const adds = act({ expunges: false, onlyAdds: true });
  const moments = fc.array(fc.tuple(fc.nat(manySteps), fc.array(adds, { minLength: 1, maxLength: 3 })), {
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(stories(adds).map(withoutLimits), kills, moments, (story, kills, moments) =>
      told(store, story, async (world) => {
        const added = new Map<string, FlagSet>();
        const note = (): void => {
          for (const message of sides.flatMap((side) => messagesOf(world, side))) {
            const body = bodyOf(message);
            added.set(body, unionFlags(added.get(body) ?? message.flags, message.flags));
          }
        };
        note();
        const meanwhile = new Map(
          moments.map(([step, acts]) => [
            step,
            () => {
              perform(world, acts);
              note();
            },
          ]),
        );
        await runKilled(world, { ...story, meanwhile, kills });
        await world.run(story);
        const all = sides.flatMap((side) => messagesOf(world, side));
        // Twins may change places.
        const twins = groupBy(all, keyOf);
        const isTwin = (one: Content): boolean => new Set(twins.get(keyOf(one))?.map(bodyOf)).size > 1;
        for (const message of all)
          if (!isTwin(message)) assert.equal(message.flags.key, added.get(bodyOf(message))?.key);
      }),
    ),
    options,
  );
});

const damages = fc.array(
  fc.record({ kind: fc.constantFrom("lose", "invent", "exchange", "misdirect"), which: fc.nat(9), other: fc.nat(9) }),
  { minLength: 1, maxLength: 4 },
);

test("whatever happened to the rows, repairing mends them, deletes nothing and copies nothing that is there", async () => {
  const acts = act({ expunges: false });
  await fc.assert(
    fc.asyncProperty(stories(acts), damages, fc.array(acts, { maxLength: 4 }), kills, (story, damages, later, kills) =>
      told(store, story, async (world) => {
        await world.run(story);
        damage(world, damages);
        perform(world, later);
        const bodies = new Set(sides.flatMap((side) => messagesOf(world, side).map(bodyOf)));
        await runKilled(world, { ...story, repairs: true, kills });
        assertAgreement(world);
        for (const side of sides) assert.deepEqual(messagesFor(world, side).map(bodyOf).sort(), [...bodies].sort());
      }),
    ),
    options,
  );
});

type Damage = typeof damages extends fc.Arbitrary<infer T> ? T : never;

function damage({ idx }: World, damages: Damage): void {
  for (const [i, { kind, which, other }] of damages.entries()) {
    if (kind === "invent") {
      store.mappings.add(idx, [{ local: 900 + i, remote: 999 - i }]);
      continue;
    }
    const rows = [...store.mappings.all(idx, 1000)].flat();
    const [one, another] = [rows[which % rows.length], rows[other % rows.length]];
    if (one === undefined || another === undefined) continue;
    store.mappings.remove(idx, [one.local, another.local]);
    // UID 1 is one that was there long ago, or still is.
    if (kind === "misdirect" && !rows.some(({ remote }) => remote === 1)) {
      store.mappings.add(idx, [{ local: one.local, remote: 1 }]);
      continue;
    }
    if (kind === "lose" || one === another) continue;
    store.mappings.add(idx, [
      { local: one.local, remote: another.remote },
      { local: another.local, remote: one.remote },
    ]);
  }
}
