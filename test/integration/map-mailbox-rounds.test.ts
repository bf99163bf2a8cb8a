// Rounds of random changes on both sides where mailboxes have other names on the remote server: some with others below them,
// two with exchanged names. The seed is in the test's name.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type NamePair, ourName } from "../../src/model/name-pairs.ts";
import type { PerSide } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { wireName } from "../support/mailbox-names.ts";
import { describeChange, mutate } from "../support/mutate.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { type InterimapHome, makeHome, plainText, runInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, type MailStoreSnapshot, snapshot } from "../support/snapshot.ts";
import { command, deliver, mails } from "../support/two-stores.ts";
import { filtered, type Peer } from "./any-server.ts";
import { assertNothingToChange } from "./converge.ts";

const pairs: readonly NamePair[] = [
  { ours: "a", theirs: "x" },
  { ours: "a\0c", theirs: "y\0z" },
  { ours: "d", theirs: "e" },
  { ours: "e", theirs: "d" },
  { ours: "f\0g", theirs: "g" },
];
const firstOf = { local: ["a", "a\0b", "a\0c", "d"], remote: ["x\0later", "y\0z", "d", "g"] };

/** As the local server would call everything. */
function asOurs({ mailboxes, subscribed }: MailStoreSnapshot): MailStoreSnapshot {
  const name = (theirs: string): string => ourName(theirs, pairs) ?? `shadowed ${theirs}`;
  return {
    mailboxes: new Map([...mailboxes].map(([theirs, messages]) => [name(theirs), messages])),
    subscribed: new Set([...subscribed].map(name)),
  };
}

const unfiltered = async (starting: ReturnType<typeof startDovecot>): Promise<Peer> => {
  const server = await starting;
  return { server, section: plainText(server), violations: [], stop: () => server.stop() };
};

const settings: readonly { name: string; seed: number; peers: PerSide<() => Promise<Peer>> }[] = [
  {
    name: "two Dovecots with other delimiters",
    seed: 501,
    peers: {
      local: () => unfiltered(startDovecot()),
      remote: () => unfiltered(startDovecot({ separator: "." })),
    },
  },
  {
    name: "a bare server and Cyrus",
    seed: 502,
    peers: { local: () => filtered("bare"), remote: () => unfiltered(startCyrus()) },
  },
  {
    name: "Dovecot and a bare server",
    seed: 503,
    peers: { local: () => unfiltered(startDovecot({ separator: "." })), remote: () => filtered("bare") },
  },
];

for (const { name, seed, peers } of settings) {
  describe(`${name} (seed ${seed})`, () => {
    const random: Random = seededRandom(seed);
    let home: InterimapHome;
    let local: Peer;
    let remote: Peer;

    const converge = async (context: string): Promise<void> => {
      const { status, stderr } = await runInterimap(home);
      assert.equal(status, 0, `${context}\n${stderr}`);
      const differences = diffSnapshots(await snapshot(local.server), asOurs(await snapshot(remote.server)));
      assert.deepEqual(differences, [], `${context}\n${stderr}`);
      await assertNothingToChange({ home, local: local.server, remote: remote.server }, context);
    };

    before(async () => {
      [local, remote] = await Promise.all([peers.local(), peers.remote()]);
      const lines = pairs.map(
        ({ ours, theirs }) => `"${ours.replaceAll("\0", "\\x00")}" = "${theirs.replaceAll("\0", "\\x00")}"`,
      );
      home = makeHome({
        local: local.section,
        remote: remote.section,
        settings: { "map-mailbox": lines.join("\nmap-mailbox = ") },
      });
      for (const [{ server }, names] of [
        [local, firstOf.local],
        [remote, firstOf.remote],
      ] as const)
        for (const one of names) {
          const wire = wireName(server, one);
          await command(server, `CREATE "${wire}"`);
          await deliver(server, wire, ...mails(one.replaceAll("\0", "-"), 5));
        }
    });

    after(async () => {
      home.remove();
      await Promise.all([local.stop(), remote.stop()]);
    });

    test("the first run pairs them, and each of four rounds of changes is carried over", async () => {
      await converge("first");
      for (let round = 0; round < 4; round++) {
        const made = [
          ...(await mutate(random, local.server, { side: "local", changes: 10 })),
          ...(await mutate(random, remote.server, { side: "remote", changes: 10 })),
        ];
        await converge(made.map(describeChange).join("\n"));
      }
    });

    test("the servers were asked for nothing that they lack", () => {
      assert.deepEqual([...local.violations, ...remote.violations], []);
    });
  });
}
