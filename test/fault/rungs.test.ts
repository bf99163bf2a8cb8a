// The step test and the cut test once more, with servers that report less: without QRESYNC, and without mod-sequences.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Profile } from "../support/strict-filter.ts";
import { conduct, isAskedFor, isFull, share } from "./campaign.ts";
import type { Scenario } from "./scenarios.ts";
import { startWorld } from "./world.ts";

const pairs: readonly (readonly [local: Profile, remote: Profile])[] = [
  ["full", "noqresync"],
  ["full", "nocondstore"],
  ["noqresync", "nocondstore"],
  ["nocondstore", "nocondstore"],
  ["full", "bare"],
];

/** Without UIDPLUS a server does not tell the UIDs of copies. */
function waitsForUids({ killedAt }: Scenario): boolean {
  return killedAt?.source.includes("APPENDUID") === true;
}

for (const [part, [local, remote]] of pairs.entries()) {
  const servers = `${local} ${remote}`;
  if (isAskedFor("SERVERS", servers))
    test(`${servers}: killed or cut off at any step and run again, it ends in the same state`, async (t) => {
      const world = await startWorld({ profiles: { local, remote } });
      t.after(() => world.stop());
      const { summary, failures } = await conduct({
        ...{ world, servers },
        blows: ["kill", "cut local", "cut remote"],
        scenarios: share(6 * part, 6 * pairs.length).filter((one) => remote !== "bare" || !waitsForUids(one)),
        sample: isFull ? Infinity : 1,
      });
      t.diagnostic(summary);
      assert.deepEqual(failures, []);
    });
}

const daemon = "daemon";
if (isAskedFor("SERVERS", daemon))
  test("a daemon whose servers have no mod-sequences reaches the same end by itself when it is cut off at any step", async (t) => {
    const world = await startWorld({ profiles: { local: "full", remote: "nocondstore" } });
    t.after(() => world.stop());
    const { summary, failures } = await conduct({
      ...{ world, servers: daemon },
      blows: ["cut local", "cut remote"],
      // As in the cut test.
      scenarios: share(3, 20).filter(({ synced, args, differs }) => synced && !args && differs !== true),
      sample: isFull ? 10 : 1,
      asDaemon: true,
    });
    t.diagnostic(summary);
    assert.deepEqual(failures, []);
  });
