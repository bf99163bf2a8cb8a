// Where a server does not report which flags changed, they are recorded; and so it is known which were set and which removed.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { flagSet, storableFlags } from "../../../src/model/flags.ts";
import { type PerSide, perSide, type Side, sides } from "../../../src/model/side.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { fc } from "../../support/examples.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import type { ModSeqs } from "./model/mailbox.ts";
import { assertSameMail, bodyOf, everything, messagesOf } from "./model/outcome.ts";
import { act, begin, options, perform, stories } from "./model/story.ts";
import type { World } from "./model/world.ts";

const store = openStore({ path: join(scratchDirectory("model"), "model.db") });

type Flags = PerSide<ReadonlyMap<string, ReadonlySet<string>>>;

/** By body. */
function flagsOf(world: World): Flags {
  return perSide((side) => new Map(messagesOf(world, side).map((one) => [bodyOf(one), new Set(one.flags.flags)])));
}

const modSeqs = fc.record({
  local: fc.constantFrom<ModSeqs>("none", "kept"),
  remote: fc.constantFrom<ModSeqs>("none", "kept"),
});
const isUnreported = (one: PerSide<ModSeqs>): boolean => sides.some((side) => one[side] === "none");

test("whatever both sides did to a flag that both can keep is done on both, be it in a second attempt, and then there is nothing to do", async () => {
  await fc.assert(
    fc.asyncProperty(
      stories(act({ expunges: false }), { minAgreed: 1 }),
      modSeqs.filter(isUnreported),
      fc.array(fc.array(act({}), { maxLength: 6 }), { maxLength: 4 }),
      fc.option(fc.nat(60), { nil: undefined }),
      async (story, modSeqs, rounds, killAt) => {
        const world = begin(store, { ...story, modSeqs });
        try {
          // From then on flags are recorded.
          await world.run(story);
          for (const acts of rounds) {
            const before = flagsOf(world);
            perform(world, acts);
            const meant = flagsOf(world);
            if (killAt !== undefined) await world.run({ ...story, killAt });
            await world.run(story);
            assertSameMail(world);
            assertMerged(world, before, meant);
            const settled = everything(world);
            await world.run();
            assert.deepEqual(everything(world), settled);
          }
        } finally {
          world.close();
        }
      },
    ),
    options,
  );
});

function assertMerged(world: World, before: Flags, meant: Flags): void {
  const after = flagsOf(world);
  for (const body of before.local.keys()) {
    if (!sides.every((side) => [before, meant, after].every((then) => then[side].has(body)))) continue;
    for (const flag of ["\\Seen", "\\Flagged", "\\Deleted", "a", "b"]) {
      const has = (then: Flags, side: Side): boolean => then[side].get(body)!.has(flag);
      if (sides.every((side) => keeps(world, side, flag))) {
        const had = has(before, "local");
        const wasTouched = sides.some((side) => has(meant, side) !== had);
        for (const side of sides) assert.equal(has(after, side), had !== wasTouched, `${side}: ${flag} of ${body}`);
      } else for (const side of sides) assert.equal(has(after, side), has(meant, side), `${side}: ${flag} of ${body}`);
    }
  }
}

function keeps(world: World, side: Side, flag: string): boolean {
  const { permanentFlags } = world.mailboxes[side];
  return storableFlags(flagSet([flag]), permanentFlags).flags.length > 0;
}
