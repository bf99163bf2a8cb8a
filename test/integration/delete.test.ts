// --delete: gone where it was asked for, and nowhere else; the next run has nothing to add.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, mails, type TwoStores, twoStores, userNames } from "../support/two-stores.ts";
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
  return [...(await snapshot(server)).subscribed].map((name) => name.replaceAll("\0", "/")).sort();
}

/** What the database knows, NUL shown as a slash. */
function known({ home }: TwoStores): string[] {
  const rows = dump(home.databaseFile).rows["mailboxes"] ?? [];
  return rows.map(([, name]) => String(name).replaceAll("\0", "/")).sort();
}

async function run({ home }: TwoStores, ...args: readonly string[]): Promise<string> {
  const { status, stderr } = await runInterimap(home, args);
  assert.equal(status, 0, stderr);
  return stderr;
}

/** `a`, `a/b` and `c` on both sides, subscribed, two messages in each. */
async function filled(stores: TwoStores): Promise<TwoStores> {
  const { delimiter } = stores.local;
  for (const name of ["a", `a${delimiter}b`, "c"]) {
    await command(stores.local, `CREATE "${name}"`, `SUBSCRIBE "${name}"`);
    await deliver(stores.local, name, ...mails(name.at(-1)!, 2));
  }
  await assertConverges(stores);
  return stores;
}

describe("--delete", () => {
  for (const [name, servers] of [
    ["/ and .", () => ({ local: slash, remote: dot })],
    [". and /", () => ({ local: dot, remote: slash })],
  ] as const) {
    test(`a mailbox goes from both servers and the database, its children stay (${name})`, async (t) => {
      const stores = await filled(await twoStores(t, servers()));
      await run(stores, "--delete", "a");
      for (const side of sides) {
        assert.deepEqual(await names(stores[side]), ["INBOX", "a/b", "c"]);
        assert.deepEqual(await subscriptions(stores[side]), ["a/b", "c"]);
        assert.deepEqual(await contents(stores[side], "a\0b"), ["b1", "b2"]);
      }
      assert.deepEqual(known(stores), ["INBOX", "a/b", "c"]);
      await assertNothingToDo(stores);
      await assertConverges(stores);
    });
  }

  test("several at once, children before parents, as Cyrus wants it; nothing of them is left in any table", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: cyrus }));
    await run(stores, "--delete", "a", "a/b");
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "c"]);
    for (const side of sides) {
      assert.deepEqual(
        (await subscriptions(stores[side])).filter((name) => name !== "INBOX"),
        ["c"],
      );
    }
    assert.deepEqual(known(stores), ["INBOX", "c"]);
    const { rows } = dump(stores.home.databaseFile);
    for (const table of ["local", "remote", "message_counts"]) assert.equal(rows[table]?.length, 2, table);
    assert.equal(rows["mapping"]?.length, 2);
    await assertNothingToDo(stores);
  });

  test("one that the remote server refuses is left alone everywhere, and the others go on", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: cyrus }));
    const { status, stderr } = await runInterimap(stores.home, ["--delete", "a", "c"]);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^remote\(a\): Mailbox skipped: the server refused DELETE: NO \[HASCHILDREN\] /m);
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "a", "a/b"]);
    assert.deepEqual(known(stores), ["INBOX", "a", "a/b"]);
    await assertNothingToDo(stores);
  });

  for (const side of sides) {
    const test = onOne(side);
    test(`one that is gone from the ${side} server already, as the report of a run advises`, async (t) => {
      const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
      await command(stores[side], `DELETE "a${stores[side].delimiter}b"`);
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1);
      const [, advice = ""] = /to delete it everywhere: interimap (.*?);/.exec(stderr) ?? [];
      assert.equal(advice, "--delete a/b");
      await run(stores, ...advice.split(" "));
      for (const each of sides) {
        assert.deepEqual(await names(stores[each]), ["INBOX", "a", "c"]);
        assert.deepEqual(await subscriptions(stores[each]), ["a", "c"]);
      }
      await assertNothingToDo(stores);
    });

    test(`--target=${side}: there only`, async (t) => {
      const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
      const before = dump(stores.home.databaseFile);
      await run(stores, `--target=${side}`, "--delete", "c");
      assert.deepEqual(await names(stores[side]), ["INBOX", "a", "a/b"]);
      assert.deepEqual(await names(stores[otherSide(side)]), ["INBOX", "a", "a/b", "c"]);
      assert.deepEqual(dump(stores.home.databaseFile), before);
    });
  }

  test("--target=database: forgotten only", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    await run(stores, "--target=database", "--delete", "c");
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "a", "a/b", "c"]);
    assert.deepEqual(known(stores), ["INBOX", "a", "a/b"]);
  });

  test("one that is gone can be had back: forgotten, it is copied anew", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    await command(stores.remote, "DELETE c");
    await run(stores, "--target=database", "--delete", "c");
    await assertConverges(stores);
    assert.deepEqual(await contents(stores.remote, "c"), ["c1", "c2"]);
    await assertNothingToDo(stores);
  });

  test("each place that changes has its line", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    const lines = (await run(stores, "--delete", "a/b")).split("\n");
    assert.deepEqual(lines, [
      "remote(a/b): Deleted mailbox",
      "remote(a/b): Unsubscribed",
      "local(a/b): Deleted mailbox",
      "local(a/b): Unsubscribed",
      'Removed "a/b" from the database',
      "",
    ]);
    assert.equal(await run(stores, "-q", "--delete", "c"), "");
  });

  test("wildcards are characters as any other, and what is unknown is named, exit 1", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    await command(stores.local, "CREATE %");
    await assertConverges(stores);
    const before = dump(stores.home.databaseFile);
    const { status, stderr } = await runInterimap(stores.home, ["--delete", "*", "nothing", "a/c.d"]);
    assert.equal(status, 1);
    assert.deepEqual(
      [...stderr.matchAll(/^Mailbox "(.*)" skipped: there is no such mailbox /gm)].map(([, name]) => name),
      ["nothing", "a/c.d", "*"],
    );
    assert.deepEqual(dump(stores.home.databaseFile), before);
    await run(stores, "--delete", "%");
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "a", "a/b", "c"]);
    await assertNothingToDo(stores);
  });

  test("below a list-reference, and not beside it", async (t) => {
    const sections = { local: { "list-reference": "foo/" } };
    const stores = await twoStores(t, { local: slash, remote: dot }, { sections });
    await command(stores.local, "CREATE foo/a", "CREATE foo/a/b", "CREATE a", "CREATE a/b");
    await run(stores);
    await run(stores, "--delete", "a/b");
    assert.deepEqual(await names(stores.local), ["INBOX", "a", "a/b", "foo/INBOX", "foo/a"]);
    assert.deepEqual(await names(stores.remote), ["INBOX", "a"]);
    await assertNothingToDo(stores);
  });

  test("INBOX is refused before anything is done", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    const before = dump(stores.home.databaseFile);
    const line = "INBOX cannot be deleted; see interimap --help";
    await assertRefused(stores.home, { status: 64, line, args: ["--delete", "c", "inBox"] });
    assert.deepEqual(dump(stores.home.databaseFile), before);
    assert.deepEqual(await names(stores.remote), ["INBOX", "a", "a/b", "c"]);
  });

  test("a mailbox made anew under the same name is a new one", async (t) => {
    const stores = await filled(await twoStores(t, { local: slash, remote: dot }));
    await run(stores, "--delete", "c");
    await command(stores.remote, "CREATE c");
    await deliver(stores.remote, "c", ...mails("new", 3));
    await assertConverges(stores);
    assert.deepEqual(await contents(stores.local, "c"), ["new1", "new2", "new3"]);
    await assertNothingToDo(stores);
  });
});
