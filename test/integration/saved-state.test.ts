// What runs leave in the database: after each one the states that both servers report; after one that had nothing to do,
// or was refused, what was there before.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import Database from "better-sqlite3";
import { type PerSide, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { freePorts } from "../support/daemon.ts";
import { databaseFiles } from "../support/database-files.ts";
import { startDovecot } from "../support/dovecot.ts";
import { giveDatabase } from "../support/give-database.ts";
import type { MailServer } from "../support/mail-server.ts";
import { quoted } from "../support/raw-imap.ts";
import { type InterimapHome, makeHome, plainText, runInterimap, startInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { startTrafficProxy, type TrafficProxy } from "../support/traffic-proxy.ts";
import { inTurn } from "../support/turns.ts";
import {
  command,
  contents,
  deliver,
  expunge,
  mail,
  mails,
  store,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { passwordConfig } from "./refusal.ts";
import { assertStatesSaved, toldStates } from "./saved-states.ts";

const { slash, dot, cyrus, poor } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: ".", extraConfig: passwordConfig }),
  cyrus: startCyrus({ users: userNames }),
  poor: startDovecot({ withoutCapabilities: ["IMAP4rev1"] }),
});

const pairings: readonly (readonly [name: string, servers: () => PerSide<MailServer>])[] = [
  ["Dovecot and Dovecot", () => ({ local: slash, remote: dot })],
  ["Dovecot and Cyrus", () => ({ local: slash, remote: cyrus })],
  ["Cyrus and Dovecot", () => ({ local: cyrus, remote: slash })],
];

/** INBOX, `a` and `a/b` with two messages each, and `empty`. */
async function filled(t: TestContext, servers: PerSide<MailServer>): Promise<TwoStores> {
  const stores = await twoStores(t, servers);
  const { local } = stores;
  await command(local, "CREATE a", `CREATE ${quoted(`a${local.delimiter}b`)}`, "CREATE empty");
  for (const name of ["INBOX", "a", `a${local.delimiter}b`]) await deliver(local, name, ...mails(name.at(-1)!, 2));
  await assertConverges(stores);
  return stores;
}

const onOnePair = inTurn(pairings.map(([name]) => name));

describe("the states that are saved are those that both servers report", () => {
  for (const [name, servers] of pairings) {
    const test = onOnePair(name);
    test(`${name}: after changes of every kind`, async (t) => {
      const stores = await filled(t, servers());
      const { local, remote } = stores;
      const converged = async (context: string): Promise<void> => {
        await assertConverges(stores, context);
        await assertStatesSaved(stores, context);
      };
      await assertStatesSaved(stores, "first run");

      await deliver(local, "empty", ...mails("here", 2));
      await deliver(remote, "empty", ...mails("there", 3));
      await converged("new messages on both sides");

      await store(local, "1 +FLAGS (\\Seen)", "empty");
      await store(remote, "1:2 +FLAGS (\\Flagged word)", "empty");
      await converged("flags on both sides");

      await expunge(remote, "1", "a");
      await deliver(local, "a", mail("beside"));
      await converged("a deletion beside a new message");

      await expunge(local, "1:*", "empty");
      await converged("emptied");

      await command(remote, "CREATE new", "SUBSCRIBE a", "DELETE empty", "CREATE empty");
      await deliver(remote, "empty", mail("anew"));
      await converged("a mailbox created, one created anew");

      execute(stores.home.databaseFile, "DELETE FROM mapping WHERE lUID = 1");
      await expunge(remote, "2", "a");
      const repaired = await runInterimap(stores.home, ["--repair"]);
      assert.equal(repaired.status, 0, repaired.stderr);
      await assertStatesSaved(stores, "--repair");

      assert.equal((await runInterimap(stores.home, ["--delete", "new"])).status, 0);
      await assertStatesSaved(stores, "--delete");
      assert.equal((await runInterimap(stores.home, ["--rename", "a", "z"])).status, 0);
      await converged("--rename");
      await assertNothingToDo(stores);
    });

    test(`${name}: after a run that was killed`, async (t) => {
      const stores = await filled(t, servers());
      await deliver(stores.local, "INBOX", ...mails("new", 1200));
      const run = startInterimap(stores.home);
      stores.hold("remote", "server", {
        pattern: /^\S+ OK \[APPENDUID/,
        action: async () => {
          run.child.kill("SIGKILL");
          await run.finished;
          return "cut" as const;
        },
      });
      assert.equal((await run.finished).signal, "SIGKILL");
      await deliver(stores.remote, "INBOX", mail("meanwhile"));
      await assertConverges(stores);
      await assertStatesSaved(stores, "resumed");
      await assertNothingToDo(stores);
    });
  }
});

describe("a run with nothing to do leaves the database as it is", () => {
  for (const [name, servers] of pairings) {
    const test = onOnePair(name);
    test(name, async (t) => {
      const stores = await filled(t, servers());
      await store(stores.remote, "1 +FLAGS (\\Seen)");
      await assertConverges(stores);
      const before = databaseFiles(stores.home.databaseFile);
      for (const args of [
        [],
        ["INBOX", "a*", "no-such-mailbox"],
        ["--repair"],
        ["--repair", "empty"],
        ["--delete", "no-such-mailbox"],
        ["--rename", "no-such-mailbox", "other"],
        ["--target=database", "--rename", "no-such-mailbox", "other"],
      ]) {
        const { status, stderr } = await runInterimap(stores.home, args);
        assert.equal(status, args.includes("no-such-mailbox") ? 1 : 0, stderr);
        assert.deepEqual(databaseFiles(stores.home.databaseFile), before, args.join(" "));
      }
    });
  }
});

test("a run that is refused changes neither the database nor the servers, whatever waits there", async (t) => {
  const stores = await filled(t, { local: slash, remote: dot });
  const { home, local, remote } = stores;
  await deliver(local, "INBOX", mail("waiting"));
  await expunge(remote, "1", "a");
  await command(remote, "CREATE new");
  const before = {
    database: databaseFiles(home.databaseFile),
    local: await snapshot(local),
    remote: await snapshot(remote),
  };
  const assertRefusedWith = async (expected: number, ...args: readonly string[]): Promise<void> => {
    const { status, stderr } = await runInterimap(home, args);
    assert.equal(status, expected, stderr);
  };
  const assertUnchanged = async (context: string): Promise<void> => {
    assert.deepEqual(databaseFiles(home.databaseFile), before.database, context);
    for (const side of sides) assert.deepEqual(diffSnapshots(before[side], await snapshot(stores[side])), [], context);
  };

  const holder = new Database(home.databaseFile);
  holder.exec("BEGIN EXCLUSIVE");
  for (const args of [[], ["--repair"], ["--delete", "a"], ["--rename", "a", "z"]]) {
    await assertRefusedWith(75, ...args);
  }
  holder.close();
  await assertUnchanged("the database is locked");

  await assertRefusedWith(64, "--delete", "a", "INBOX");
  await assertRefusedWith(64, "--rename", "a");
  await assertRefusedWith(64, "--repair", "--delete", "a");
  await assertUnchanged("wrong arguments");

  await assertRefusedWith(65, "--rename", "a", "empty");
  await assertRefusedWith(1, "--rename", "no-such-mailbox", "empty");
  await assertRefusedWith(65, "--rename", "a", "new");
  await assertUnchanged("the new name is taken");

  const good = { local: plainText(local), remote: plainText(remote) };
  const [closedPort] = await freePorts(1);
  for (const [what, status, config] of [
    ["a setting with a bad value", 78, { ...good, remote: { ...good.remote, port: "none" } }],
    ["an unknown setting", 78, { ...good, settings: { "list-mailboxes": "INBOX" } }],
    ["a wrong password", 77, { ...good, remote: { ...good.remote, password: "wrong" } }],
    ["nobody listens", 69, { ...good, local: { ...good.local, port: String(closedPort) } }],
    ["another service than IMAP4rev1", 69, { ...good, remote: plainText(poor) }],
  ] as const) {
    home.configure(config);
    for (const args of [[], ["--repair"], ["--delete", "a"], ["--rename", "a", "z"]]) {
      await assertRefusedWith(status, "--same-accounts", ...args);
    }
    await assertUnchanged(what);
  }

  home.configure(good);
  giveDatabase(home.databaseFile, stores);
  await assertConverges(stores);
  await assertStatesSaved(stores, "all is well again");
});

describe("the names that are saved", () => {
  test("are blobs without the reference, NUL between their levels, whatever the servers' delimiters", async (t) => {
    const sections = { local: { "list-reference": "work/here/" }, remote: { "list-reference": "there." } };
    const stores = await twoStores(t, { local: slash, remote: dot }, { sections });
    await command(stores.local, "CREATE work/here/a", "CREATE work/here/a/Entw&APw-rfe");
    await command(stores.remote, "CREATE there.c.d", "CREATE elsewhere");
    assert.equal((await runInterimap(stores.home)).status, 0);
    assert.deepEqual(rawNames(stores), ["a", "a\0Entw&APw-rfe", "c\0d"]);
    const before = idxByName(stores);
    assert.equal((await runInterimap(stores.home, ["--rename", "a", "c/a"])).status, 0);
    const renamed = idxByName(stores);
    assert.deepEqual(rawNames(stores), ["c\0a", "c\0a\0Entw&APw-rfe", "c\0d"]);
    assert.equal(renamed.get("c\0a"), before.get("a"));
    assert.equal(renamed.get("c\0a\0Entw&APw-rfe"), before.get("a\0Entw&APw-rfe"));
    await assertNothingToDo(stores);
  });
});

function idxByName({ home }: TwoStores): Map<string, number> {
  const database = new Database(home.databaseFile, { readonly: true });
  try {
    const rows = database.prepare("SELECT idx, mailbox FROM mailboxes").all() as { idx: number; mailbox: unknown }[];
    return new Map(
      rows.map(({ idx, mailbox }) => {
        assert.ok(Buffer.isBuffer(mailbox), "a name is not a blob");
        return [mailbox.toString("latin1"), idx];
      }),
    );
  } finally {
    database.close();
  }
}

function rawNames(stores: TwoStores): string[] {
  return [...idxByName(stores).keys()].sort();
}

describe("mod-sequences beyond 2^63", () => {
  /** Crosses the border between positive and negative numbers of SQLite while the test runs. */
  const offset = 2n ** 63n - 4n;

  test("are saved as the signed number with the same bits, and sent as they came", async (t) => {
    const { home, local, remote, proxy } = await behindOffset(t);
    const pair = { home, local, remote };
    await deliver(local, "INBOX", ...mails("m", 6));
    await assertConverges(pair);
    for (let uid = 1; uid <= 6; uid++) {
      await store(remote, `${uid} +FLAGS (\\Flagged)`);
      await store(local, `${uid} +FLAGS (\\Seen)`);
      await assertConverges(pair);
      const [, , highestModSeq] = (await toldStates(remote))["INBOX"]!.split(" ");
      const saved = dump(home.databaseFile).rows["remote"]?.[0]?.[3] as bigint;
      assert.equal(saved, BigInt.asIntN(64, BigInt(highestModSeq!) + offset));
    }
    await expunge(remote, "2");
    await assertConverges(pair);
    assert.ok((dump(home.databaseFile).rows["remote"]?.[0]?.[3] as bigint) < 0n);
    assert.equal((await contents(local)).length, 5);
    assert.ok(proxy.clientLines.some((line) => /QRESYNC \(\d+ 92233720368547758\d\d/.test(line)));
    await assertNothingToDo(pair);
    const repaired = await runInterimap(home, ["--repair"]);
    assert.deepEqual([repaired.status, repaired.stderr], [0, "The database file is undamaged\nNothing to repair\n"]);
  });

  /** A remote server that has changed more often than any real one. */
  async function behindOffset(
    t: TestContext,
  ): Promise<PerSide<MailServer> & { readonly home: InterimapHome; readonly proxy: TrafficProxy }> {
    const { local, remote } = await twoStores(t, { local: slash, remote: dot });
    const shift = (line: string, pattern: RegExp, by: bigint): { instead: string } | undefined => {
      const instead = line.replace(
        pattern,
        (_, before: string, number: string) => before + String(BigInt(number) + by),
      );
      return instead === line ? undefined : { instead };
    };
    const proxy = await startTrafficProxy(remote, {
      onServerLine: (line) => shift(line, /(MODSEQ \(?)(\d+)/g, offset),
      onClientLine: (line) => shift(line, /(QRESYNC \(\d+ |UNCHANGEDSINCE |CHANGEDSINCE )(\d+)/g, -offset),
    });
    const home = makeHome({ local, remote: proxy.server });
    t.after(async () => {
      home.remove();
      await proxy.stop();
    });
    return { home, local, remote, proxy };
  }
});
