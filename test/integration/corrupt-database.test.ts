// A database, or the log beside it, that is damaged: one line says what to do, nothing is deleted because of it, and doing what
// the line says ends with both sides identical.

import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import Database from "better-sqlite3";
import { startDovecot } from "../support/dovecot.ts";
import { runInterimap, startInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { contents, deliver, expunge, mails, store, type TwoStores, twoStores } from "../support/two-stores.ts";
import { bytesOf, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { assertRefused } from "./refusal.ts";

const { server } = await startAll({ server: startDovecot() });

async function assertIdentical({ local, remote }: TwoStores): Promise<void> {
  assert.deepEqual(diffSnapshots(await snapshot(local), await snapshot(remote)), []);
}

describe("a page is damaged that is met in the middle of a run", () => {
  const count = 1_200;
  let stores: TwoStores;
  let good: string;
  const endings: (() => unknown)[] = [];
  before(async () => {
    stores = await twoStores(
      { after: (ending) => void endings.push(ending as () => unknown) },
      { local: server, remote: server },
    );
    good = join(stores.home.directory, "good.db");
    await deliver(stores.local, "INBOX", ...mails("m", count));
    await assertConverges(stores);
  });
  after(async () => {
    for (const ending of endings) await ending();
  });

  const damages: readonly { readonly name: string; readonly damage: (page: Buffer) => unknown }[] = [
    { name: "overwritten", damage: (page) => page.fill(0xa5) },
    { name: "zeroed", damage: (page) => page.fill(0) },
    { name: "overwritten in its middle", damage: (page) => page.fill(0xa5, page.length / 4, page.length / 2) },
  ];
  const onOneDamage = inTurn(damages);
  let round = 0;
  for (const btree of ["mapping", "sqlite_autoindex_mapping_1", "sqlite_autoindex_mapping_2"]) {
    for (const one of damages) {
      const { name, damage } = one;
      const test = onOneDamage(one);
      test(`${btree}, ${name}`, async () => {
        const { home, local, remote } = stores;
        copyFileSync(home.databaseFile, good);
        const [flagged, gone] = [500 + round, 520 + round];
        round++;
        await store(local, `${flagged} +FLAGS (\\Seen)`);
        await expunge(remote, String(gone));
        await deliver(local, "INBOX", ...mails(`new${round}-`, 2));
        const expected = (await contents(local)).filter((one) => one !== `m${gone}`);

        const file = readFileSync(home.databaseFile);
        for (const { start, end } of leaves(home.databaseFile, btree)) damage(file.subarray(start, end));
        writeFileSync(home.databaseFile, file);
        const { status, stderr } = await runInterimap(home, ["--quiet"]);
        assert.equal(status, 74, stderr);
        assert.match(stderr, /^the database \S+ is damaged: [^\n\\]*\n$/);
        assert.match(stderr, /; restore .*: interimap --repair; or move it and its -wal file away/);
        const left = { local: await contents(local), remote: await contents(remote) };
        for (const one of expected) assert.ok(left.local.includes(one), `${one} was deleted`);
        assert.ok(left.remote.length >= count - round, "no more is gone than was deleted there");

        // What the line says.
        if (round % 2 === 0) copyFileSync(good, home.databaseFile);
        else rmSync(home.databaseFile);
        const mended = await runInterimap(home, round % 2 === 0 ? ["--repair"] : []);
        assert.equal(mended.status, 0, mended.stderr);
        await assertIdentical(stores);
        await assertNothingToDo(stores);
      });
    }
  }
});

/** Where in the file the leaves of a table or index are that are neither its first nor its last. */
function leaves(path: string, btree: string): { readonly start: number; readonly end: number }[] {
  const database = new Database(path, { readonly: true });
  try {
    const sql =
      "SELECT pgoffset AS start, pgsize AS size FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path";
    const found = database.prepare<[string], { start: number; size: number }>(sql).all(btree);
    assert.ok(found.length > 2, `${btree} has ${found.length} leaves`);
    return found.slice(1, -1).map(({ start, size }) => ({ start, end: start + size }));
  } finally {
    database.close();
  }
}

/** A run killed before its checkpoint, with its log of commits beside the database; `count`: of messages on local in all. */
async function killed(t: TestContext, count = 23): Promise<{ readonly stores: TwoStores; readonly log: string }> {
  const stores = await twoStores(t, { local: server, remote: server });
  await deliver(stores.local, "INBOX", ...mails("m", 20));
  await assertConverges(stores);
  await deliver(stores.local, "INBOX", ...mails("l", count - 20));
  await deliver(stores.remote, "INBOX", ...mails("r", 2));
  await expunge(stores.remote, "7");
  const run = startInterimap(stores.home);
  // Where something vanished, the server is asked before anything is committed.
  stores.hold("local", "client", { pattern: / STATUS INBOX /, action: () => void run.child.kill("SIGKILL") });
  assert.equal((await run.finished).signal, "SIGKILL");
  const log = `${stores.home.databaseFile}-wal`;
  assert.ok(statSync(log).size > 0);
  return { stores, log };
}

const mended = [...mails("m", 20), ...mails("l", 3), ...mails("r", 2)].map(
  ({ bytes }) => /<(\w+)@/.exec(String(bytes))![1]!,
);

async function assertMended(stores: TwoStores): Promise<void> {
  await assertIdentical(stores);
  assert.deepEqual(await contents(stores.local), mended.filter((name) => name !== "m7").sort());
  await assertNothingToDo(stores);
}

describe("the log of commits beside the database", { concurrency: 3 }, () => {
  test("as a killed run left it, it is taken over", async (t) => {
    const { stores } = await killed(t);
    await assertConverges(stores);
    await assertMended(stores);
  });

  for (const { name, spoil } of [
    { name: "holds something else", spoil: (log: Buffer) => log.fill("What is this? ") },
    { name: "begins with something else", spoil: (log: Buffer) => log.fill(0xa5, 0, 16) },
    { name: "has a header of which an octet is wrong", spoil: (log: Buffer) => log.fill(log[17]! ^ 1, 17, 18) },
    { name: "is shorter than its header", spoil: (log: Buffer) => log.subarray(0, 20) },
  ]) {
    test(`${name}: nothing is done, neither side is changed`, async (t) => {
      const { stores, log } = await killed(t);
      const { databaseFile } = stores.home;
      writeFileSync(log, spoil(readFileSync(log)));
      const [before, logBefore] = [bytesOf(databaseFile), bytesOf(log)];
      const connections = stores.proxies.local.connections;
      const line = [`${databaseFile} are missing: ${log} is damaged; `, "interimap --repair"];
      for (const args of [[], ["--watch=1"], ["--repair"]])
        await assertRefused(stores.home, { status: 74, line, args });
      assert.equal(stores.proxies.local.connections, connections);
      assert.deepEqual([bytesOf(databaseFile), bytesOf(log)], [before, logBefore]);

      rmSync(log);
      const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
      assert.equal(status, 0, stderr);
      await assertMended(stores);
    });
  }

  for (const { name, count } of [
    { name: "another database's", count: 23 },
    { name: "a larger database's", count: 1_200 },
  ]) {
    test(`is ${name}: nothing is done, neither side is changed`, async (t) => {
      const { stores, log } = await killed(t);
      const own = readFileSync(log);
      copyFileSync((await killed(t, count)).log, log);
      const [databaseFile, connections] = [stores.home.databaseFile, stores.proxies.local.connections];
      const before = bytesOf(databaseFile);
      const line = [`${databaseFile} are missing: ${log} does not belong to it; `, "interimap --repair"];
      for (const args of [[], ["--watch=1"], ["--repair"]])
        await assertRefused(stores.home, { status: 74, line, args });
      assert.equal(stores.proxies.local.connections, connections);
      assert.equal(bytesOf(databaseFile), before);

      if (count > 23) rmSync(log);
      else writeFileSync(log, own);
      const { status, stderr } = await runInterimap(stores.home, count > 23 ? ["--repair"] : []);
      assert.equal(status, 0, stderr);
      await assertMended(stores);
    });
  }

  test("is of a later state than a database restored from a copy: nothing is done", async (t) => {
    const stores = await twoStores(t, { local: server, remote: server });
    const { databaseFile } = stores.home;
    const [log, copy] = [`${databaseFile}-wal`, `${databaseFile}.copy`];
    await deliver(stores.local, "INBOX", ...mails("m", 4));
    await assertConverges(stores);
    copyFileSync(databaseFile, copy);
    await deliver(stores.local, "INBOX", ...mails("n", 4));
    await assertConverges(stores);
    await deliver(stores.local, "INBOX", ...mails("o", 4));
    const run = startInterimap(stores.home);
    stores.hold("remote", "client", { pattern: / STATUS INBOX /, action: () => void run.child.kill("SIGKILL") });
    await run.finished;
    copyFileSync(copy, databaseFile);
    const line = [`${databaseFile} are missing: ${log} does not belong to it; `, "interimap --repair"];
    await assertRefused(stores.home, { status: 74, line });
    rmSync(log);
    const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
    assert.equal(status, 0, stderr);
    await assertIdentical(stores);
    assert.equal((await contents(stores.local)).length, 12);
    await assertNothingToDo(stores);
  });
});

describe("--repair looks at the file first", () => {
  test("says that it is undamaged", async (t) => {
    const stores = await twoStores(t, { local: server, remote: server });
    await assertConverges(stores);
    const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
    assert.deepEqual([status, stderr], [0, "The database file is undamaged\nNothing to repair\n"]);
  });

  test("refuses one with rows for mailboxes that it does not have, before any traffic", async (t) => {
    const stores = await twoStores(t, { local: server, remote: server });
    await deliver(stores.local, "INBOX", ...mails("m", 3));
    await assertConverges(stores);
    execute(stores.home.databaseFile, "UPDATE mapping SET idx = 77; INSERT INTO rounds VALUES (78, 1, 1)");
    const connections = stores.proxies.local.connections;
    await assertRefused(stores.home, {
      status: 74,
      args: ["--repair"],
      line: [`the database ${stores.home.databaseFile} is damaged: `, "(mapping, rounds); ", "interimap --repair"],
    });
    assert.equal(stores.proxies.local.connections, connections);
  });
});

test("cut short in its middle: refused when that is met, and nothing is deleted", async (t) => {
  const stores = await twoStores(t, { local: server, remote: server });
  await deliver(stores.local, "INBOX", ...mails("m", 1_200));
  await assertConverges(stores);
  const { databaseFile } = stores.home;
  truncateSync(databaseFile, Math.floor(statSync(databaseFile).size / 2 / 4096) * 4096);
  await store(stores.local, "1:3 +FLAGS (\\Seen)");
  const { status, stderr } = await runInterimap(stores.home, ["--quiet"]);
  assert.equal(status, 74);
  assert.match(stderr, /^the database \S+ is damaged: [^\n\\]*\n$/);
  assert.equal((await contents(stores.remote)).length, 1_200);
  assert.equal(existsSync(`${databaseFile}-wal`), false);
});
