// Databases that the original program made, taken over: nothing is copied again, nothing is lost, and the old database
// is kept. A run that is refused leaves the database as it was.

import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import Database from "better-sqlite3";
import { loadMigrations } from "../../src/state/migrations.ts";
import { assertKept } from "../migrations/original.ts";
import { startCyrus } from "../support/cyrus.ts";
import { freePorts } from "../support/daemon.ts";
import { databaseFiles } from "../support/database-files.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { populate } from "../support/mail-store.ts";
import { mutate } from "../support/mutate.ts";
import { seededRandom } from "../support/random.ts";
import { RawImap } from "../support/raw-imap.ts";
import { type InterimapHome, makeHome, plainText, runInterimap } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { type Dump, dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo, assertRound, type Pair } from "./converge.ts";
import { assertRefused, type Refusal } from "./refusal.ts";

const original = "/usr/bin/interimap";
const skip = existsSync(original) ? false : "the original program is not installed";

const { slash, otherSlash, dotted, cyrus, poor } = await startAll({
  slash: startDovecot(),
  otherSlash: startDovecot(),
  dotted: startDovecot({ separator: "." }),
  cyrus: startCyrus(),
  poor: startDovecot({ withoutCapabilities: ["IMAP4rev1"] }),
});

describe("a database of version 1", { skip }, () => {
  for (const { name, remote } of [
    { name: "two Dovecots", remote: () => otherSlash },
    { name: "two Dovecots with different delimiters", remote: () => dotted },
  ]) {
    test(`${name}: nothing is done again, then changes on both sides travel`, async (t) => {
      const pair = await madeByOriginal(t, asUser(slash, name.replaceAll(" ", "-")), remote());
      const before = dump(pair.home.databaseFile);
      assert.equal(before.version, 1);
      await assertUntouched(pair, /STORE|EXPUNGE|APPEND|CREATE|SUBSCRIBE|UNSUBSCRIBE/);
      assertTakenOver(pair.home, before);
      await assertNothingToDo(pair);
      await assertRound(pair, { random: seededRandom(3), changes: 25 });
    });
  }

  test("Dovecot and Cyrus: nothing is copied again", async (t) => {
    const pair = await madeByOriginal(t, asUser(slash, "beside-cyrus"), cyrus);
    const before = dump(pair.home.databaseFile);
    await assertUntouched(pair, /EXPUNGE|APPEND|CREATE/);
    assertTakenOver(pair.home, before);
    await assertConverges(pair);
    await assertRound(pair, { random: seededRandom(4), changes: 25 });
  });

  for (const { name, edit, restored = 0 } of [
    { name: "below what was copied", edit: "UPDATE local SET UIDNEXT = 5; UPDATE remote SET UIDNEXT = 6;" },
    { name: "nowhere", edit: "DELETE FROM local; DELETE FROM remote;" },
    { name: "on the local side only", edit: "DELETE FROM remote;" },
    { name: "0 on the local side", edit: "UPDATE local SET UIDNEXT = 0, HIGHESTMODSEQ = 0;" },
    // A first copy. Beside what is not recorded, no deletion follows from what is: see confirm-copied.ts.
    {
      name: "0 on both sides",
      edit: ["local", "remote"].map((side) => `UPDATE ${side} SET UIDNEXT = 0, HIGHESTMODSEQ = 0;`).join(" "),
      restored: 1,
    },
  ]) {
    test(`an interrupted run of the original, UIDNEXT ${name}: no duplicates, nothing missed`, async (t) => {
      const user = `stopped-${name.replaceAll(" ", "-")}`;
      const [local, remote] = [asUser(slash, user), asUser(otherSlash, user)];
      const home = makeHome({ local, remote });
      t.after(() => home.remove());
      await populate(local, { messages: 12, mailboxes: 1 });
      await runOriginal(home);
      execute(home.databaseFile, edit);
      await change(local, ["UID STORE 3,8 +FLAGS (here)", "UID STORE 9 +FLAGS (\\Deleted)", "UID EXPUNGE 9"]);
      await change(remote, ["UID STORE 4,7 +FLAGS (there)", "UID STORE 2,10 +FLAGS (\\Deleted)", "UID EXPUNGE 2,10"]);
      await mutate(seededRandom(5), remote, {
        changes: 1,
        without: ["flags", "expunge", "create", "subscribe", "unsubscribe"],
      });

      const pair = { home, local, remote };
      await assertConverges(pair);
      await assertNothingToDo(pair);
      const messages = (await snapshot(local)).mailboxes.get("INBOX") ?? [];
      assert.equal(messages.length, 12 - 3 + 1 + restored);
      for (const keyword of ["here", "there"]) {
        assert.equal(messages.filter(({ flags }) => flags.includes(keyword)).length, 2, keyword);
      }
    });
  }

  test("it has rows of mailboxes it does not list: refused", async (t) => {
    const { home } = await madeByOriginal(t, asUser(slash, "broken"), asUser(otherSlash, "broken"));
    execute(home.databaseFile, "INSERT INTO mapping (idx, lUID, rUID) VALUES (999, 1, 1)");
    await assertUnchanged(home, {
      status: 74,
      line: `the database ${home.databaseFile} cannot be upgraded: it has rows of mailboxes it does not list (mapping); sqlite3 ${home.databaseFile} "PRAGMA foreign_key_check" lists them`,
    });
  });

  test("a run that is refused leaves it as it is", async (t) => {
    const { home, local, remote } = await madeByOriginal(t, asUser(slash, "refused"), asUser(otherSlash, "refused"));
    await t.test("in use by another process", async () => {
      const other = new Database(home.databaseFile);
      other.exec("BEGIN EXCLUSIVE");
      const line = `the database ${home.databaseFile} is in use by process ${process.pid}; wait until it has ended, or stop it`;
      await assertRefused(home, { status: 75, line });
      other.close();
    });
    await t.test("an error in the configuration", async () => {
      home.configure({ local, remote: { ...plainText(remote), port: "none" } });
      await assertUnchanged(home, { status: 78, line: /: port: bad value "none";/ });
    });
    await t.test("another service than IMAP4rev1", async () => {
      home.configure({ local, remote: poor });
      await assertUnchanged(home, { status: 69, line: /^remote: the server offers neither IMAP4rev1 nor / });
    });
    await t.test("a server that is down", async () => {
      const [port] = await freePorts(1);
      home.configure({ local, remote: { ...plainText(remote), port: String(port) } });
      await assertUnchanged(home, { status: 69, line: /^remote: cannot connect to .*: connection refused;/ });
    });
    await t.test("so the original goes on with it", async () => {
      home.configure({ local, remote });
      await runOriginal(home);
    });
  });
});

describe("a database of version 0", { skip }, () => {
  test("nothing is done again, then changes on both sides travel", async (t) => {
    const pair = await madeByOriginal(t, asUser(slash, "version-0"), asUser(otherSlash, "version-0"));
    makeVersion0(pair.home.databaseFile, "/");
    const before = dump(pair.home.databaseFile);
    assert.equal(before.version, 0);
    await assertUntouched(pair, /STORE|EXPUNGE|APPEND|CREATE|SUBSCRIBE|UNSUBSCRIBE/);
    assertTakenOver(pair.home, before);
    await assertNothingToDo(pair);
    await assertRound(pair, { random: seededRandom(6), changes: 25 });
  });

  test("servers with different delimiters: refused", async (t) => {
    const { home } = await madeByOriginal(t, asUser(slash, "delimiters"), asUser(dotted, "delimiters"));
    makeVersion0(home.databaseFile, "/");
    await assertUnchanged(home, {
      status: 65,
      line: `the hierarchy delimiters differ (local "/", remote "."), but the old database ${home.databaseFile} is for servers with the same one; make them equal for the run that upgrades the database`,
    });
  });
});

describe("a new database", () => {
  test("is named after the remote user and host, in the data directory, for this user only", async (t) => {
    const [local, remote] = [asUser(slash, "fresh"), asUser(otherSlash, "fresh")];
    const home = makeHome({ local, remote, settings: { database: undefined } });
    t.after(() => home.remove());
    const data = join(home.directory, "share");
    const umask = process.umask(0);
    try {
      const { status, stderr } = await runInterimap(home, [], { env: { XDG_DATA_HOME: data } });
      assert.equal(status, 0, stderr);
    } finally {
      process.umask(umask);
    }
    const name = `${remote.user}@127.0.0.1,${String(remote.port)}.db`;
    assert.deepEqual(readdirSync(join(data, "interimap")), [name, `${name}.last-look`]);
    const modes = ["", "interimap", `interimap/${name}`].map((path) => statSync(join(data, path)).mode & 0o777);
    assert.deepEqual(modes, [0o700, 0o700, 0o600]);
  });

  test("is where the setting says, from the data directory on", async (t) => {
    const [local, remote] = [asUser(slash, "named"), asUser(otherSlash, "named")];
    const home = makeHome({ local, remote, settings: { database: "work/mail.db" } });
    t.after(() => home.remove());
    assert.equal((await runInterimap(home)).status, 0);
    assert.ok(existsSync(join(home.directory, "data/interimap/work/mail.db")));
  });
});

/** Two runs of the original, with changes on both sides in between. */
async function madeByOriginal(t: TestContext, local: MailServer, remote: MailServer): Promise<Pair> {
  const home = makeHome({ local, remote });
  t.after(() => home.remove());
  await populate(local, { messages: 60, mailboxes: 9 });
  await runOriginal(home);
  const random = seededRandom(2);
  await mutate(random, local, { side: "local", changes: 12 });
  await mutate(random, remote, { side: "remote", changes: 12 });
  await runOriginal(home);
  return { home, local, remote };
}

async function runOriginal(home: InterimapHome): Promise<void> {
  const { status, stderr } = await runInterimap(home, [], { program: [original] });
  assert.equal(status, 0, stderr);
}

/** Runs once, and asserts that it sent none of these commands. */
async function assertUntouched({ home }: Pair, commands: RegExp): Promise<void> {
  const { status, stderr } = await runInterimap(home, ["--debug"]);
  assert.equal(status, 0, stderr);
  const sent = new RegExp(String.raw`: C: \S+ (UID )?(${commands.source})\b`);
  assert.deepEqual(
    stderr.split("\n").filter((line) => sent.test(line)),
    [],
  );
}

function assertTakenOver({ databaseFile }: InterimapHome, before: Dump): void {
  assert.deepEqual(dump(`${databaseFile}.v${before.version}-backup`), before);
  const now = dump(databaseFile);
  assert.equal(now.version, loadMigrations().length);
  assertKept("mapping", { before, after: now });
}

/** Neither the database nor anything beside it. */
async function assertUnchanged(home: InterimapHome, refusal: Refusal): Promise<void> {
  const before = databaseFiles(home.databaseFile);
  await assertRefused(home, refusal);
  assert.deepEqual(databaseFiles(home.databaseFile), before);
}

/** The names as text, with the delimiter that both servers had to share. */
function makeVersion0(path: string, delimiter: string): void {
  const names = (dump(path).rows["mailboxes"] ?? []) as [bigint, string, bigint][];
  const values = names.map(([idx, name, subscribed]) => {
    const text = name.replaceAll("\0", delimiter).replaceAll("'", "''");
    return `(${idx}, '${text}', ${subscribed})`;
  });
  execute(
    path,
    `CREATE TABLE older (idx INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
       mailbox TEXT COLLATE BINARY NOT NULL CHECK (mailbox != '') UNIQUE, subscribed BOOLEAN NOT NULL);
     INSERT INTO older VALUES ${values.join(", ")};
     DROP TABLE mailboxes;
     ALTER TABLE older RENAME TO mailboxes;
     PRAGMA user_version = 0;`,
  );
}

async function change(server: MailServer, commands: readonly string[]): Promise<void> {
  const imap = await RawImap.login(server);
  await imap.run("SELECT INBOX");
  for (const command of commands) await imap.run(command);
  await imap.close();
}
