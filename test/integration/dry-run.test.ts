// --dry-run: what it says is what the run behind it does, and it changes nothing anywhere.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { populate } from "../support/mail-store.ts";
import { mutate } from "../support/mutate.ts";
import { seededRandom } from "../support/random.ts";
import { type InterimapHome, makeHome, runInterimap, type RunResult } from "../support/run-interimap.ts";
import { diffSnapshots, type MailStoreSnapshot, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import type { Profile } from "../support/strict-filter.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, expunge, mail, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { filtered, type Peer } from "./any-server.ts";
import type { Pair } from "./converge.ts";

const onOne = inTurn(sides);

const settings = { "log-format": "json" };

interface Logged {
  readonly event?: string;
  readonly side?: Side;
  readonly mailbox?: string;
  readonly [field: string]: unknown;
}

function logged({ stderr }: RunResult): Logged[] {
  return stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Logged);
}

function countUids(set: unknown): number {
  return String(set)
    .split(",")
    .map((range) => range.split(":").map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0);
}

/** `side mailbox: what count`, sorted. */
function figures(events: readonly Logged[]): string[] {
  const counts = new Map<string, number>();
  const note = ({ side, mailbox }: Logged, what: string, count: unknown): void => {
    const key = `${side ?? "database"} ${mailbox ?? ""}: ${what}`;
    if (Number(count) > 0) counts.set(key, (counts.get(key) ?? 0) + Number(count));
  };
  for (const one of events) {
    if (one.event === "messages-planned") {
      note(one, "copies", one["copies"]);
      note(one, "deletions", one["deletions"]);
      note(one, "flags", one["flagChanges"]);
    }
    if (one.event === "moves-planned") note(one, "moves", one["count"]);
    // All servers here have MOVE. What one of them copies from another of its mailboxes is planned like any copy.
    if (one.event === "messages-moved" && one["isCopy"] === true)
      note({ ...one, mailbox: String(one["to"]) }, "copies", countUids(one["sourceUids"]));
    else if (one.event === "messages-moved") note(one, "moves", countUids(one["sourceUids"]));
    if (one.event === "messages-added") note(one, "copies", countUids(one["uids"]));
    if (one.event === "messages-removed") note(one, "deletions", countUids(one["uids"]));
    if (one.event === "flags-updated") note(one, "flags", countUids(one["uids"]));
    if (["mailbox-created", "mailbox-renamed", "mailbox-deleted"].includes(one.event ?? "")) note(one, one.event!, 1);
  }
  return [...counts].map(([key, count]) => `${key} ${String(count)}`).sort();
}

interface Everything extends PerSide<MailStoreSnapshot> {
  readonly database: Buffer | undefined;
  readonly files: readonly string[];
}

async function everything({ home, local, remote }: Pair): Promise<Everything> {
  return {
    ...{ local: await snapshot(local), remote: await snapshot(remote) },
    database: existsSync(home.databaseFile) ? readFileSync(home.databaseFile) : undefined,
    files: readdirSync(home.directory, { recursive: true }).map(String).sort(),
  };
}

/** Asserts that nothing is another than before. */
async function rehearse(pair: Pair, ...args: readonly string[]): Promise<RunResult> {
  const before = await everything(pair);
  const result = await runInterimap(pair.home, ["--dry-run", ...args]);
  const now = await everything(pair);
  for (const side of sides) assert.deepEqual(diffSnapshots(now[side], before[side]), [], result.stderr);
  assert.deepEqual([now.database, now.files], [before.database, before.files], result.stderr);
  return result;
}

const profiles: readonly (readonly [local: Profile, remote: Profile])[] = [
  ["full", "full"],
  ["full", "noqresync"],
  ["nocondstore", "full"],
];

for (const [local, remote] of profiles)
  describe(`${local} and ${remote}`, () => {
    let peers: PerSide<Peer>;
    let home: InterimapHome;
    before(async () => {
      peers = { local: await filtered(local), remote: await filtered(remote) };
      home = makeHome({ local: peers.local.section, remote: peers.remote.section, settings });
      await populate(peers.remote.server, { seed: 31, mailboxes: 6, messages: 60 });
    });
    after(async () => {
      home.remove();
      await Promise.all(sides.map((side) => peers[side].stop()));
    });

    test("what it says is done by the next run, round after round", async () => {
      const random = seededRandom(31);
      const pair = { home, local: peers.local.server, remote: peers.remote.server };
      for (let round = 0; round < 3; round++) {
        const changes =
          round === 0 ? [] : await Promise.all(sides.map((side) => mutate(random, pair[side], { side, changes: 12 })));
        const planned = await rehearse(pair);
        const done = await runInterimap(home);
        assert.equal(done.status, 0, done.stderr);
        const context = `round ${String(round)} ${JSON.stringify(changes).slice(0, 2_000)}\n${planned.stderr}\n${done.stderr}`;
        assert.deepEqual(figures(logged(planned)), figures(logged(done)), context);
        assert.equal(planned.status, 0, planned.stderr);
        assert.deepEqual(figures(logged(await rehearse(pair))), []);
      }
    });
  });

const { server } = await startAll({ server: startDovecot() });

async function synchronised(t: TestContext, count = 4): Promise<TwoStores> {
  const stores = await twoStores(t, { local: server, remote: server });
  await deliver(stores.local, "INBOX", ...mails("m", count));
  await command(stores.remote, "CREATE Other");
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 0, stderr);
  return stores;
}

test("lines for people, and a sum", async (t) => {
  const stores = await synchronised(t);
  await expunge(stores.local, "1");
  await deliver(stores.remote, "INBOX", mail("new"));
  await deliver(stores.remote, "Other", mail("more"));
  await command(stores.local, "CREATE Third");
  const { status, stderr } = await rehearse(stores);
  assert.equal(status, 0);
  const lines = stderr
    .replace(/\(\d+ B\)/g, "(SIZE)")
    .split("\n")
    .slice(0, -1);
  // Mailboxes are worked on side by side.
  assert.deepEqual(lines.slice(1, -1).sort(), [
    "local(INBOX): Would add 1 message (SIZE)",
    "local(Other): Would add 1 message (SIZE)",
    "remote(INBOX): Would remove 1 message",
    "remote(Third): Would create mailbox",
  ]);
  assert.deepEqual(
    [lines[0], lines.at(-1)],
    [
      "Dry run: nothing is changed",
      "Dry run: nothing was changed; 1 change of mailboxes, 2 messages to copy (SIZE), 1 to delete",
    ],
  );
});

for (const side of sides)
  onOne(side)(
    `more than may be deleted, gone from the ${side} server: the dry run ends as the run would`,
    async (t) => {
      const stores = await synchronised(t, 30);
      await expunge(stores[side], "1:30");
      const planned = await rehearse(stores);
      const done = await runInterimap(stores.home);
      assert.equal(planned.status, done.status, planned.stderr);
      assert.notEqual(done.status, 0);
      const refusal = /(?:vanished|emptied|lost).*$/m;
      assert.equal(refusal.exec(planned.stderr)?.[0], refusal.exec(done.stderr)?.[0], planned.stderr);
      const allowed = await rehearse(stores, "--allow-mass-delete");
      assert.match(allowed.stderr, new RegExp(`^${otherSide(side)}\\(INBOX\\): Would remove 30 messages$`, "m"));
      assert.equal((await contents(stores[otherSide(side)])).length, 30);
    },
  );

test("--delete and --rename", async (t) => {
  const stores = await synchronised(t);
  const deletion = await rehearse(stores, "--delete", "Other");
  assert.equal(deletion.status, 0);
  for (const side of sides)
    assert.match(deletion.stderr, new RegExp(`^${side}\\(Other\\): Would delete mailbox$`, "m"));
  assert.match(deletion.stderr, /^Would remove "Other" from the database$/m);
  const renaming = await rehearse(stores, "--rename", "Other", "Another");
  assert.equal(renaming.status, 0);
  for (const side of sides)
    assert.match(renaming.stderr, new RegExp(`^${side}\\(Other\\): Would rename to "Another"$`, "m"));
  const target = await rehearse(stores, "--target=remote", "--delete", "Other");
  assert.doesNotMatch(target.stderr, /^local|database/m);
  assert.equal((await rehearse(stores, "--delete", "Nowhere")).status, 1);
});

test("--repair says what is wrong, and mends nothing", async (t) => {
  const stores = await synchronised(t);
  await command(stores.remote, "SELECT INBOX", "UID STORE 2 +FLAGS.SILENT (\\Flagged)");
  const planned = await rehearse(stores, "--repair");
  assert.equal(planned.status, 0, planned.stderr);
  assert.match(planned.stderr, /^local\(INBOX\): Would change the flags of 1 message$/m);
});

test("two mailboxes that exchanged their names", async (t) => {
  const stores = await synchronised(t);
  await command(stores.local, "CREATE Third");
  await deliver(stores.local, "Third", mail("third"));
  await deliver(stores.local, "Other", mail("other"));
  assert.equal((await runInterimap(stores.home)).status, 0);
  await command(stores.local, "RENAME Other Aside", "RENAME Third Other", "RENAME Aside Third");
  const { status, stderr } = await rehearse(stores);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^remote\(Other\): Would rename to "Third"$/m);
  assert.match(stderr, /^remote\(Third\): Would rename to "Other"$/m);
});

test("a database of other accounts is named as it is called", async (t) => {
  const stores = await synchronised(t);
  const text = readFileSync(stores.home.configFile, "utf8");
  writeFileSync(stores.home.configFile, text.replace(/^username = .*$/m, "username = another"));
  const { status, stderr } = await runInterimap(stores.home, ["--dry-run"]);
  assert.equal(status, 65, stderr);
  assert.ok(stderr.includes(`the database ${stores.home.databaseFile} belongs to other accounts`), stderr);
});

test("it goes with no daemon, and with no --status", async (t) => {
  const stores = await synchronised(t);
  for (const args of [["--watch"], ["--notify"], ["--status"], ["check"]])
    assert.equal((await runInterimap(stores.home, ["--dry-run", ...args])).status, 64);
});
