// --rename: the new name everywhere, nothing copied again; refused before anything is changed where it cannot be.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap, type RunResult, startInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import {
  command,
  contents,
  deliver,
  expunge,
  mails,
  store,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { dump } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { assertRefused } from "./refusal.ts";

const onOne = inTurn(sides);

const { slash, dot, cyrus } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
});

async function names(server: MailServer): Promise<string[]> {
  const { mailboxes } = await snapshot(server);
  return [...mailboxes.keys()].map((name) => name.replaceAll("\0", "/")).sort();
}

async function subscriptions(server: MailServer): Promise<string[]> {
  const { subscribed } = await snapshot(server);
  return [...subscribed].map((name) => name.replaceAll("\0", "/")).filter((name) => name !== "INBOX");
}

/** Name by idx, NUL shown as a slash. */
function known({ home }: TwoStores): Map<unknown, string> {
  const rows = dump(home.databaseFile).rows["mailboxes"] ?? [];
  return new Map(rows.map(([idx, name]) => [idx, String(name).replaceAll("\0", "/")]));
}

async function run({ home }: TwoStores, ...args: readonly string[]): Promise<RunResult> {
  const result = await runInterimap(home, args);
  assert.equal(result.status, 0, result.stderr);
  return result;
}

/** Runs once more; nothing is copied, created, changed or removed. */
async function assertNothingChanges(stores: TwoStores): Promise<void> {
  const { stderr } = await run(stores);
  assert.equal(stderr, "");
  assert.deepEqual(diffSnapshots(await snapshot(stores.local), await snapshot(stores.remote)), []);
}

/** `a`, `a/b` and `c` on both sides, `a` and `a/b` subscribed, two messages in each. */
async function filled(stores: TwoStores): Promise<TwoStores> {
  const { delimiter } = stores.local;
  const names = ["a", `a${delimiter}b`, "c"];
  for (const name of names) {
    await command(stores.local, `CREATE "${name}"`);
    if (name !== "c") await command(stores.local, `SUBSCRIBE "${name}"`);
    await deliver(stores.local, name, ...mails(name.at(-1)!, 2));
  }
  await assertConverges(stores);
  return stores;
}

describe("--rename", () => {
  for (const [name, servers] of [
    ["/ and .", () => ({ local: slash, remote: dot })],
    [". and /", () => ({ local: dot, remote: slash })],
    ["Dovecot and Cyrus", () => ({ local: slash, remote: cyrus })],
    ["Cyrus and Dovecot", () => ({ local: cyrus, remote: dot })],
  ] as const) {
    test(`mailbox, children and subscriptions get the new name everywhere, nothing else happens (${name})`, async (t) => {
      const stores = await filled(await twoStores(t, servers()));
      const before = dump(stores.home.databaseFile);
      const idxOf = new Map([...known(stores)].map(([idx, name]) => [name, idx]));
      await run(stores, "--rename", "a", `c${stores.local.delimiter}z`);
      for (const side of sides) {
        assert.deepEqual(await names(stores[side]), ["INBOX", "c", "c/z", "c/z/b"]);
        assert.deepEqual(await subscriptions(stores[side]), ["c/z", "c/z/b"]);
      }
      const renamed = known(stores);
      assert.equal(renamed.get(idxOf.get("a")), "c/z");
      assert.equal(renamed.get(idxOf.get("a/b")), "c/z/b");
      assert.deepEqual(dump(stores.home.databaseFile).rows["mapping"], before.rows["mapping"]);
      await assertNothingChanges(stores);
      await assertNothingToDo(stores);
      await store(stores.remote, "1 +FLAGS (\\Flagged)", `c${stores.remote.delimiter}z`);
      await deliver(stores.local, `c${stores.local.delimiter}z`, ...mails("later", 1));
      await assertConverges(stores);
      assert.deepEqual(await contents(stores.local, "c\0z"), ["a1 \\flagged", "a2", "later1"]);
    });
  }

  test("what changed before and was not synchronised yet is, under the new name", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: cyrus }));
    await store(stores.remote, "1 +FLAGS (\\Seen)", "a");
    await deliver(stores.local, "a/b", ...mails("new", 2));
    await run(stores, "--rename", "a", "z");
    await assertConverges(stores);
    assert.deepEqual(await contents(stores.local, "z"), ["a1 \\seen", "a2"]);
    assert.deepEqual(await contents(stores.remote, "z\0b"), ["b1", "b2", "new1", "new2"]);
    await assertNothingToDo(stores);
  });

  for (const side of sides) {
    const test = onOne(side);
    test(`one that was renamed on the ${side} server before, as the report of a run advises`, async (t) => {
      const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
      await command(stores[side], "RENAME c moved");
      // Restricted, so that the new name is not copied as a mailbox of its own.
      const { status, stderr } = await runInterimap(stores.home, ["c"]);
      assert.equal(status, 1);
      const [, advice = ""] = /if it was renamed: interimap (.*)$/m.exec(stderr) ?? [];
      assert.equal(advice, `--target=${otherSide(side)},database --rename c NEWNAME`);
      await run(stores, ...advice.replace("NEWNAME", "moved").split(" "));
      await assertNothingChanges(stores);
      await assertNothingToDo(stores);
      for (const each of sides) assert.deepEqual(await names(stores[each]), ["INBOX", "a", "a/b", "moved"]);
    });

    test(`a new name that is taken on the ${side} server: refused, nothing is changed, and the advice helps`, async (t) => {
      const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
      await command(stores[side], `CREATE "x y"`);
      const before = dump(stores.home.databaseFile);
      const advice = `interimap --target=${side} --delete 'x y'`;
      for (const source of ["a", "nothing"]) {
        await assertRefused(stores.home, {
          status: 65,
          line: `cannot rename "${source}" to "x y": "x y" already exists on the ${side} server; to delete what is in the way: ${advice}`,
          args: ["--rename", source, "x y"],
        });
      }
      assert.deepEqual(dump(stores.home.databaseFile), before);
      assert.deepEqual(await names(stores[otherSide(side)]), ["INBOX", "a", "a/b", "c"]);
      await run(stores, `--target=${side}`, "--delete", "x y");
      await run(stores, "--rename", "a", "x y");
      await assertNothingChanges(stores);
      for (const each of sides) assert.deepEqual(await names(stores[each]), ["INBOX", "c", "x y", "x y/b"]);
    });
  }

  test("a new name that is taken in the database: refused", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    for (const side of sides) await command(stores[side], "DELETE c");
    const line = `cannot rename "a" to "c": "c" already exists in the database; to delete what is in the way: interimap --target=database --delete c`;
    await assertRefused(stores.home, { status: 65, line, args: ["--rename", "a", "c"] });
    await run(stores, "--target=database", "--delete", "c");
    await run(stores, "--rename", "a", "c");
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "c", "c/b"]);
    await assertNothingToDo(stores);
  });

  test("a server that refuses after the other has agreed: the line has the command that does the rest", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    stores.hold("local", "client", {
      pattern: / RENAME /,
      action: (line) => ({ instead: line.replace(/ RENAME.*/, " RENAME nope c") }),
    });
    const before = dump(stores.home.databaseFile);
    const { status, stderr } = await runInterimap(stores.home, ["--rename", "a", "z"]);
    assert.equal(status, 1, stderr);
    assert.deepEqual(dump(stores.home.databaseFile), before);
    const [, advice = ""] = /finish with: interimap (.*)$/m.exec(stderr) ?? [];
    assert.equal(advice, "--target=local,database --rename a z");
    await run(stores, "--rename", "a", "z");
    await assertNothingChanges(stores);
    await assertNothingToDo(stores);
  });

  test("a new name with other mailboxes below it: these stay, and the mailbox gets its name", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    await command(stores.local, "CREATE x/y", "CREATE x/z/k");
    await deliver(stores.local, "x/y", ...mails("y", 2));
    await assertConverges(stores);
    const before = dump(stores.home.databaseFile).rows["mapping"];
    await run(stores, "--rename", "a", "x");
    for (const side of sides) {
      assert.deepEqual(await names(stores[side]), ["INBOX", "c", "x", "x/b", "x/y", "x/z/k"]);
      assert.deepEqual(await contents(stores[side], "x"), ["a1", "a2"]);
      assert.deepEqual(await contents(stores[side], "x\0y"), ["y1", "y2"]);
    }
    assert.deepEqual(dump(stores.home.databaseFile).rows["mapping"], before);
    await assertNothingChanges(stores);
    await assertNothingToDo(stores);
  });

  for (const side of sides)
    onOne(side)(
      `killed when the ${side} server has done it: a run in between copies nothing, the same command does the rest`,
      async (t) => {
        const settings = { "follow-renames": "NO" };
        const stores = await filled(await twoStores(t, { local: slash, remote: cyrus }, { settings }));
        const renaming = startInterimap(stores.home, ["--rename", "a", "z"]);
        stores.hold(side, "server", {
          pattern: /^\S+ OK (?:Rename )?completed/i,
          action: async (line) => {
            if (!stores.proxies[side].clientLines.at(-1)?.includes("RENAME")) return undefined;
            renaming.child.kill("SIGKILL");
            await renaming.finished;
            return line === "" ? undefined : ("cut" as const);
          },
          always: true,
        });
        assert.equal((await renaming.finished).signal, "SIGKILL");
        stores.release(side);
        await runInterimap(stores.home);
        await run(stores, ...(side === "local" ? [] : ["--rename", "a", "z"]));
        await assertNothingChanges(stores);
        for (const each of sides) {
          assert.deepEqual(await names(stores[each]), ["INBOX", "c", "z", "z/b"]);
          assert.deepEqual(await contents(stores[each], "z"), ["a1", "a2"]);
        }
        await assertNothingToDo(stores);
      },
    );

  test("each place that changes has its line", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    const { stderr } = await run(stores, "--rename", "c", "x/y");
    assert.deepEqual(stderr.split("\n"), [
      'remote(c): Renamed to "x/y"',
      'local(c): Renamed to "x/y"',
      'Renamed "c" to "x/y" in the database',
      "",
    ]);
    await assertNothingToDo(stores);
  });

  test("--target", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    const before = dump(stores.home.databaseFile);
    await run(stores, "--target=local", "--rename", "a", "z");
    assert.deepEqual(await names(stores.local), ["INBOX", "c", "z", "z/b"]);
    assert.deepEqual(await names(stores.remote), ["INBOX", "a", "a/b", "c"]);
    assert.deepEqual(dump(stores.home.databaseFile), before);
    await run(stores, "--target=remote", "--target=database", "--rename", "a", "z");
    await assertNothingChanges(stores);
    await assertNothingToDo(stores);
  });

  test("a level that is no mailbox takes what is below it along", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: dot });
    await command(stores.local, "CREATE p/q", "SUBSCRIBE p/q");
    await deliver(stores.local, "p/q", ...mails("m", 2));
    await assertConverges(stores);
    await run(stores, "--rename", "p", "x/y");
    for (const side of sides) {
      assert.deepEqual(await names(stores[side]), ["INBOX", "x/y/q"]);
      assert.deepEqual(await subscriptions(stores[side]), ["x/y/q"]);
    }
    await assertNothingToDo(stores);
  });

  test("a level that holds nothing and is not to be deleted: the rename says whether it is in the way", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    stores.hold("remote", "client", {
      pattern: / LIST .*\bz\b/,
      always: true,
      action: (line) => {
        const [tag = ""] = line.split(" ");
        const action = (answer: string) => ({ instead: `* LIST (\\Noselect) "." z\r\n${answer}` });
        stores.hold("remote", "server", { pattern: new RegExp(`^${tag} `), action });
      },
    });
    await run(stores, "--target=remote,database", "--rename", "c", "z");
    assert.deepEqual(await names(stores.remote), ["INBOX", "a", "a/b", "z"]);
  });

  test("wildcards are characters as any other; a mailbox that nobody knows is named, exit 1", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    const { status, stderr } = await runInterimap(stores.home, ["--rename", "*", "z"]);
    assert.equal(status, 1);
    assert.match(stderr, /^Mailbox "\*" skipped: there is no such mailbox on either server or in the database; /);
    await command(stores.local, "CREATE %", "CREATE nearly");
    await assertConverges(stores);
    await run(stores, "--rename", "%", "n*");
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "a", "a/b", "c", "n*", "nearly"]);
    await assertNothingToDo(stores);
  });

  test("below a list-reference, and not beside it", async (t) => {
    const sections = { local: { "list-reference": "foo/" } };
    const stores = await twoStores(t, { local: slash, remote: dot }, { sections });
    await command(stores.local, "CREATE foo/a", "CREATE foo/a/b", "SUBSCRIBE foo/a/b", "CREATE a", "CREATE z");
    await run(stores);
    await run(stores, "--rename", "a", "z/a");
    assert.deepEqual(await names(stores.local), ["INBOX", "a", "foo/INBOX", "foo/z/a", "foo/z/a/b", "z"]);
    assert.deepEqual(await names(stores.remote), ["INBOX", "z/a", "z/a/b"]);
    assert.deepEqual(await subscriptions(stores.remote), ["z/a/b"]);
    await assertNothingToDo(stores);
  });

  test("names in modified UTF-7, with blanks", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: cyrus });
    await command(stores.local, 'CREATE "Entw&APw-rfe 1"');
    await assertConverges(stores);
    await run(stores, "--rename", "Entw&APw-rfe 1", "R&AOk-sum&AOk- it's");
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "Résumé it's"]);
    await assertNothingChanges(stores);
    await assertNothingToDo(stores);
  });

  test("a new name with the other side's delimiter in it is refused before anything is changed", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    const before = dump(stores.home.databaseFile);
    const { status, stderr } = await runInterimap(stores.home, ["--rename", "a", "x.y"]);
    assert.equal(status, 1);
    assert.match(stderr, /mailbox "x\.y" cannot exist there: "\." is the server's hierarchy delimiter/);
    assert.deepEqual(dump(stores.home.databaseFile), before);
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "a", "a/b", "c"]);
  });

  test("below itself, or to INBOX: refused", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    const before = dump(stores.home.databaseFile);
    await assertRefused(stores.home, {
      status: 64,
      line: 'mailbox "a" cannot become "a/x", below itself',
      args: ["--rename", "a", "a/x"],
    });
    await assertRefused(stores.home, {
      status: 64,
      line: /^nothing can be renamed to INBOX/,
      args: ["--rename", "a", "Inbox"],
    });
    assert.deepEqual(dump(stores.home.databaseFile), before);
  });

  test("INBOX: its messages move, it stays, and so does what is below it", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: dot });
    await command(stores.local, "CREATE INBOX/k", "SUBSCRIBE INBOX/k", "CREATE INBOX/k/l");
    await deliver(stores.local, "INBOX", ...mails("m", 3));
    await deliver(stores.local, "INBOX/k/l", ...mails("l", 2));
    await assertConverges(stores);
    await store(stores.remote, "2 +FLAGS (\\Seen)");
    await run(stores, "--rename", "inbox", "old/2020");
    await deliver(stores.remote, "INBOX", ...mails("new", 1));
    await assertConverges(stores);
    for (const side of sides) {
      assert.deepEqual(await names(stores[side]), ["INBOX", "INBOX/k", "INBOX/k/l", "old/2020"]);
      assert.deepEqual(await subscriptions(stores[side]), ["INBOX/k"]);
      assert.deepEqual(await contents(stores[side], "old\x002020"), ["m1", "m2 \\seen", "m3"]);
      assert.deepEqual(await contents(stores[side]), ["new1"]);
      assert.deepEqual(await contents(stores[side], "INBOX\0k\0l"), ["l1", "l2"]);
    }
    await assertNothingToDo(stores);
  });

  test("INBOX below a list-reference is a mailbox as any other there, and comes back", async (t) => {
    const sections = { local: { "list-reference": "foo/" } };
    const stores = await twoStores(t, { local: slash, remote: dot }, { sections });
    await deliver(stores.local, "INBOX", ...mails("other", 1));
    await deliver(stores.remote, "INBOX", ...mails("m", 2));
    await command(stores.remote, "CREATE INBOX.k");
    await run(stores);
    await run(stores, "--rename", "INBOX", "old");
    await run(stores);
    assert.deepEqual(await names(stores.local), ["INBOX", "foo/INBOX", "foo/INBOX/k", "foo/old"]);
    assert.deepEqual(await names(stores.remote), ["INBOX", "INBOX/k", "old"]);
    assert.deepEqual(await contents(stores.local, "foo\0old"), ["m1", "m2"]);
    assert.deepEqual(await contents(stores.local), ["other1"]);
    await assertNothingToDo(stores);
  });

  test("INBOX where the server cannot do it: the run fails, the other side is not touched, nothing is lost", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: cyrus });
    await deliver(stores.local, "INBOX", ...mails("m", 3));
    await command(stores.remote, "UNSUBSCRIBE INBOX");
    await assertConverges(stores);
    const before = dump(stores.home.databaseFile);
    // Cyrus 3.6 makes the new mailbox, and then its process dies.
    const { status, stderr } = await runInterimap(stores.home, ["--rename", "INBOX", "old"]);
    assert.equal(status, 75, stderr);
    assert.deepEqual(dump(stores.home.databaseFile), before);
    assert.deepEqual(await names(stores.local), ["INBOX"]);
    await assertConverges(stores);
    assert.deepEqual(await contents(stores.remote), ["m1", "m2", "m3"]);
    await assertNothingToDo(stores);
  });
});

for (const [name, servers] of [
  ["two Dovecots", () => ({ local: slash, remote: dot })],
  ["Dovecot and Cyrus", () => ({ local: slash, remote: cyrus })],
] as const) {
  describe(`renamed on both servers, and not in the database (${name})`, () => {
    test("the next run knows the mailbox again: what was deleted before does not come back", async (t) => {
      const stores = await filled(await twoStores(t, servers()));
      const idxOf = new Map([...known(stores)].map(([idx, name]) => [name, idx]));
      await expunge(stores.remote, "1", "a");
      await deliver(stores.local, `a${stores.local.delimiter}b`, ...mails("new", 1));
      for (const side of sides) await command(stores[side], "RENAME a z");
      const { stderr } = await run(stores);
      for (const [from, to] of [
        ["a", "z"],
        ["a/b", "z/b"],
      ]) {
        assert.match(stderr, new RegExp(`^Renamed "${from}" to "${to}" in the database$`, "m"));
        assert.equal(known(stores).get(idxOf.get(from!)), to);
      }
      assert.deepEqual(await contents(stores.local, "z"), ["a2"]);
      assert.deepEqual(await contents(stores.remote, "z\0b"), ["b1", "b2", "new1"]);
      for (const side of sides) assert.deepEqual(await subscriptions(stores[side]), ["z", "z/b"]);
      await assertNothingChanges(stores);
      await assertNothingToDo(stores);
    });

    test("but not one that was deleted on both servers, while another was made", async (t) => {
      const stores = await filled(await twoStores(t, servers()));
      for (const side of sides) await command(stores[side], "DELETE c", "CREATE other");
      await deliver(stores.local, "other", ...mails("o", 3));
      const { stderr } = await run(stores);
      assert.doesNotMatch(stderr, /Renamed/);
      assert.deepEqual(await contents(stores.remote, "other"), ["o1", "o2", "o3"]);
      await assertNothingToDo(stores);
    });
  });
}
