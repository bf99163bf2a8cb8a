// Servers that give mailboxes made in one second the same UIDVALIDITY (Cyrus): where UIDNEXT and HIGHESTMODSEQ are equal, too,
// only messages tell which mailbox is which. Exchanged names are followed all the same.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import Database from "better-sqlite3";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import { held } from "../support/held.ts";
import type { MailServer } from "../support/mail-server.ts";
import type { RawImap } from "../support/raw-imap.ts";
import { runInterimap, type RunResult } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { asClient, command, deliver, mails, type TwoStores, twoStores, userNames } from "../support/two-stores.ts";
import { becomes, startWatching } from "../support/watching.ts";

const { dovecot, cyrus } = await startAll({ dovecot: startDovecot(), cyrus: startCyrus({ users: userNames }) });

async function numbersOf(imap: RawImap, name: string): Promise<string> {
  const { untagged } = await imap.run(`STATUS ${name} (UIDNEXT UIDVALIDITY HIGHESTMODSEQ)`);
  return untagged.map(({ line }) => line.replace(/^.*\(/u, "")).join();
}

/** Mailboxes with one message each, of the same UIDVALIDITY, UIDNEXT and HIGHESTMODSEQ. */
async function makeEqual(server: MailServer, names: readonly string[]): Promise<void> {
  await asClient(server, async (imap) => {
    const all = async (work: (name: string) => Promise<unknown>): Promise<unknown[]> => Promise.all(names.map(work));
    const numbers = async (): Promise<readonly unknown[]> => [...new Set(await all((name) => numbersOf(imap, name)))];
    let latest = 0;
    await eventually("equal UIDVALIDITY", async () => {
      // A name is never given the same one twice.
      if (Date.now() < 1000 * (latest + 1)) return false;
      await all((name) => imap.run(`CREATE ${name}`));
      const told = await numbers();
      if (told.length === 1) return true;
      latest = Math.max(...told.map((one) => Number(/UIDVALIDITY (\d+)/u.exec(String(one))?.[1])));
      await all((name) => imap.run(`DELETE ${name}`));
      return false;
    });
    for (const name of names) await imap.append(name, mails(name, 1));
    assert.equal((await numbers()).length, 1, (await numbers()).join(" / "));
  });
}

const names = ["a", "b", "c", "d"];
const exchange = ["RENAME a x", "RENAME b a", "RENAME x b"];
const exchanged = { a: "b1", b: "a1", c: "c1", d: "d1" };

interface RunAs {
  readonly args?: readonly string[];
  readonly status?: number;
}

async function run({ home }: TwoStores, { args = [], status = 0 }: RunAs = {}): Promise<RunResult> {
  const result = await runInterimap(home, args);
  assert.equal(result.status, status, result.stderr);
  return result;
}

async function filled(t: TestContext, servers: PerSide<MailServer>, side: Side): Promise<TwoStores> {
  const stores = await twoStores(t, servers);
  await makeEqual(stores[side], names);
  await run(stores);
  return stores;
}

function inDatabase<T>({ home }: TwoStores, work: (database: Database.Database) => T): T {
  const database = new Database(home.databaseFile);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** What a run with nothing to do, and nothing to say, asks a server. */
async function asked(stores: TwoStores, side: Side): Promise<readonly string[]> {
  stores.proxies[side].reset();
  const { stdout, stderr } = await run(stores);
  assert.deepEqual([stdout, stderr], ["", ""]);
  const { counts } = stores.proxies[side];
  return ["STATUS", "SELECT", "FETCH"].map((verb) => `${String(counts.get(verb) ?? 0)} ${verb}`);
}

const idsOnly = ["4 STATUS", "0 SELECT", "0 FETCH"];
const looksOnly = ["0 STATUS", "4 SELECT", "4 FETCH"];
const both = ["4 STATUS", "4 SELECT", "4 FETCH"];

async function assertSettled(stores: TwoStores, after: Readonly<Record<string, string>>): Promise<void> {
  for (const side of sides) assert.deepEqual(await held(stores[side]), after, side);
  assert.deepEqual(diffSnapshots(await snapshot(stores.local), await snapshot(stores.remote)), []);
  const { status, stdout, stderr } = await runInterimap(stores.home);
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
}

const pairings: readonly (readonly [name: string, side: Side, servers: PerSide<MailServer>])[] = [
  ["Cyrus, local", "local", { local: cyrus, remote: dovecot }],
  ["Cyrus, remote", "remote", { local: dovecot, remote: cyrus }],
];

const onOnePair = inTurn(pairings.map(([name]) => name));

for (const [name, side, servers] of pairings)
  describe(`on ${name}`, () => {
    const test = onOnePair(name);
    test("exchanged, the other server follows", async (t) => {
      const stores = await filled(t, servers, side);
      await command(stores[side], ...exchange);
      await run(stores);
      await assertSettled(stores, exchanged);
    });

    test("turned in a circle, one with news", async (t) => {
      const stores = await filled(t, servers, side);
      await command(stores[side], "RENAME a x", "RENAME b a", "RENAME c b", "RENAME x c");
      await deliver(stores[side], "c", ...mails("late", 1));
      await run(stores);
      await assertSettled(stores, { a: "b1", b: "c1", c: "a1 late1", d: "d1" });
    });

    test("deleted, and another one under its name: left alone, with a line", async (t) => {
      const stores = await filled(t, servers, side);
      await command(stores[side], "DELETE a", "RENAME b a");
      const { stderr } = await run(stores, { status: 1 });
      assert.match(
        stderr,
        new RegExp(`^${side}\\(b\\): Mailbox skipped: is now called "a" on the ${side} server, but`, "u"),
      );
      assert.deepEqual(await held(stores[side]), { a: "b1", c: "c1", d: "d1" });
      assert.deepEqual(await held(stores[otherSide(side)]), { a: "a1", b: "b1", c: "c1", d: "d1" });
    });

    test("exchanged, and only one of them asked for: left alone, with a line", async (t) => {
      const stores = await filled(t, servers, side);
      await command(stores[side], ...exchange);
      const { stderr } = await run(stores, { args: ["a"], status: 1 });
      assert.match(
        stderr,
        new RegExp(`^${side}\\(a\\): Mailbox skipped: is now called "b" on the ${side} server`, "u"),
      );
      assert.deepEqual(await held(stores[side]), exchanged);
      await run(stores);
      await assertSettled(stores, exchanged);
    });

    test("exchanged, where no fingerprint is recorded", async (t) => {
      const stores = await filled(t, servers, side);
      inDatabase(stores, (database) => database.exec("UPDATE mapping SET lprint = NULL, rprint = NULL"));
      await command(stores[side], ...exchange);
      await run(stores);
      await assertSettled(stores, exchanged);
    });

    test("with nothing to do, ids are enough; where none are recorded, messages are looked at once", async (t) => {
      const stores = await filled(t, servers, side);
      assert.deepEqual(await asked(stores, side), idsOnly);
      inDatabase(stores, (database) => database.exec("DELETE FROM mailbox_ids"));
      assert.deepEqual(await asked(stores, side), looksOnly);
      assert.deepEqual(await asked(stores, side), idsOnly);
      // As a server without OBJECTID.
      const pattern = / OBJECTID\b/;
      const action = (line: string) => ({ instead: line.replace(pattern, "") });
      stores.hold(side, "server", { pattern, always: true, action });
      assert.deepEqual(await asked(stores, side), looksOnly);
    });

    test("exchanged, where no id is recorded", async (t) => {
      const stores = await filled(t, servers, side);
      inDatabase(stores, (database) => database.exec("DELETE FROM mailbox_ids"));
      await command(stores[side], ...exchange);
      await run(stores);
      await assertSettled(stores, exchanged);
      // RENAME counts as a change of the mailbox: the numbers of two are equal still.
      assert.deepEqual(await asked(stores, side), ["2 STATUS", "0 SELECT", "0 FETCH"]);
    });

    test("whatever a server tells in place of ids, messages decide", async (t) => {
      const stores = await filled(t, servers, side);
      const [own = ""] = inDatabase(stores, (database) =>
        database.prepare("SELECT MAILBOXID FROM mailbox_ids ORDER BY idx").pluck().all(),
      ) as string[];
      const lieInstead = (id: string): void => {
        stores.release(side);
        const action = (line: string) => ({ instead: line.replace(/\(MAILBOXID.*/u, id) });
        stores.hold(side, "server", { pattern: /^\* STATUS .*MAILBOXID/u, always: true, action });
      };
      const [garbage, same, another] = [
        '(MAILBOXID (\xff\x01")\xa0())',
        `(MAILBOXID (${own}))`,
        "(MAILBOXID (another))",
      ];
      for (const lie of [garbage, same, another, "()", "(MESSAGES 1)"]) {
        lieInstead(lie);
        assert.deepEqual(await asked(stores, side), both, lie);
      }
      lieInstead(garbage);
      await command(stores[side], ...exchange);
      await run(stores);
      await assertSettled(stores, exchanged);
      lieInstead(same);
      await command(stores[side], "RENAME c x", "RENAME d c", "RENAME x d");
      await run(stores);
      await assertSettled(stores, { a: "b1", b: "a1", c: "d1", d: "c1" });
      // Renamed as often, they have equal numbers again.
      lieInstead(another);
      await command(stores[side], "RENAME a x", "RENAME c a", "RENAME x c");
      await run(stores);
      await assertSettled(stores, { a: "d1", b: "a1", c: "b1", d: "c1" });
    });

    test("a mailbox that does not look like what is recorded, and is nowhere else, is compared with its counterpart", async (t) => {
      const stores = await filled(t, servers, side);
      const print = side === "local" ? "lprint" : "rprint";
      const prints = (): unknown[] =>
        inDatabase(stores, (database) => database.prepare(`SELECT ${print} FROM mapping ORDER BY idx`).pluck().all());
      const before = prints();
      const a = "(SELECT idx FROM mailboxes WHERE CAST(mailbox AS TEXT) = 'a')";
      inDatabase(stores, (database) =>
        database.exec(`UPDATE mapping SET ${print} = ${print} + 65536 WHERE idx = ${a};
          UPDATE mailbox_ids SET MAILBOXID = 'another' WHERE idx = ${a}`),
      );
      await run(stores);
      assert.deepEqual(prints(), before);
      await assertSettled(stores, { a: "a1", b: "b1", c: "c1", d: "d1" });
    });
  });

test("exchanged between two looks of a daemon, on one of two Cyrus", async (t) => {
  const stores = await startWatching(
    t,
    { local: cyrus, remote: cyrus },
    {
      args: ["--watch=1"],
      prepare: ({ remote }) => makeEqual(remote, names),
    },
  );
  await command(stores.remote, ...exchange);
  await becomes(() => held(stores.local), exchanged);
  await stores.daemon.waits();
  await stores.daemon.stop();
  await assertSettled(stores, exchanged);
});
