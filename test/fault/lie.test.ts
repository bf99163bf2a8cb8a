// The lying servers: at one response a server says what is not so, or not all, or not in its place. Nothing that no client
// deleted is gone afterwards, nothing is there twice, the run ends, and when the servers tell the truth again both sides agree.
// campaign.ts says how to run more of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isFull, share } from "./campaign.ts";
import { conductLies } from "./lie-campaign.ts";
import { startWorld } from "./world.ts";

test("whatever a server says once, nothing is lost, and the truth makes both sides agree", async (t) => {
  const world = await startWorld();
  t.after(() => world.stop());
  const { summary, failures } = await conductLies({
    world,
    scenarios: share(0, 4),
    sample: isFull ? Infinity : 12,
  });
  t.diagnostic(summary);
  assert.deepEqual(failures, []);
});
