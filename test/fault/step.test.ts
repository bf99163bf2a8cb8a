// The step test: the process is killed at a step, and run again. It ends where the undisturbed run ends, and then there
// is nothing left to do. campaign.ts says how to run more of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addCyrusUser, startCyrus } from "../support/cyrus.ts";
import { conduct, isFull, share } from "./campaign.ts";
import { startWorld } from "./world.ts";

test("killed at any step and run again, it ends in the same state", async (t) => {
  const world = await startWorld();
  t.after(() => world.stop());
  const { summary, failures } = await conduct({
    world,
    blows: ["kill"],
    scenarios: share(0, 8),
    sample: isFull ? Infinity : 1,
  });
  t.diagnostic(summary);
  assert.deepEqual(failures, []);
});

test("the same with Cyrus on one side", async (t) => {
  const sample = isFull ? 6 : 1;
  const server = await startCyrus();
  const world = await startWorld({ server, addUser: (name) => addCyrusUser(server, name) });
  t.after(() => world.stop());
  const { summary, failures } = await conduct({
    world,
    blows: ["kill", "cut local", "cut remote"],
    // Made anew for each trial; what an earlier kill leaves is not the same each time.
    scenarios: share(1, 20).filter(({ killedAt }) => killedAt === undefined),
    sample,
  });
  t.diagnostic(summary);
  assert.deepEqual(failures, []);
});
