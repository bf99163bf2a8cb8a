// The lying servers: at one response a server says what is not so, or not all, or not in its place. Nothing that no client
// deleted is gone afterwards, nothing is there twice, the run ends, and when the servers tell the truth again both sides agree.
// campaign.ts says how to run more of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addCyrusUser, startCyrus } from "../support/cyrus.ts";
import { isFull, seed, share } from "./campaign.ts";
import { conductLies } from "./lie-campaign.ts";
import { startWorld } from "./world.ts";

test("whatever a server says once, nothing is lost, and the truth makes both sides agree", async (t) => {
  const world = await startWorld();
  t.after(() => world.stop());
  const { summary, failures } = await conductLies({
    name: t.name,
    world,
    scenarios: share(seed % 10, 10),
    sample: isFull ? Infinity : 3,
    places: 2,
  });
  t.diagnostic(summary);
  assert.deepEqual(failures, []);
});

test("the same with Cyrus on one side", async (t) => {
  const server = await startCyrus();
  const world = await startWorld({ server, addUser: (name) => addCyrusUser(server, name) });
  t.after(() => world.stop());
  const { summary, failures } = await conductLies({
    name: t.name,
    world,
    // Made anew for each trial; what an earlier kill leaves is not the same each time.
    scenarios: share(seed % 20, 20).filter(({ killedAt, quota }) => killedAt === undefined && quota === undefined),
    sample: isFull ? Infinity : 3,
    // The other side is a Dovecot, which lies to another Dovecot in the test before.
    liars: ["remote"],
    places: 1,
  });
  t.diagnostic(summary);
  assert.deepEqual(failures, []);
});
