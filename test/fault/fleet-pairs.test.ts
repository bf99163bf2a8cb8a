// Pairs that a fleet keeps in step while both sides change: nothing is lost or doubled, and no pair is worked on twice at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type PairsCampaign, runPairsCampaign } from "../support/pairs-campaign.ts";
import { isCampaign } from "../support/turns.ts";

const reduced: PairsCampaign = {
  ...{ pairs: 5, rhythm: 2, rounds: 3, seconds: 0, messages: [0, 3], changes: 4 },
  ...{ workers: 2, concurrency: 2, limit: 3 },
};

function given(name: string, usual: number): number {
  return Number(process.env[name] ?? usual);
}

/** PAIRS, RHYTHM (seconds), MINUTES and CHANGES (a second) may be given. */
const full = (): PairsCampaign => ({
  ...{ pairs: given("PAIRS", 200), rhythm: given("RHYTHM", 300), rounds: 1, seconds: 60 * given("MINUTES", 30) },
  ...{ messages: [5, 20], changes: given("CHANGES", 2), workers: 2, concurrency: 2, limit: 3, say: console.log },
});

test("pairs stay in step while both sides change", async (t) => {
  const { runs, changes, seconds, delay, lag, run, mostAtOnce, stateOctets } = await runPairsCampaign(
    isCampaign ? full() : reduced,
  );
  const shown = ({ median, most }: { readonly median: number; readonly most: number }): string =>
    `${median.toFixed(1)} s in the median, at most ${most.toFixed(1)} s`;
  t.diagnostic(`${String(changes)} changes and ${String(runs)} runs in ${seconds.toFixed(0)} s`);
  t.diagnostic(`lag ${shown(lag)}; a change is on the other side after ${shown(delay)}; a run takes ${shown(run)}`);
  t.diagnostic(`at most ${String(mostAtOnce)} pairs at the same time; all states have ${String(stateOctets)} octets`);
  assert.ok(Number.isFinite(delay.most));
});
