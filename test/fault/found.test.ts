// What the step and the cut test found, each in its smallest form.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Scenario, scenarios } from "./scenarios.ts";
import type { Disturbance } from "./steps.ts";
import { differences, reachEnd } from "./trial.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

async function assertSameEnd(name: string, disturbance: Disturbance): Promise<void> {
  const scenario: Scenario | undefined = scenarios.find((one) => one.name === name);
  assert.ok(scenario);
  const undisturbed = await reachEnd(world, { scenario, flipped: false });
  const end = await reachEnd(world, { scenario, flipped: false }, disturbance);
  assert.deepEqual(differences({ scenario, flipped: false }, { end, undisturbed }), [], end.output);
}

test("killed when the server has renamed a mailbox: it is still subscribed in the end", async () => {
  await assertSameEnd("rename", { at: /> \S+ OK Rename completed/, blow: "kill" });
});

test("cut off before it hears of copies that it finds later: no message stays suspected of the cut", async () => {
  await assertSameEnd("new messages", { at: /> \S+ OK \[APPENDUID/, blow: "cut remote" });
});

test("a repair that is cut off when it carries a deletion over: the next one still knows of the deletion", async () => {
  const at = /^local < \S+ UID STORE 6 \+FLAGS.SILENT/;
  await assertSameEnd("repair: a row leads nowhere, and changes wait", { at, blow: "cut local" });
});
