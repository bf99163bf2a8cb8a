// A fleet whose workers are killed and whose database is restarted: every account is complete, and no limit is passed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Campaign, runCampaign } from "../support/fleet-campaign.ts";
import { isCampaign } from "../support/turns.ts";

const reduced: Campaign = {
  ...{
    accounts: 18,
    messages: [2, 20],
    workers: 2,
    concurrency: 2,
    limit: 3,
    killEvery: { accounts: 6 },
    restartAfter: 9,
  },
};

const full: Campaign = {
  ...{ accounts: Number(process.env["ACCOUNTS"] ?? 1_000), messages: [20, 200], workers: 3, concurrency: 2, limit: 5 },
  ...{ killEvery: { seconds: 10, untilSeconds: 300 }, restartAfter: 40, say: console.log },
};

test("killed workers and a restarted database lose nothing, double nothing, and pass no limit", async (t) => {
  const campaign = isCampaign ? full : reduced;
  const { kills, messages, seconds, mostAtTarget } = await runCampaign(campaign);
  t.diagnostic(
    `${String(messages)} messages in ${seconds.toFixed(0)} s, ${String(kills)} workers killed, at most ${String(mostAtTarget)} accounts of the target at the same time`,
  );
  assert.ok(kills > 0);
});
