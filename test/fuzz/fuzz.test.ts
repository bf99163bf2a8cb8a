// A short run of npm run fuzz.

import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleSeed } from "../support/examples.ts";
import { fuzz } from "./campaign.ts";

test("no server's words crash a session, hang it, or get past its checks", async () => {
  const { failures } = await fuzz({ seed: exampleSeed, count: 1500, sessionsEvery: 300 });
  const shown = failures.map((one) => `SEED=${String(one.seed)} COUNT=1 npm run fuzz: ${one.fault}\n${one.shortest}`);
  assert.deepEqual(shown, []);
});
