// Servers that give mailboxes made in one second the same UIDVALIDITY (Cyrus): where UIDNEXT and HIGHESTMODSEQ are equal, too,
// only messages tell which mailbox is which. Exchanged names are followed all the same.

import assert from "node:assert/strict";
import Database from "better-sqlite3";
import { describe, test, type TestContext } from "node:test";
import { otherSide, sides, type PerSide, type Side } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import type { MailServer } from "../support/mail-server.ts";
import type { RawImap } from "../support/raw-imap.ts";
import { runInterimap, type RunResult } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { asClient, command, deliver, mails, twoStores, userNames, type TwoStores } from "../support/two-stores.ts";
import { becomes, startWatching } from "../support/watching.ts";

const { dovecot, cyrus } = await startAll({ dovecot: startDovecot(), cyrus: startCyrus({ users: userNames }) });

async function numbersOf(imap: RawImap, name: string): Promise<string> {
  const { untagged } = await imap.run(`STATUS ${name} (UIDNEXT UIDVALIDITY HIGHESTMODSEQ)`);
  return untagged.map(({ line }) => line.replace(/^.*\(/u, "")).join();
}

/** Mailboxes with one message each, of the same UIDVALIDITY, UIDNEXT and HIGHESTMODSEQ. */
async function makeEqual(server: MailServer, names: readonly string[]): Promise<void> {
  await asClient(server, async (imap) => {
    await eventually("equal UIDVALIDITY", async () => {
      for (const name of names) await imap.run(`CREATE ${name}`);
      const numbers = new Set<string>();
      for (const name of names) numbers.add(await numbersOf(imap, name));
      if (numbers.size === 1) return true;
      for (const name of names) await imap.run(`DELETE ${name}`);
      return false;
    });
    for (const name of names) await imap.append(name, mails(name, 1));
    const numbers = new Set<string>();
    for (const name of names) numbers.add(await numbersOf(imap, name));
    assert.equal(numbers.size, 1, [...numbers].join(" / "));
  });
}

/** What each mailbox holds: the names of its messages. */
async function held(server: MailServer): Promise<Record<string, string>> {
  const { mailboxes } = await snapshot(server);
  const shown = [...mailboxes].map(([name, messages]): [string, string] => {
    const ids = messages.map(({ messageId }) => messageId.replace(/^<|@example\.org>$/g, ""));
    return [name.replaceAll("\0", "/"), ids.sort().join(" ")];
  });
  return Object.fromEntries(shown.filter(([name]) => name !== "INBOX").sort(([a], [b]) => (a < b ? -1 : 1)));
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

for (const [name, side, servers] of pairings)
  describe(`on ${name}`, () => {
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
        new RegExp(`^${side}\\(b\\): Mailbox left out: is called "a" on the ${side} server now, and`, "u"),
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
        new RegExp(`^${side}\\(a\\): Mailbox left out: is called "b" on the ${side} server now`, "u"),
      );
      assert.deepEqual(await held(stores[side]), exchanged);
      await run(stores);
      await assertSettled(stores, exchanged);
    });

    test("exchanged, where no fingerprint is recorded", async (t) => {
      const stores = await filled(t, servers, side);
      const database = new Database(stores.home.databaseFile);
      database.exec("UPDATE mapping SET lprint = NULL, rprint = NULL");
      database.close();
      await command(stores[side], ...exchange);
      await run(stores);
      await assertSettled(stores, exchanged);
    });

    test("a mailbox that does not look like what is recorded, and is nowhere else, is compared with its counterpart", async (t) => {
      const stores = await filled(t, servers, side);
      const print = side === "local" ? "lprint" : "rprint";
      const inDatabase = <T>(work: (database: Database.Database) => T): T => {
        const database = new Database(stores.home.databaseFile);
        try {
          return work(database);
        } finally {
          database.close();
        }
      };
      const prints = (): unknown[] =>
        inDatabase((database) => database.prepare(`SELECT ${print} FROM mapping ORDER BY idx`).pluck().all());
      const before = prints();
      const a = "(SELECT idx FROM mailboxes WHERE CAST(mailbox AS TEXT) = 'a')";
      inDatabase((database) => database.exec(`UPDATE mapping SET ${print} = ${print} + 65536 WHERE idx = ${a}`));
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
