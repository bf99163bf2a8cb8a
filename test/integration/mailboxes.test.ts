// Mailboxes: which are synchronised, under what names, and what becomes of those that cannot be.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap, type RunResult } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import {
  command,
  contents,
  deliver,
  mails,
  store,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

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
  return [...(await snapshot(server)).subscribed].sort();
}

function skipped({ stderr }: RunResult): string[] {
  return stderr.split("\n").filter((line) => line.includes("skipped"));
}

describe("creation", () => {
  for (const side of sides) {
    const test = onOne(side);
    test(`mailboxes of the ${side} side are made on the other, nested ones too, whatever the delimiters`, async (t) => {
      const stores = await twoStores(t, { local: slash, remote: dot });
      const { delimiter } = stores[side];
      const nested = ["a", "a/b", "a/b/c d", "R&-D/&AOQ-"].map((name) => name.replaceAll("/", delimiter));
      await command(stores[side], ...nested.map((name) => `CREATE "${name}"`));
      await deliver(stores[side], nested[2]!, ...mails("deep", 2));
      await assertConverges(stores);
      assert.deepEqual(await names(stores[otherSide(side)]), ["INBOX", "R&D/ä", "a", "a/b", "a/b/c d"]);
      await assertNothingToDo(stores);
    });
  }

  test("levels that cannot be selected stay so", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: dot });
    await command(stores.local, "CREATE a/b/c");
    await assertConverges(stores);
    assert.deepEqual(await names(stores.remote), ["INBOX", "a/b/c"]);
    await assertNothingToDo(stores);
  });

  test("parents that Cyrus makes real are made real on the other side, in the same run", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: cyrus });
    await command(stores.local, "CREATE a/b/c");
    await assertConverges(stores);
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "a", "a/b", "a/b/c"]);
    await assertNothingToDo(stores);
  });

  for (const side of sides) {
    const test = onOne(side);
    test(`a name of the ${side} side with the other's delimiter in it is skipped, the others are synchronised`, async (t) => {
      const other = otherSide(side);
      const stores = await twoStores(t, {
        local: side === "local" ? slash : dot,
        remote: side === "local" ? dot : slash,
      });
      await command(stores[side], "CREATE odd.name", "SUBSCRIBE odd.name", "CREATE fine");
      await deliver(stores[side], "fine", ...mails("m", 2));
      for (let runs = 0; runs < 2; runs++) {
        const result = await runInterimap(stores.home);
        assert.equal(result.status, 1, result.stderr);
        assert.equal(skipped(result).length, 1, result.stderr);
        assert.match(
          skipped(result)[0]!,
          new RegExp(`^${other}\\(odd.name\\): .*"\\." is the server's hierarchy delimiter`),
        );
        assert.deepEqual(await names(stores[other]), ["INBOX", "fine"]);
        assert.deepEqual(await contents(stores[other], "fine"), ["m1", "m2"]);
      }
    });
  }

  test("a name that one server refuses is skipped with its words", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: cyrus });
    await command(stores.local, 'CREATE "per%cent"', "CREATE fine");
    const result = await runInterimap(stores.home);
    assert.equal(result.status, 1);
    assert.deepEqual(skipped(result).length, 1, result.stderr);
    assert.match(skipped(result)[0]!, /^remote\(per%cent\): Mailbox skipped: the server refused CREATE: NO /);
    assert.deepEqual(await names(stores.remote), ["INBOX", "fine"]);
  });
});

describe("which mailboxes", () => {
  test("INBOX is INBOX in whatever case it is given", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: cyrus });
    await deliver(stores.local, "INBOX", ...mails("m", 2));
    await command(stores.local, "CREATE other");
    const { status, stderr } = await runInterimap(stores.home, ["inbox"]);
    assert.equal(status, 0, stderr);
    assert.deepEqual(await names(stores.remote), ["INBOX"]);
    assert.deepEqual(await contents(stores.remote), ["m1", "m2"]);
    await command(stores.local, "DELETE other");
    await assertNothingToDo(stores);
  });

  test("those on the command line, and no other", async (t) => {
    const settings = { "ignore-mailbox": "^a$" };
    const stores = await twoStores(t, { local: slash, remote: dot }, { settings });
    await command(stores.local, "CREATE a", "CREATE a/b", "CREATE c");
    await deliver(stores.local, "INBOX", ...mails("m", 1));
    // The local delimiter, and configured patterns do not count.
    assert.equal((await runInterimap(stores.home, ["a", "a/b"])).status, 0);
    assert.deepEqual(await names(stores.remote), ["INBOX", "a", "a/b"]);
    assert.deepEqual(await contents(stores.remote), []);
  });

  test("known ones that are not on the command line are left alone", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: dot });
    await command(stores.local, "CREATE a", "CREATE gone");
    await assertConverges(stores);
    await deliver(stores.local, "INBOX", ...mails("m", 1));
    await command(stores.remote, "DELETE gone");
    await deliver(stores.local, "a", ...mails("n", 1));
    const { status, stderr } = await runInterimap(stores.home, ["a"]);
    assert.equal(status, 0, stderr);
    assert.deepEqual(await contents(stores.remote, "a"), ["n1"]);
    assert.deepEqual(await contents(stores.remote), []);
    assert.deepEqual(await names(stores.local), ["INBOX", "a", "gone"]);
  });

  test("list-mailbox, with NUL for the delimiter", async (t) => {
    const settings = { "list-mailbox": String.raw`"foo\x00bar" INBOX` };
    const stores = await twoStores(t, { local: slash, remote: dot }, { settings });
    await command(stores.local, "CREATE foo/bar", "CREATE foo/other", "CREATE bar");
    await command(stores.remote, "CREATE foo.third");
    assert.equal((await runInterimap(stores.home)).status, 0);
    assert.deepEqual(await names(stores.remote), ["INBOX", "foo/bar", "foo/third"]);
    assert.deepEqual(await names(stores.local), ["INBOX", "bar", "foo/bar", "foo/other"]);
    await assertNothingToDo(stores);
  });

  test("ignore-mailbox, descendants and all", async (t) => {
    const settings = { "ignore-mailbox": String.raw`^virtual(?:\x00|$)` };
    const stores = await twoStores(t, { local: slash, remote: dot }, { settings });
    await command(stores.local, "CREATE virtual", "CREATE virtual/all", "CREATE virtually", "CREATE x");
    assert.equal((await runInterimap(stores.home)).status, 0);
    assert.deepEqual(await names(stores.remote), ["INBOX", "virtually", "x"]);
    await assertNothingToDo(stores);
  });

  test("list-select-opts = SUBSCRIBED", async (t) => {
    const settings = { "list-select-opts": "SUBSCRIBED" };
    const stores = await twoStores(t, { local: slash, remote: dot }, { settings });
    await command(stores.local, "CREATE here", "SUBSCRIBE here", "CREATE both", "SUBSCRIBE both", "CREATE neither");
    await command(stores.remote, "CREATE there", "SUBSCRIBE there", "CREATE both", "CREATE alone");
    await deliver(stores.remote, "both", ...mails("m", 1));
    assert.equal((await runInterimap(stores.home)).status, 0);
    assert.deepEqual(await names(stores.local), ["INBOX", "both", "here", "neither", "there"]);
    assert.deepEqual(await names(stores.remote), ["INBOX", "alone", "both", "here", "there"]);
    assert.deepEqual(await contents(stores.local, "both"), ["m1"]);
    for (const side of sides) assert.deepEqual(await subscriptions(stores[side]), ["both", "here", "there"]);
    await assertNothingToDo(stores);
  });

  test("list-reference maps a hierarchy to the other side, and its neighbours are not touched", async (t) => {
    const sections = { local: { "list-reference": "foo/" } };
    const stores = await twoStores(t, { local: slash, remote: dot }, { sections });
    await command(stores.local, "CREATE foo", "CREATE foo/a", "CREATE foo/a/b", "CREATE foobar", "CREATE bar");
    await deliver(stores.local, "foo", ...mails("not-this", 1));
    await deliver(stores.local, "INBOX", ...mails("nor-this", 1));
    await deliver(stores.local, "foo/a/b", ...mails("this", 1));
    await command(stores.remote, "CREATE c.d", "SUBSCRIBE c.d");
    await deliver(stores.remote, "INBOX", ...mails("m", 2));
    await deliver(stores.remote, "c.d", ...mails("n", 2));

    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 0, stderr);
    const below = await snapshot(stores.local, stores.local.user, { reference: "foo/" });
    assert.deepEqual(diffSnapshots(below, await snapshot(stores.remote)), []);
    assert.deepEqual([...below.mailboxes.keys()].sort(), ["INBOX", "a", "a\0b", "c\0d"]);
    assert.deepEqual(await contents(stores.local, "foo"), ["not-this1"]);
    assert.deepEqual(await contents(stores.local), ["nor-this1"]);
    assert.deepEqual(
      (await names(stores.local)).filter((name) => !name.startsWith("foo/")),
      ["INBOX", "bar", "foo", "foobar"],
    );
    await assertNothingToDo(stores);
  });
});

describe("subscriptions", () => {
  test("the union first, then whatever changes on either side", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: cyrus });
    for (const side of sides) await command(stores[side], "CREATE a", "CREATE b", "CREATE c");
    await command(stores.local, "SUBSCRIBE a");
    await command(stores.remote, "UNSUBSCRIBE a", "SUBSCRIBE b", "UNSUBSCRIBE c", "UNSUBSCRIBE INBOX");
    await assertConverges(stores);
    for (const side of sides) assert.deepEqual(await subscriptions(stores[side]), ["a", "b"]);
    await command(stores.local, "UNSUBSCRIBE a");
    await command(stores.remote, "UNSUBSCRIBE b", "SUBSCRIBE c");
    await assertConverges(stores);
    for (const side of sides) assert.deepEqual(await subscriptions(stores[side]), ["c"]);
    await assertNothingToDo(stores);
  });

  test("one to a mailbox that does not exist concerns nobody", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: dot });
    await command(stores.local, "CREATE ghost", "SUBSCRIBE ghost", "DELETE ghost", "CREATE real");
    assert.deepEqual(await subscriptions(stores.local), ["ghost"]);
    assert.equal((await runInterimap(stores.home)).status, 0);
    assert.deepEqual(await names(stores.remote), ["INBOX", "real"]);
    assert.deepEqual(await subscriptions(stores.local), ["ghost"]);
    await assertNothingToDo(stores);
  });
});

describe("mailboxes that are not what they were", () => {
  /** Every one has two messages; then `box` is changed, and each of the others gets another message. */
  async function changed(t: Parameters<typeof twoStores>[0], side: Side, lines: readonly string[]): Promise<TwoStores> {
    const settings = { "follow-renames": "NO" };
    const stores = await twoStores(t, { local: slash, remote: cyrus }, { settings });
    await command(stores.local, "CREATE before", "CREATE box", "CREATE then");
    for (const name of ["before", "box", "then"]) await deliver(stores.local, name, ...mails(name, 2));
    await assertConverges(stores);
    await command(stores[side], ...lines);
    for (const name of ["before", "then"]) await deliver(stores.local, name, ...mails("zz", 1));
    return stores;
  }

  async function assertLeftAlone(stores: TwoStores, line: RegExp): Promise<void> {
    for (let runs = 0; runs < 2; runs++) {
      const result = await runInterimap(stores.home);
      assert.equal(result.status, 1, result.stderr);
      assert.equal(skipped(result).length, 1, result.stderr);
      assert.match(skipped(result)[0]!, line);
      for (const name of ["before", "then"]) {
        assert.deepEqual(await contents(stores.remote, name), [`${name}1`, `${name}2`, "zz1"], result.stderr);
      }
    }
  }

  for (const side of sides) {
    const test = onOne(side);
    test(`one that disappeared from the ${side} side stays on the other, and the others go on`, async (t) => {
      const stores = await changed(t, side, ["DELETE box"]);
      await assertLeftAlone(stores, new RegExp(`^${side}\\(box\\): .*disappeared from the ${side} server`));
      assert.deepEqual(await contents(stores[otherSide(side)], "box"), ["box1", "box2"]);
      assert.ok(!(await names(stores[side])).includes("box"));
    });

    test(`one that was made anew on the ${side} side gets its messages back, and the others go on`, async (t) => {
      const stores = await changed(t, side, ["DELETE box", "CREATE box"]);
      await deliver(stores[side], "box", ...mails("later", 1));
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[side], "box"), ["box1", "box2", "later1"]);
      assert.deepEqual(await contents(stores.remote, "then"), ["then1", "then2", "zz1"]);
      await assertNothingToDo(stores);
    });
  }

  for (const side of sides)
    onOne(side)(
      `one that was renamed on the ${side} side is not copied under its new name, and the advice helps`,
      async (t) => {
        const stores = await changed(t, side, ["RENAME box moved"]);
        await store(stores[side], "1 +FLAGS (\\Flagged)", "moved");
        await assertLeftAlone(stores, new RegExp(`^${side}\\(box\\): .*disappeared from the ${side} server`));
        assert.deepEqual(await contents(stores[otherSide(side)], "box"), ["box1", "box2"]);
        assert.ok(!(await names(stores[otherSide(side)])).includes("moved"));
        const { stderr } = await runInterimap(stores.home);
        const [, advice = ""] = /if it was renamed: interimap (.*)$/m.exec(stderr) ?? [];
        assert.equal(advice, `--target=${otherSide(side)},database --rename box moved`);
        assert.equal((await runInterimap(stores.home, advice.split(" "))).status, 0);
        await assertConverges(stores);
        for (const each of sides) assert.deepEqual(await contents(stores[each], "moved"), ["box1 \\flagged", "box2"]);
        await assertNothingToDo(stores);
      },
    );

  for (const side of sides)
    onOne(side)(
      `one that the ${side} server lists under both names, while it is renamed, is not made on the other`,
      async (t) => {
        const stores = await changed(t, side, ["RENAME box moved"]);
        let isRenamed = false;
        stores.hold(side, "server", {
          pattern: /^\* STATUS moved /,
          action: (line) => {
            isRenamed = true;
            const { delimiter } = stores[side];
            return { instead: [line, `* LIST () "${delimiter}" box`, line.replace("moved", "box")].join("\r\n") };
          },
        });
        await assertLeftAlone(stores, new RegExp(`^${side}\\(box\\): .*disappeared from the ${side} server`));
        assert.ok(isRenamed);
        assert.ok(!(await names(stores[otherSide(side)])).includes("moved"));
      },
    );

  test("one that disappeared from both sides is forgotten without a word", async (t) => {
    const stores = await changed(t, "remote", ["DELETE box"]);
    await command(stores.local, "DELETE box");
    await assertConverges(stores);
    await assertNothingToDo(stores);
  });
});
