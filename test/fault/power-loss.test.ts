// The loss of power: the process ends at a step, and of its commits the last ones are gone, as many as may be: those after the
// last that waited for the disk (docs/adr/0001-journal-mode.md). The servers keep what was done. The next run ends where the
// undisturbed one ends, and then there is nothing left to do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { conduct, isFull } from "./campaign.ts";
import { scenarios } from "./scenarios.ts";
import { startWorld } from "./world.ts";

const sampled = [
  "new on both sides",
  "first run, both hold the same mail",
  "first run, twins on both sides",
  "flags on both sides",
  "expunge on both sides",
  "everything at once in one mailbox",
  "a mailbox is created and subscribed",
  "a big batch",
];

test("whatever the loss of power at any step takes away of the database, it ends in the same state", async (t) => {
  const world = await startWorld();
  t.after(() => world.stop());
  const { summary, failures } = await conduct({
    world,
    blows: ["power off"],
    scenarios: scenarios.filter(({ name }) => isFull || sampled.includes(name)),
    sample: isFull ? Infinity : 2,
  });
  t.diagnostic(summary);
  assert.deepEqual(failures, []);
});
