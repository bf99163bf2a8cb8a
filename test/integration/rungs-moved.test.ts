// Servers that gain or lose extensions between two runs: what each run finds does not depend on what the one before knew. That
// costs a look, and nothing else.

import assert from "node:assert/strict";
import { after, describe, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { type Profile, startStrictFilter } from "../support/strict-filter.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import { contents, deliver, expunge, mail, mails, store, type TwoStores } from "../support/two-stores.ts";
import { assertOnlyLooked } from "./converge.ts";

const onOne = inTurn(sides);

const { whole, behind } = await startAll({ whole: startDovecot(), behind: startDovecot() });
const filter = await startStrictFilter(behind, { profile: "full" });
after(() => filter.stop());

/** By each step from one to another. */
const path: readonly Profile[] = [
  ...(["full", "noqresync", "nocondstore", "noqresync", "full", "nocondstore", "full"] as const),
  ...(["bare", "noqresync", "bare", "full"] as const),
];

/** As clients do that know the servers without the filter. Both have a message under the same UID, to begin with. */
async function change(servers: PerSide<MailServer>, round: number): Promise<void> {
  const [first, second, third] = [2 * round + 1, 2 * round + 2, 2 * round + 3].map(String);
  for (const side of sides) await deliver(servers[side], "INBOX", mail(`${side}-${String(round)}`));
  await store(servers.local, `${third!} +FLAGS (\\Flagged)`);
  await store(servers.remote, `${third!} +FLAGS (\\Answered)`);
  await expunge(servers.local, first!);
  await expunge(servers.remote, second!);
}

for (const side of sides) {
  const test = onOne(side);
  describe(`the ${side} server`, () => {
    test("is another one in each run: nothing is lost, doubled or put back", async (t) => {
      const stores = await storesOn(t, side);
      const { host, port } = behind;
      const direct = { local: stores.local, remote: stores.remote, [side]: { ...stores[side], host, port } };
      let isFirst = true;
      for (const [round, profile] of path.entries()) {
        filter.become({ profile });
        if (!isFirst) await change(direct, round - 1);
        isFirst = false;
        const before = await expected(direct);
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 0, stderr);
        assert.doesNotMatch(stderr, /does not report|WARNING|skipped/i, profile);
        const [local, remote] = [await contents(direct.local), await contents(direct.remote)];
        assert.deepEqual(local, remote, `${profile}\n${stderr}`);
        assert.deepEqual(new Set(local.map((text) => text.split(" ")[0])), before, `${profile}\n${stderr}`);
        const silent = await runInterimap(stores.home, ["--debug"]);
        assert.equal(silent.status, 0, silent.stderr);
        assertOnlyLooked(silent.stderr);
      }
      assert.deepEqual(filter.violations, []);
    });
  });
}

async function storesOn(t: TestContext, side: Side): Promise<TwoStores> {
  filter.become({ profile: "full" });
  const servers = { [side]: filter.server, [otherSide(side)]: whole } as unknown as PerSide<MailServer>;
  return synchronisedStores(t, servers, {
    prepare: async (stores) => deliver(stores[side], "INBOX", ...mails("m", 40)),
  });
}

/** The messages that both have, and those that only one has because they are new. */
async function expected(servers: PerSide<MailServer>): Promise<ReadonlySet<string>> {
  const [local, remote] = await Promise.all(
    sides.map(async (side) => new Set((await contents(servers[side])).map((text) => text.split(" ")[0]!))),
  );
  const isNew = (name: string): boolean => /^(?:local|remote)-/.test(name);
  const all = [...local!, ...remote!];
  return new Set(all.filter((name) => (local!.has(name) && remote!.has(name)) || isNew(name)));
}
