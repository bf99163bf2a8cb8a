// --rename and --delete where a name is no mailbox any more, or one side only has it.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { quoted } from "../support/raw-imap.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import {
  asClient,
  command,
  contents,
  deliver,
  mail,
  mails,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { dump } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { assertStatesSaved } from "./saved-states.ts";

const { slash, dot, cyrus } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
});

const pairings: readonly (readonly [name: string, servers: () => PerSide<MailServer>])[] = [
  ["Dovecot and Dovecot", () => ({ local: slash, remote: dot })],
  ["Dovecot and Cyrus", () => ({ local: dot, remote: cyrus })],
  ["Cyrus and Dovecot", () => ({ local: cyrus, remote: slash })],
];

function on(server: MailServer, name: string): string {
  return quoted(name.replaceAll("/", server.delimiter));
}

async function filled(t: TestContext, servers: PerSide<MailServer>): Promise<TwoStores> {
  const stores = await twoStores(t, servers);
  const { local } = stores;
  for (const name of ["p", "p/q", "p/q/r", "c"]) {
    await command(local, `CREATE ${on(local, name)}`, `SUBSCRIBE ${on(local, name)}`);
    await deliver(local, name.replaceAll("/", local.delimiter), ...mails(name.at(-1)!, 2));
  }
  await assertConverges(stores);
  return stores;
}

async function names(server: MailServer): Promise<string[]> {
  const { mailboxes } = await snapshot(server);
  return [...mailboxes.keys()].map((name) => name.replaceAll("\0", "/")).sort();
}

function known({ home }: TwoStores): Map<string, unknown> {
  const rows = dump(home.databaseFile).rows["mailboxes"] ?? [];
  return new Map(rows.map(([idx, name]) => [String(name).replaceAll("\0", "/"), idx]));
}

async function run({ home }: TwoStores, ...args: readonly string[]): Promise<string> {
  const { status, stderr } = await runInterimap(home, args);
  assert.equal(status, 0, stderr);
  return stderr;
}

async function assertSettled(stores: TwoStores): Promise<void> {
  assert.equal(await run(stores), "");
  assert.deepEqual(diffSnapshots(await snapshot(stores.local), await snapshot(stores.remote)), []);
  await assertStatesSaved(stores, "settled");
  await assertNothingToDo(stores);
}

/** Deleted by somebody else: its children stay, and it is a level of the hierarchy from now on. */
async function deleteParent(server: MailServer, name: string): Promise<void> {
  await command(server, `DELETE ${on(server, name)}`);
  const listed = await asClient(server, (imap) => imap.list(`LIST "" ${on(server, name)}`));
  assert.ok(listed[0]?.attributes.includes("\\noselect"), "it still is a mailbox");
}

describe("a parent that is no mailbox any more", () => {
  test("after --delete, takes its children along everywhere", async (t) => {
    const stores = await filled(t, { local: slash, remote: dot });
    const before = known(stores);
    await run(stores, "--delete", "p/q", "p");
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "c", "p/q/r"]);
    await run(stores, "--rename", "p", "z");
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "c", "z/q/r"]);
    assert.deepEqual([...known(stores).keys()].sort(), ["INBOX", "c", "z/q/r"]);
    assert.equal(known(stores).get("z/q/r"), before.get("p/q/r"));
    await assertSettled(stores);
    for (const side of sides) assert.deepEqual(await contents(stores[side], "z\0q\0r"), ["r1", "r2"]);
  });

  test("deleted behind our back on both servers: counts as gone, and can be renamed and deleted", async (t) => {
    const stores = await filled(t, { local: slash, remote: dot });
    for (const side of sides) await deleteParent(stores[side], "p/q");
    assert.equal(await run(stores), "");
    const before = known(stores);
    await run(stores, "--rename", "p/q", "z");
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "c", "p", "z/r"]);
    for (const name of ["", "/r"]) assert.equal(known(stores).get(`z${name}`), before.get(`p/q${name}`));
    await assertNothingToDo(stores);
    await run(stores, "--delete", "z");
    assert.deepEqual([...known(stores).keys()].sort(), ["INBOX", "c", "p", "z/r"]);
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "c", "p", "z/r"]);
    await assertSettled(stores);
  });
});

const oneSided: readonly (readonly [name: string, side: Side, servers: () => PerSide<MailServer>])[] = [
  ["local, of two Dovecots", "local", () => ({ local: slash, remote: dot })],
  ["remote, of two Dovecots", "remote", () => ({ local: slash, remote: dot })],
  ["local, beside Cyrus", "local", () => ({ local: dot, remote: cyrus })],
  ["remote, beside Cyrus", "remote", () => ({ local: cyrus, remote: slash })],
];

const onOneOfFour = inTurn(oneSided.map(([name]) => name));

for (const [name, side, servers] of oneSided) {
  const test = onOneOfFour(name);
  describe(`a parent that is no mailbox any more on one server (${name})`, () => {
    async function halfGone(t: TestContext): Promise<TwoStores> {
      const stores = await filled(t, servers());
      await deleteParent(stores[side], "p/q");
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1, stderr);
      assert.ok(stderr.startsWith(`${side}(p/q): Mailbox skipped: disappeared from the ${side} server;`), stderr);
      return stores;
    }

    test("is renamed on both, children and all", async (t) => {
      const stores = await halfGone(t);
      const before = known(stores);
      await run(stores, "--rename", `p${stores.local.delimiter}q`, "z");
      assert.deepEqual(await names(stores[side]), ["INBOX", "c", "p", "z/r"]);
      assert.deepEqual(await names(stores[otherSide(side)]), ["INBOX", "c", "p", "z", "z/r"]);
      for (const level of ["", "/r"]) assert.equal(known(stores).get(`z${level}`), before.get(`p/q${level}`));
      for (const each of sides) assert.deepEqual(await contents(stores[each], "z\0r"), ["r1", "r2"]);

      // Still gone on one side; forgotten and found again, it is copied back.
      assert.equal((await runInterimap(stores.home)).status, 1);
      await run(stores, "--target=database", "--delete", "z");
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[side], "z"), ["q1", "q2"]);
      await assertSettled(stores);
    });

    test("is deleted on the other, together with what is below it, as Cyrus wants it", async (t) => {
      const stores = await halfGone(t);
      const { delimiter } = stores.local;
      await run(stores, "--delete", `p${delimiter}q`, `p${delimiter}q${delimiter}r`);
      for (const each of sides) assert.deepEqual(await names(stores[each]), ["INBOX", "c", "p"]);
      assert.deepEqual([...known(stores).keys()].sort(), ["INBOX", "c", "p"]);
      await assertSettled(stores);
    });

    test("is no free name: what is below it would be in the way", async (t) => {
      const stores = await halfGone(t);
      const before = dump(stores.home.databaseFile);
      const { status, stderr } = await runInterimap(stores.home, ["--rename", "c", `p${stores.local.delimiter}q`]);
      assert.equal(status, 65, stderr);
      assert.deepEqual(dump(stores.home.databaseFile), before);
      assert.deepEqual(await names(stores[side]), ["INBOX", "c", "p", "p/q/r"]);
    });
  });
}

const onOnePair = inTurn(pairings.map(([name]) => name));

for (const [name, servers] of pairings) {
  const test = onOnePair(name);
  describe(`between ${name}`, () => {
    test("a mailbox that one server lost is renamed where it is, and neighbours with longer names are not", async (t) => {
      const stores = await filled(t, servers());
      await command(stores.local, "CREATE cc");
      await assertConverges(stores);
      await command(stores.remote, "DELETE c");
      const before = known(stores);
      const lines = (await run(stores, "--rename", "c", "z")).split("\n");
      assert.deepEqual(lines, ['local(c): Renamed to "z"', 'Renamed "c" to "z" in the database', ""]);
      assert.deepEqual(await names(stores.local), ["INBOX", "cc", "p", "p/q", "p/q/r", "z"]);
      assert.deepEqual(await names(stores.remote), ["INBOX", "cc", "p", "p/q", "p/q/r"]);
      assert.equal(known(stores).get("z"), before.get("c"));
      assert.equal(known(stores).get("cc"), before.get("cc"));
    });

    test("children go along in the database too where only that is renamed, and back", async (t) => {
      const stores = await filled(t, servers());
      const before = dump(stores.home.databaseFile);
      await run(stores, "--target=database", "--rename", "p", "z");
      assert.deepEqual([...known(stores).keys()].sort(), ["INBOX", "c", "z", "z/q", "z/q/r"]);
      for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "c", "p", "p/q", "p/q/r"]);
      await run(stores, "--target", "database", "--target=database", "--rename", "z", "p");
      assert.deepEqual(dump(stores.home.databaseFile), before);
      await assertNothingToDo(stores);
    });

    test("a new name that only the last target has is found before the first is renamed", async (t) => {
      const stores = await filled(t, servers());
      await run(stores, "--target=database", "--delete", "c");
      for (const side of sides) await command(stores[side], "DELETE c");
      // The order in which targets are named does not matter.
      for (const taken of sides) {
        await command(stores[taken], "CREATE x");
        const before = { known: known(stores), local: await names(stores.local), remote: await names(stores.remote) };
        for (const args of [[], ["--target=database,remote,local"], [`--target=${taken}`, "--target=database"]]) {
          const { status, stderr } = await runInterimap(stores.home, [...args, "--rename", "p", "x"]);
          assert.equal(status, 65, stderr);
        }
        assert.deepEqual(
          { known: known(stores), local: await names(stores.local), remote: await names(stores.remote) },
          before,
        );
        await command(stores[taken], "DELETE x");
      }
      await assertSettled(stores);
    });
  });
}

test("--rename INBOX leaves a new, empty one, and the next run nothing to do", async (t) => {
  const stores = await filled(t, { local: slash, remote: dot });
  await deliver(stores.local, "INBOX", ...mails("m", 3));
  await assertConverges(stores);
  const before = known(stores).get("INBOX");
  await run(stores, "--rename", "INBOX", "old");
  for (const side of sides) {
    assert.deepEqual(await contents(stores[side]), []);
    assert.deepEqual(await contents(stores[side], "old"), ["m1", "m2", "m3"]);
  }
  assert.equal(known(stores).get("old"), before);
  await assertSettled(stores);
  await deliver(stores.remote, "INBOX", mail("new"));
  await assertConverges(stores);
  await assertSettled(stores);
});
