// The cut test: a connection ends at a step, be it in the middle of a literal or when the server has done what it was told and
// we have not heard of it. The next run ends where the undisturbed one ends, and then there is nothing left to do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { conduct, isFull, share } from "./campaign.ts";
import { startWorld } from "./world.ts";

test("cut off at any step and run again, it ends in the same state", async (t) => {
  const world = await startWorld();
  t.after(() => world.stop());
  const { summary, failures } = await conduct({
    world,
    blows: ["cut local", "cut remote"],
    scenarios: share(1, 8),
    sample: isFull ? Infinity : 1,
  });
  t.diagnostic(summary);
  assert.deepEqual(failures, []);
});

test("a daemon that is cut off at any step reaches the same end by itself", async (t) => {
  const world = await startWorld();
  t.after(() => world.stop());
  const { summary, failures } = await conduct({
    world,
    blows: ["cut local", "cut remote"],
    // It wants a database, takes no other command, and does not say by its exit status that messages were refused.
    scenarios: share(2, 20).filter(({ synced, args, differs }) => synced && !args && differs !== true),
    sample: isFull ? 10 : 1,
    asDaemon: true,
  });
  t.diagnostic(summary);
  assert.deepEqual(failures, []);
});
