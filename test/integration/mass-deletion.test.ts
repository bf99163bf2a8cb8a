// Far more messages vanished than people delete: the mailboxes that this is about stay as they are, the line names them, says
// what was seen and how to go on, and the exit code is 65. Everything else is done, and a daemon goes on.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, type PerSide, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { appendAll } from "../support/mail-store.ts";
import { plainText, runInterimap, type SectionSettings } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import {
  asClient,
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
import { becomeIdentical, eventually, startDaemon } from "../support/watching.ts";
import { dump, execute, makeVersion1 } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { refuseAppends } from "./refused-messages.ts";

const onOne = inTurn(sides);

const { dovecot, cyrus } = await startAll({
  dovecot: startDovecot(),
  cyrus: startCyrus({ users: userNames }),
});

interface Scene {
  /** How many messages each mailbox has. */
  readonly mailboxes: Readonly<Record<string, number>>;
  readonly settings?: SectionSettings;
  readonly servers?: PerSide<MailServer>;
}

/** Two stores in step. */
async function synchronised(t: TestContext, { mailboxes, settings = {}, servers }: Scene): Promise<TwoStores> {
  const stores = await twoStores(t, servers ?? { local: dovecot, remote: dovecot }, { settings });
  await asClient(stores.local, async (imap) => {
    for (const [name, count] of Object.entries(mailboxes)) {
      if (name !== "INBOX") await imap.run(`CREATE ${name}`);
      await appendAll(imap, name, mails(name, count));
    }
  });
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 0, stderr);
  return stores;
}

const three = { a: 80, b: 80, c: 80 };

/** More than half of all, and none of the three alone is much. */
async function loseMost(server: MailServer): Promise<void> {
  const lines = ["UID STORE 11:55 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 11:55"];
  await command(server, ...Object.keys(three).flatMap((name) => [`SELECT ${name}`, ...lines]));
}

/** Runs, and asserts that it left alone what it is about, where there is nothing else to do. */
async function assertStopped(stores: TwoStores, line: RegExp, args: readonly string[] = []): Promise<void> {
  const [local, remote] = [await snapshot(stores.local), await snapshot(stores.remote)];
  const rows = dump(stores.home.databaseFile);
  const { status, stderr } = await runInterimap(stores.home, args);
  assert.equal(status, 65, stderr);
  // --repair says this first.
  const said = stderr.replace("The database file is undamaged\n", "");
  assert.match(said, line);
  assert.match(said, /^[^\n]+\n$/, "one line");
  assert.deepEqual(diffSnapshots(local, await snapshot(stores.local)), []);
  assert.deepEqual(diffSnapshots(remote, await snapshot(stores.remote)), []);
  assert.deepEqual(dump(stores.home.databaseFile), rows);
}

async function assertIdentical({ local, remote }: PerSide<MailServer>): Promise<void> {
  assert.deepEqual(diffSnapshots(await snapshot(local), await snapshot(remote)), []);
}

const hint = "if this is intended, run: interimap --allow-mass-delete";

for (const side of sides) {
  const test = onOne(side);
  describe(`on the ${side} server`, () => {
    test("most of what several mailboxes have together, beside flags and new messages", async (t) => {
      const stores = await synchronised(t, { mailboxes: three });
      await loseMost(stores[side]);
      for (const each of sides) {
        await store(stores[each], "1:3 +FLAGS (\\Flagged)", "a");
        await deliver(stores[each], "b", mail(`new-${each}`));
      }
      const line = new RegExp(
        `^${side}: 135 of 240 messages have vanished from the ${side} server; nothing was deleted; skipped: "a", "b", "c"; ${hint}\n$`,
      );
      await assertStopped(stores, line);
      await assertStopped(stores, line);
      await assertStopped(stores, line, ["--repair"]);

      const { status, stderr } = await runInterimap(stores.home, ["--allow-mass-delete"]);
      assert.equal(status, 0, stderr);
      await assertIdentical(stores);
      assert.equal((await contents(stores[otherSide(side)], "b")).length, 37);
      await assertNothingToDo(stores);
    });

    test("most of one mailbox that has most of all", async (t) => {
      const stores = await synchronised(t, { mailboxes: { INBOX: 150, small: 5 } });
      await expunge(stores[side], "1:101");
      await assertStopped(stores, new RegExp(`^${side}: 101 of 155 messages have vanished from the ${side} server;`));
      await expunge(stores[otherSide(side)], "1");
      await assertConverges(stores, "100 may be deleted");
    });

    test("every message of every mailbox", async (t) => {
      const stores = await synchronised(t, { mailboxes: { INBOX: 4, a: 3, b: 3 } });
      for (const name of ["INBOX", "a", "b"]) await expunge(stores[side], "1:4", name);
      await assertStopped(stores, new RegExp(`^${side}: 10 of 10 messages have vanished from the ${side} server;`));
      await deliver(stores[side], "a", mail("new"));
      await assertStopped(stores, /10 of 10/);
      const { status, stderr } = await runInterimap(stores.home, ["--repair", "--allow-mass-delete"]);
      assert.equal(status, 0, stderr);
      await assertIdentical(stores);
    });

    test("every message of every mailbox, where there are fewer than ten: that is nothing unusual", async (t) => {
      const stores = await synchronised(t, { mailboxes: { INBOX: 5, a: 4 } });
      for (const name of ["INBOX", "a"]) await expunge(stores[side], "1:*", name);
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[otherSide(side)]), []);
    });

    test("a server that lists none of its mailboxes any more", async (t) => {
      const stores = await synchronised(t, { mailboxes: { a1: 3, a2: 3 }, settings: { "list-mailbox": "a*" } });
      await command(stores[side], "DELETE a1", "DELETE a2");
      const line = new RegExp(
        `^${side}: the ${side} server no longer lists any mailbox; nothing was changed; ${hint}\n$`,
      );
      await assertStopped(stores, line);
      await assertStopped(stores, line, ["--repair"]);
      const gone = /^\w+\(a[12]\): Mailbox skipped: disappeared from the \w+ server/gm;
      for (const args of [["--allow-mass-delete"], ["a1", "a2"]]) {
        const { status, stderr } = await runInterimap(stores.home, args);
        assert.deepEqual([status, stderr.match(gone)?.length], [1, 2], `${args.join(" ")}: ${stderr}`);
      }
      assert.equal((await contents(stores[otherSide(side)], "a2")).length, 3);
    });

    test("every message of what is left, where the other mailboxes are gone", async (t) => {
      const stores = await synchronised(t, { mailboxes: { INBOX: 60, a: 60, b: 60 } });
      await expunge(stores[side], "1:*");
      await command(stores[side], "DELETE a", "DELETE b");
      const there = await snapshot(stores[otherSide(side)]);
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 65, stderr);
      assert.match(stderr, /60 of 60 messages have vanished/);
      assert.deepEqual(diffSnapshots(there, await snapshot(stores[otherSide(side)])), []);
    });

    test("somebody else's account, or an emptied one: all stays where it is", async (t) => {
      const stores = await synchronised(t, { mailboxes: { INBOX: 60, a: 60, b: 60 } });
      const there = stores[otherSide(side)];
      const before = await snapshot(there);
      // Dovecot makes UIDVALIDITY of the clock.
      const made = Math.floor(Date.now() / 1000);
      await eventually("another second", () => Math.floor(Date.now() / 1000) > made);
      const empty = { ...plainText(stores.proxies[side].server), username: `${stores[side].user}-not-used-before` };
      const same = plainText(stores.proxies[otherSide(side)].server);
      stores.home.configure(side === "local" ? { local: empty, remote: same } : { local: same, remote: empty });
      const { status, stderr } = await runInterimap(stores.home, ["--same-accounts"]);
      assert.equal(status, 1, stderr);
      assert.equal(stderr.match(/Mailbox skipped: disappeared from/g)?.length, 2, stderr);
      assert.match(stderr, new RegExp(`^${side}\\(INBOX\\): UIDVALIDITY changed`, "m"));
      assert.deepEqual(diffSnapshots(before, await snapshot(there)), []);
    });

    test("between Dovecot and Cyrus", async (t) => {
      const stores = await synchronised(t, { mailboxes: three, servers: { local: dovecot, remote: cyrus } });
      await loseMost(stores[side]);
      await assertStopped(stores, /135 of 240 messages have vanished/);
      assert.equal((await runInterimap(stores.home, ["--allow-mass-delete"])).status, 0);
      await assertIdentical(stores);
    });

    test("before the first run with a database of the original program, which knows no counts", async (t) => {
      const stores = await synchronised(t, { mailboxes: { INBOX: 20, a: 20 } });
      makeVersion1(stores.home.databaseFile);
      for (const name of ["INBOX", "a"]) await expunge(stores[side], "1:*", name);
      const there = await snapshot(stores[otherSide(side)]);
      for (let run = 0; run < 2; run++) {
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 65, stderr);
        assert.match(stderr, new RegExp(`^${side}: 40 of 40 messages have vanished from the ${side} server;`, "m"));
      }
      assert.deepEqual(diffSnapshots(there, await snapshot(stores[otherSide(side)])), []);
    });

    test("after a first run that never came to a checkpoint", async (t) => {
      const stores = await synchronised(t, { mailboxes: three });
      execute(
        stores.home.databaseFile,
        `DELETE FROM message_counts; INSERT INTO rounds SELECT idx, 1, 1 FROM mailboxes;
         UPDATE local SET UIDNEXT = 1, HIGHESTMODSEQ = 0; UPDATE remote SET UIDNEXT = 1, HIGHESTMODSEQ = 0`,
      );
      await loseMost(stores[side]);
      const there = await snapshot(stores[otherSide(side)]);
      for (let run = 0; run < 2; run++) {
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 65, stderr);
        assert.match(stderr, /135 of 240 messages have vanished .*; skipped: "a", "b", "c"; /);
      }
      assert.deepEqual(diffSnapshots(there, await snapshot(stores[otherSide(side)])), []);
      assert.equal((await runInterimap(stores.home, ["--allow-mass-delete"])).status, 0);
      await assertIdentical(stores);
    });

    // How the news of it comes makes no difference between the sides.
    const args = [side === "local" ? "--watch=1" : "--notify"];
    test(`while ${args.join(" ")} is running: it says so once, goes on with the rest, and with all when it may`, async (t) => {
      const stores = await synchronised(t, { mailboxes: { INBOX: 150, a: 20 } });
      const there = stores[otherSide(side)];
      const daemon = startDaemon(t, stores.home, { args });
      await daemon.waits();
      await expunge(stores[side], "1:120");
      const line = new RegExp(`^${side}: 120 of 170 messages .*; nothing was deleted; skipped: "INBOX"; ${hint}$`);
      await daemon.line(line);
      for (const [each, name] of [
        [side, "first"],
        [otherSide(side), "second"],
      ] as const) {
        await deliver(stores[each], "a", mail(name));
        await eventually(name, async () => (await contents(stores[otherSide(each)], "a")).includes(name));
      }
      await expunge(stores[side], "1", "a");
      await eventually("a deletion", async () => (await contents(there, "a")).length === 21);
      assert.equal((await contents(there)).length, 150);
      assert.equal(daemon.said(line).length, 1);
      assert.equal(daemon.said(/have vanished/).length, 1);

      const { local, remote } = stores.proxies;
      stores.home.configure({ local: local.server, remote: remote.server, settings: { "max-delete": "100%" } });
      daemon.kill("SIGHUP");
      await becomeIdentical(stores);
      assert.equal((await contents(there)).length, 30);
      await daemon.stop();
      await assertNothingToDo(stores);
    });

    test("before the daemon began: it goes on without these, and with them when there are fewer", async (t) => {
      const stores = await synchronised(t, { mailboxes: { ...three, rest: 3 } });
      await loseMost(stores[side]);
      await deliver(stores[side], "rest", mail("new"));
      const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
      await daemon.line(/135 of 243 messages .*; skipped: "a", "b", "c"; /);
      await eventually("the rest", async () => (await contents(stores[otherSide(side)], "rest")).length === 4);
      assert.equal((await contents(stores[otherSide(side)], "b")).length, 80);
      // Somebody deletes some of them there, too.
      await expunge(stores[otherSide(side)], "11:40", "a");
      await becomeIdentical(stores);
      await daemon.stop();
    });

    test("and is allowed when the daemon begins", async (t) => {
      const stores = await synchronised(t, { mailboxes: three });
      await loseMost(stores[side]);
      const daemon = startDaemon(t, stores.home, { args: ["--watch=1", "--allow-mass-delete"] });
      await daemon.waits();
      await daemon.stop();
      await assertIdentical(stores);
    });

    test("but not what vanishes later, nor once the configuration was read again", async (t) => {
      const stores = await synchronised(t, { mailboxes: three, settings: { "max-delete": "10" } });
      const there = stores[otherSide(side)];
      await loseMost(stores[side]);
      const daemon = startDaemon(t, stores.home, { args: ["--watch=1", "--allow-mass-delete"] });
      await daemon.waits();
      await assertIdentical(stores);
      const before = (await contents(there, "a")).length;
      await expunge(stores[side], "56:70", "a");
      await daemon.says(/15 of \d+ messages have vanished .*; nothing was deleted; skipped: "a"; /, 1);
      daemon.kill("SIGHUP");
      await daemon.says(/15 of \d+ messages have vanished .*; nothing was deleted; skipped: "a"; /, 2);
      assert.equal((await contents(there, "a")).length, before);
      await daemon.stop();
    });

    test("a server that lists no mailbox for a while: a daemon waits until it does", async (t) => {
      const stores = await synchronised(t, { mailboxes: { a1: 3, a2: 3 }, settings: { "list-mailbox": "a*" } });
      await command(stores[side], "RENAME a1 x1", "RENAME a2 x2");
      const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
      await daemon.line(
        new RegExp(`^${side}: the ${side} server no longer lists any mailbox; nothing was changed; ${hint}$`),
      );
      await command(stores[side], "RENAME x1 a1", "RENAME x2 a2");
      await deliver(stores[side], "a2", mail("new"));
      await becomeIdentical(stores);
      assert.equal(daemon.said(/no longer lists any mailbox/).length, 1);
      await daemon.stop();
      await assertNothingToDo(stores);
    });

    test("all else is done: mail, flags, new mailboxes, and a few deletions elsewhere", async (t) => {
      const stores = await synchronised(t, { mailboxes: { INBOX: 200, a: 40, b: 40, d: 3 } });
      const there = stores[otherSide(side)];
      await expunge(stores[side], "1:160");
      await expunge(stores[side], "2:4", "a");
      await expunge(stores[side], "1:2", "d");
      await store(stores[side], "5 +FLAGS (\\Flagged)", "a");
      await command(there, "CREATE new");
      for (const each of sides) {
        await deliver(stores[each], "b", mail(`b-${each}`));
        await deliver(stores[each], "INBOX", mail(`held-${each}`));
      }
      for (const args of [[], ["--repair"]]) {
        const { status, stderr } = await runInterimap(stores.home, args);
        assert.equal(status, 65, stderr);
        const deleted = args.length === 0 ? "only 3 were deleted on the other one" : "nothing was deleted";
        const count = args.length === 0 ? 165 : 162;
        const line = new RegExp(
          `^${side}: ${count} of \\d+ messages .*; ${deleted}; skipped: "INBOX", "d"; ${hint}$`,
          "m",
        );
        assert.match(stderr, line);
        assert.equal((await contents(there)).length, 201);
        assert.equal((await contents(there, "a")).length, 37);
        assert.ok((await contents(there, "a")).includes("a5 \\flagged"));
        assert.equal((await contents(there, "b")).length, 42);
        assert.equal((await contents(there, "d")).length, 3);
        assert.equal((await contents(stores[side], "b")).length, 42);
        assert.deepEqual(await contents(stores[side], "new"), []);
      }
      assert.equal((await runInterimap(stores.home, ["--allow-mass-delete"])).status, 0);
      await assertIdentical(stores);
      await assertNothingToDo(stores);
    });
  });
}

for (const side of sides) {
  const test = onOne(side);
  test(`--notify: a ${side} server that loses some messages every moment does not empty the other one, nor after a restart`, async (t) => {
    const stores = await synchronised(t, { mailboxes: { INBOX: 300, a: 20 } });
    const there = stores[otherSide(side)];
    const daemon = startDaemon(t, stores.home, { args: ["--notify"] });
    await daemon.waits();
    await expunge(stores[side], "1:70");
    await eventually("70 of them", async () => (await contents(there)).length === 230);
    await expunge(stores[side], "71:140");
    await eventually("70 more", async () => (await contents(there)).length === 160);
    await expunge(stores[side], "141:200");
    await daemon.line(/60 of 320 messages have vanished/);
    const { stderr } = await daemon.stop();
    const line = `${side}: 60 of 320 messages have vanished .*, and 140 others were deleted within 24 hours before; nothing`;
    assert.match(stderr, new RegExp(`^${line} was deleted; skipped: "INBOX"; ${hint}$`, "m"));
    await assertStopped(stores, new RegExp(`^${line}`));
    assert.equal((await contents(there)).length, 160);
    assert.equal((await runInterimap(stores.home, ["--allow-mass-delete"])).status, 0);
    await assertIdentical(stores);
    await expunge(stores[side], "201:210");
    await assertConverges(stores, "the count begins anew");
  });

  test(`one mailbox of the ${side} server that loses nearly everything is skipped, and the others go on`, async (t) => {
    const stores = await synchronised(t, { mailboxes: { INBOX: 150, big: 200, Trash: 110 } });
    await expunge(stores[side], "1:140");
    await expunge(stores[side], "1:*", "Trash");
    await deliver(stores[side], "big", mail("new"));
    const there = stores[otherSide(side)];
    for (const args of [[], ["--repair"]]) {
      const { status, stderr } = await runInterimap(stores.home, args);
      assert.equal(status, 1, stderr);
      const line = `140 of 150 messages have vanished from the ${side} server within 24 hours; the last 140 were not`;
      assert.match(stderr, new RegExp(`^${side}\\(INBOX\\): Mailbox skipped: ${line} deleted;`, "m"));
      assert.equal((await contents(there)).length, 150);
      assert.deepEqual(await contents(there, "Trash"), []);
      assert.equal((await contents(there, "big")).length, 201);
    }
    const { status, stderr } = await runInterimap(stores.home, ["--allow-mass-delete", "INBOX"]);
    assert.equal(status, 0, stderr);
    await assertIdentical(stores);
  });
}

for (const side of sides) {
  const test = onOne(side);
  const other = otherSide(side);
  const scene = { mailboxes: { INBOX: 150, box: 20, rest: 200 } };
  const moveAll = (stores: TwoStores): Promise<void> => command(stores[side], "SELECT INBOX", "UID MOVE 1:* box");

  describe(`everything in a mailbox of the ${side} server is moved to another one`, () => {
    test("that is no loss, nor is what is deleted later on", async (t) => {
      const stores = await synchronised(t, scene);
      await moveAll(stores);
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[other]), []);
      assert.equal((await contents(stores[other], "box")).length, 170);
      await deliver(stores[other], "INBOX", ...mails("new", 12));
      await assertConverges(stores);
      await expunge(stores[side], "1:*");
      await assertConverges(stores);
      await assertNothingToDo(stores);
    });

    test("nobody asks what has vanished but those who work in the mailbox", async (t) => {
      const stores = await synchronised(t, scene);
      await moveAll(stores);
      const { status, stderr } = await runInterimap(stores.home, ["--debug"]);
      assert.equal(status, 0, stderr);
      const asked = stderr.match(new RegExp(`^${side}: C: \\S+ UID FETCH 1:150 \\(UID FLAGS`, "gm"));
      // Before they are moved and afterwards, each time twice: it looks like the end of the mailbox.
      assert.equal(asked?.length, 4, stderr);
    });

    test("--watch: not a word", async (t) => {
      const stores = await synchronised(t, scene);
      const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
      await daemon.waits();
      await moveAll(stores);
      await becomeIdentical(stores);
      assert.deepEqual(daemon.said(/have vanished/), []);
      await daemon.stop();
      assert.equal((await contents(stores[other], "box")).length, 170);
    });

    test("but as long as the other server does not take them, they stay where they were", async (t) => {
      const stores = await synchronised(t, scene);
      const stop = refuseAppends(stores, other, { answer: "NO [OVERQUOTA] Full" });
      let refusesMoves = true;
      stores.hold(other, "client", {
        pattern: / UID (?:MOVE|COPY) /,
        always: true,
        action: (line) => (refusesMoves ? { instead: line.replace(/(UID \w+) .*/, "$1 1 nowhere") } : undefined),
      });
      await moveAll(stores);
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /150 of 150 messages have vanished/);
      assert.equal((await contents(stores[other])).length, 150);
      stop();
      refusesMoves = false;
      execute(stores.home.databaseFile, "UPDATE waits SET next_attempt = 1");
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[other]), []);
    });

    test("but others came there: they stay where they were", async (t) => {
      const stores = await synchronised(t, scene);
      await expunge(stores[side], "1:*");
      await deliver(stores[side], "box", ...mails("other", 150));
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1, stderr);
      assert.match(
        stderr,
        new RegExp(`^${side}\\(INBOX\\): .*150 of 150 messages have vanished from the ${side} server`, "m"),
      );
      assert.equal((await contents(stores[other])).length, 150);
      assert.equal((await contents(stores[other], "box")).length, 170);
    });
  });
}

test("what vanished on both sides needs no deletion", async (t) => {
  const stores = await synchronised(t, { mailboxes: three });
  for (const side of sides) await loseMost(stores[side]);
  await assertConverges(stores);
});

test("what vanished here and what vanished there count together", async (t) => {
  const stores = await synchronised(t, { mailboxes: { a: 100, b: 100 } });
  await expunge(stores.local, "1:60", "a");
  await expunge(stores.remote, "1:50", "b");
  const [here, there] = [
    "60 of 200 messages have vanished from the local",
    "50 of 200 messages have vanished from the remote",
  ];
  await assertStopped(stores, new RegExp(`^local: ${here} server, and ${there} server; nothing was deleted;`));
});

test("half of all messages, though more than a hundred, may go", async (t) => {
  const stores = await synchronised(t, { mailboxes: { a: 120, b: 120 } });
  for (const name of ["a", "b"]) await expunge(stores.remote, "1:60", name);
  await assertConverges(stores);
  assert.equal((await contents(stores.local, "a")).length, 60);
});

test("the command to go on with is one for this configuration file", async (t) => {
  const stores = await synchronised(t, { mailboxes: { INBOX: 12 } });
  await expunge(stores.local, "1:12");
  const option = `--config=${stores.home.configFile}`;
  const { status, stderr } = await runInterimap(stores.home, [option]);
  assert.equal(status, 65);
  const offered = / interimap (.*)$/m.exec(stderr)?.[1];
  assert.equal(offered, `${option} --allow-mass-delete`);
  assert.equal((await runInterimap(stores.home, offered.split(" "))).status, 0);
  assert.deepEqual(await contents(stores.remote), []);
});

const limits: readonly (readonly [limit: string, messages: number, most: number])[] = [
  ["3", 12, 3],
  ["0", 5, 0],
  ["11", 11, 11],
  ["80%", 140, 112],
  ["0%", 120, 100],
  ["100%", 120, 120],
];

for (const [limit, count, most] of limits) {
  test(`max-delete = ${limit}: ${most} of ${count} messages may be deleted`, async (t) => {
    const stores = await synchronised(t, { mailboxes: { INBOX: count }, settings: { "max-delete": limit } });
    if (most < count) {
      await expunge(stores.remote, `1:${most + 1}`);
      await assertStopped(stores, new RegExp(`^remote: ${most + 1} of ${count} messages have vanished`));
      await expunge(stores.local, "1");
    } else await expunge(stores.remote, "1:*");
    await assertConverges(stores);
    const left = await asClient(stores.local, (imap) => imap.run("STATUS INBOX (MESSAGES)"));
    assert.match(left.untagged[0]!.line, new RegExp(`MESSAGES ${Math.max(0, count - most - 1)}\\)`));
  });
}
