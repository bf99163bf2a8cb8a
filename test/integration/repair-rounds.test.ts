// Random damage to the database, and changes behind its back, each time followed by --repair: nothing is lost, nothing is
// there twice, both sides are identical, and a plain run afterwards finds nothing to do. The seed is in the test's name.

import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { test } from "node:test";
import { type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { type Random, seededRandom } from "../support/random.ts";
import type { AppendMessage } from "../support/raw-imap.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, type MailStoreSnapshot, snapshot } from "../support/snapshot.ts";
import { isCampaign } from "../support/turns.ts";
import {
  asClient,
  deliver,
  expunge,
  mail,
  store,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

interface Pairing {
  readonly name: string;
  readonly start: () => Promise<readonly [MailServer, MailServer]>;
  readonly rounds: number;
  readonly seed: number;
}

const pairings: readonly Pairing[] = [
  {
    name: "two Dovecots",
    start: () => Promise.all([startDovecot(), startDovecot()]),
    rounds: isCampaign ? 100 : 8,
    seed: 201,
  },
  {
    name: "Dovecot and Cyrus",
    start: () => Promise.all([startDovecot(), startCyrus({ users: userNames })]),
    rounds: isCampaign ? 50 : 3,
    seed: 202,
  },
];

const flags = ["\\Seen", "\\Flagged", "\\Answered", "work"];

function anyMail(random: Random, name: string): AppendMessage {
  const day = String(random.integer(10, 28));
  const second = String(random.integer(10, 59));
  return mail(name, {
    flags: random.some(flags, 0.3),
    internalDate: `${day}-Mar-2021 10:${String(random.integer(10, 59))}:${second} +0000`,
    body: `${"y".repeat(random.integer(1, 900))}\r\n`,
  });
}

/** One kind of damage each; returns what it did. */
const damages: readonly ((random: Random, rows: readonly PerSide<number>[]) => string)[] = [
  (random, rows) => `DELETE FROM mapping WHERE lUID IN (${lUids(random.some(rows, 0.2))})`,
  (random, rows) => {
    const [a, b] = [random.pick(rows), random.pick(rows)];
    const parked = 3_000_000_000;
    return [
      `UPDATE mapping SET rUID = ${parked} WHERE lUID = ${a.local}`,
      `UPDATE mapping SET rUID = ${a.remote} WHERE lUID = ${b.local}`,
      `UPDATE mapping SET rUID = ${b.remote} WHERE rUID = ${parked}`,
    ].join("; ");
  },
  (random, rows) => {
    const column = random.pick(["lUID", "rUID"]);
    const from = random.pick(rows)[column === "lUID" ? "local" : "remote"];
    const by = random.integer(1, 5);
    return [
      `UPDATE mapping SET ${column} = ${column} + 1000000 WHERE ${column} >= ${from}`,
      `UPDATE mapping SET ${column} = ${column} - 1000000 + ${by} WHERE ${column} >= 1000000`,
    ].join("; ");
  },
  (random) => `UPDATE ${random.pick(sides)} SET UIDNEXT = UIDNEXT + ${random.integer(1, 100)}`,
  (random) => `UPDATE ${random.pick(sides)} SET UIDNEXT = max(1, UIDNEXT - ${random.integer(1, 30)})`,
  (random) => `UPDATE ${random.pick(sides)} SET HIGHESTMODSEQ = HIGHESTMODSEQ + ${random.integer(1, 1000)}`,
  (random) => `UPDATE ${random.pick(sides)} SET HIGHESTMODSEQ = max(1, HIGHESTMODSEQ - ${random.integer(1, 60)})`,
];

function lUids(rows: readonly PerSide<number>[]): string {
  return rows.map(({ local }) => local).join(", ");
}

function mappingOf({ home }: TwoStores): PerSide<number>[] {
  return (dump(home.databaseFile).rows["mapping"] ?? []).map(([, local, remote]) => ({
    local: Number(local),
    remote: Number(remote),
  }));
}

async function uidsOf(server: MailServer): Promise<number[]> {
  return asClient(server, async (imap) => {
    await imap.run("EXAMINE INBOX");
    const { untagged } = await imap.run("UID SEARCH ALL");
    return (untagged.find(({ line }) => line.startsWith("* SEARCH"))?.line.match(/\d+/g) ?? []).map(Number);
  });
}

/** Deletions, flags and a new message on one side; returns the new message's name. */
async function change(random: Random, server: MailServer, name: string): Promise<string> {
  const uids = await uidsOf(server);
  const gone = random.some(uids, 0.08);
  if (gone.length > 0) await expunge(server, gone.join(","));
  const flagged = random.some(
    uids.filter((uid) => !gone.includes(uid)),
    0.1,
  );
  if (flagged.length > 0) {
    await store(server, `${flagged.join(",")} ${random.pick(["+FLAGS", "-FLAGS"])} (${random.pick(flags)})`);
  }
  await deliver(server, "INBOX", anyMail(random, name));
  return name;
}

function counts(of: MailStoreSnapshot): ReadonlyMap<string, number> {
  const result = new Map<string, number>();
  for (const { messageId } of of.mailboxes.get("INBOX") ?? []) {
    result.set(messageId, (result.get(messageId) ?? 0) + 1);
  }
  return result;
}

/** Returns what it did, for people. */
async function damage(random: Random, stores: TwoStores, round: number): Promise<{ fresh: string[]; done: string[] }> {
  const done: string[] = [];
  const fresh: string[] = [];
  if (random.chance(0.5)) {
    const copy = `${stores.home.databaseFile}.old`;
    copyFileSync(stores.home.databaseFile, copy);
    for (const side of sides) fresh.push(await change(random, stores[side], `r${round}a-${side}`));
    await assertConverges(stores);
    copyFileSync(copy, stores.home.databaseFile);
    done.push("rolled back after a run");
  }
  for (const side of sides) {
    if (random.chance(0.6)) fresh.push(await change(random, stores[side], `r${round}b-${side}`));
  }
  const script = Array.from({ length: random.integer(1, 3) }, () => random.pick(damages)(random, mappingOf(stores)));
  for (const sql of script) {
    try {
      execute(stores.home.databaseFile, sql);
      done.push(sql);
    } catch (error) {
      // Two rows cannot name the same UID; what came before the clash is damage enough.
      done.push(`${sql} -> ${String(error)}`);
    }
  }
  return { fresh, done };
}

async function assertRepaired(stores: TwoStores, fresh: readonly string[], context: string): Promise<void> {
  const before = { local: counts(await snapshot(stores.local)), remote: counts(await snapshot(stores.remote)) };
  const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
  const told = `${context}\n${stderr}`;
  assert.equal(status, 0, told);
  const [local, remote] = [await snapshot(stores.local), await snapshot(stores.remote)];
  assert.deepEqual(diffSnapshots(local, remote), [], told);
  const after = counts(local);
  for (const name of new Set([...before.local.keys(), ...before.remote.keys()])) {
    const held = sides.map((side: Side) => before[side].get(name) ?? 0);
    const isFresh = fresh.some((one) => name === `<${one}@example.org>`);
    const least = isFresh ? 1 : Math.min(...held);
    const count = after.get(name) ?? 0;
    assert.ok(count >= least, `${name} was lost: ${held.join(" and ")} before, ${count} after\n${told}`);
    assert.ok(count <= Math.max(...held), `${name}: ${held.join(" and ")} before, ${count} after\n${told}`);
  }
  await assertNothingToDo(stores, told);
}

for (const { name, start, rounds, seed } of pairings) {
  test(`${rounds} rounds of damage and --repair between ${name} (seed ${seed})`, async (t) => {
    const [local, remote] = await start();
    t.after(() => Promise.all([local.stop(), remote.stop()]));
    const stores = await twoStores(t, { local, remote });
    const random = seededRandom(seed);
    const twins = Array.from({ length: 3 }, () => mail("twin"));
    await deliver(stores.local, "INBOX", ...Array.from({ length: 30 }, (_, i) => anyMail(random, `l${i}`)), ...twins);
    await deliver(stores.remote, "INBOX", ...Array.from({ length: 30 }, (_, i) => anyMail(random, `r${i}`)));
    await assertConverges(stores);
    for (let round = 0; round < rounds; round++) {
      const { fresh, done } = await damage(random, stores, round);
      await assertRepaired(stores, fresh, [`round ${round}`, ...done].join("\n"));
    }
  });
}
