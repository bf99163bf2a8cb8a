// map-mailbox: one mailbox with a name on either server. What is done to it on one is done to it on the other, and nobody else's
// mailbox is taken for it.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { plainText, runInterimap, type RunResult } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, expunge, mails, store, type TwoStores, twoStores } from "../support/two-stores.ts";
import { becomes, startWatching } from "../support/watching.ts";
import { dump } from "../unit/state/databases.ts";
import { assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const { slash, dot } = await startAll({ slash: startDovecot(), dot: startDovecot({ separator: "." }) });
const servers = { local: slash, remote: dot };

/** What the test's mailbox is called. */
const sent: PerSide<string> = { local: "Sent", remote: "Post.Sent Items" };
const sentBelow: PerSide<string> = { local: "Sent/2024", remote: "Post.Sent Items.2024" };
const settings = { "map-mailbox": "Sent = Post.Sent Items" };

/** What a mailbox holds that the server calls so. */
function held(server: MailServer, name: string): Promise<string[]> {
  return contents(server, name.replaceAll(server.delimiter, "\0"));
}

/** As a test shows it. */
function shown(name: string): string {
  return name.replaceAll(".", "/");
}

async function names(server: MailServer): Promise<string[]> {
  const { mailboxes } = await snapshot(server);
  return [...mailboxes.keys()].map((name) => name.replaceAll("\0", "/")).sort();
}

async function subscriptions(server: MailServer): Promise<string[]> {
  const { subscribed } = await snapshot(server);
  return [...subscribed].map((name) => name.replaceAll("\0", "/")).sort();
}

async function run({ home }: TwoStores, ...args: readonly string[]): Promise<RunResult> {
  const result = await runInterimap(home, args);
  assert.equal(result.status, 0, result.stderr);
  return result;
}

/** The mailbox is on both sides, with two messages, and one below it. */
async function filled(t: TestContext, on: Side, more: Readonly<Record<string, string>> = {}): Promise<TwoStores> {
  const stores = await twoStores(t, servers, { settings: { ...settings, ...more } });
  const server = stores[on];
  await command(server, `CREATE "${sent[on]}"`, `SUBSCRIBE "${sent[on]}"`, `CREATE "${sentBelow[on]}"`);
  await deliver(server, sent[on], ...mails("m", 2));
  await deliver(server, sentBelow[on], ...mails("n", 1));
  await run(stores);
  return stores;
}

for (const side of sides) {
  const test = onOne(side);
  const other = otherSide(side);
  describe(`made on the ${side} server`, () => {
    test("it is created, subscribed, filled and changed under its other name", async (t) => {
      const stores = await filled(t, side);
      assert.deepEqual(await names(stores.local), ["INBOX", "Sent", "Sent/2024"]);
      const remote = ["INBOX", "Post/Sent Items", "Post/Sent Items/2024"];
      assert.deepEqual(
        (await names(stores.remote)).filter((name) => name !== "Post"),
        remote,
      );
      assert.ok((await subscriptions(stores[other])).includes(shown(sent[other])));
      await assertNothingToDo(stores);
      await store(stores[other], "1 +FLAGS (\\Seen)", sent[other]);
      await expunge(stores[other], "2", sent[other]);
      await deliver(stores[other], sentBelow[other], ...mails("o", 1));
      await command(stores[other], `UNSUBSCRIBE "${sent[other]}"`);
      await run(stores);
      assert.deepEqual(await held(stores[side], sent[side]), ["m1 \\seen"]);
      assert.deepEqual(await held(stores[side], sentBelow[side]), ["n1", "o1"]);
      assert.ok(!(await subscriptions(stores[side])).includes(shown(sent[side])));
      await assertNothingToDo(stores);
    });

    test("--rename goes from and to a name that is another there", async (t) => {
      const stores = await filled(t, side);
      await run(stores, "--rename", "Sent", "Old");
      assert.deepEqual(await contents(stores.local, "Old"), ["m1", "m2"]);
      assert.deepEqual(await contents(stores.remote, "Old"), ["m1", "m2"]);
      assert.deepEqual(await held(stores.remote, "Old.2024"), ["n1"]);
      await assertNothingToDo(stores);
      await run(stores, "--rename", "Old", "Sent");
      assert.deepEqual(await held(stores.remote, sent.remote), ["m1", "m2"]);
      await assertNothingToDo(stores);
    });

    test("--delete, --repair and a run name it as the local server does", async (t) => {
      const stores = await filled(t, side);
      await deliver(stores[side], sent[side], ...mails("late", 1));
      await deliver(stores[side], "INBOX", ...mails("other", 1));
      await run(stores, "Sent");
      assert.deepEqual(await held(stores[other], sent[other]), ["late1", "m1", "m2"]);
      assert.deepEqual(await contents(stores[other]), []);
      await run(stores, "--repair", "Sent/2024");
      await run(stores, "--delete", "Sent/2024", "Sent");
      assert.deepEqual(await names(stores.local), ["INBOX"]);
      assert.deepEqual(
        (await names(stores.remote)).filter((name) => name !== "Post"),
        ["INBOX"],
      );
      await run(stores);
    });

    test("list-mailbox names it as the local server does", async (t) => {
      for (const pattern of ["Sent", "S*", "Sent Sent/%"]) {
        const stores = await twoStores(t, servers, { settings: { ...settings, "list-mailbox": pattern } });
        await command(stores[side], `CREATE "${sent[side]}"`, "CREATE Away", "CREATE Post");
        await deliver(stores[side], sent[side], ...mails("m", 1));
        await run(stores);
        assert.deepEqual(await held(stores[other], sent[other]), ["m1"], pattern);
        assert.ok(!(await names(stores[other])).includes("Away"));
        await assertNothingToDo(stores);
      }
    });
  });
}

test("a mailbox that has no name on the other server is skipped and told, and the paired one goes on", async (t) => {
  const stores = await twoStores(t, servers, { settings: { "map-mailbox": "Sent = Gesendet" } });
  await command(stores.remote, "CREATE Gesendet", "CREATE Sent", "CREATE Sent.old");
  await command(stores.local, "CREATE Gesendet");
  for (const name of ["Gesendet", "Sent", "Sent.old"]) await deliver(stores.remote, name, ...mails(name, 1));
  await deliver(stores.local, "Gesendet", ...mails("mine", 1));
  for (let turn = 0; turn < 2; turn++) {
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1);
    assert.match(stderr, /remote\(Sent\): .*map-mailbox/);
    assert.match(stderr, /remote\(Sent\/old\): .*map-mailbox/);
    assert.match(stderr, /remote\(Gesendet\): .*map-mailbox/);
    assert.equal(stderr.match(/skipped/gi)?.length, 3, stderr);
  }
  assert.deepEqual(await contents(stores.local, "Sent"), ["Gesendet1"]);
  assert.deepEqual(await contents(stores.remote, "Gesendet"), ["Gesendet1"]);
  assert.deepEqual(await contents(stores.local, "Gesendet"), ["mine1"]);
  assert.deepEqual(await names(stores.local), ["Gesendet", "INBOX", "Sent"]);
});

test("two names may be exchanged", async (t) => {
  const home = { settings: { "map-mailbox": "a = b\nmap-mailbox = b = a" } };
  const stores = await twoStores(t, servers, home);
  await command(stores.local, "CREATE a", "CREATE b", "CREATE b/c");
  await deliver(stores.local, "a", ...mails("a", 1));
  await deliver(stores.local, "b", ...mails("b", 1));
  await deliver(stores.local, "b/c", ...mails("c", 1));
  await run(stores);
  assert.deepEqual(await contents(stores.remote, "b"), ["a1"]);
  assert.deepEqual(await contents(stores.remote, "a"), ["b1"]);
  assert.deepEqual(await held(stores.remote, "a.c"), ["c1"]);
  await assertNothingToDo(stores);
});

for (const side of sides) {
  const test = onOne(side);
  const other = otherSide(side);
  test(`names that a client of the ${side} server exchanged are exchanged on the other server`, async (t) => {
    const stores = await filled(t, "local");
    await command(stores.local, "CREATE Work");
    await deliver(stores.local, "Work", ...mails("w", 3));
    await run(stores);
    const named = sent[side];
    await command(stores[side], `RENAME "${named}" Aside`, `RENAME Work "${named}"`, "RENAME Aside Work");
    await run(stores);
    assert.deepEqual(await held(stores[other], sent[other]), ["w1", "w2", "w3"]);
    assert.deepEqual(await held(stores[other], "Work"), ["m1", "m2"]);
    assert.deepEqual(await held(stores[other], other === "local" ? "Work/2024" : "Work.2024"), ["n1"]);
    await assertNothingToDo(stores);
  });

  test(`a rename on the ${side} server is followed`, async (t) => {
    const stores = await filled(t, "local");
    await command(stores[side], `RENAME "${sent[side]}" Old`);
    await run(stores);
    for (const one of sides) assert.deepEqual(await held(stores[one], "Old"), ["m1", "m2"]);
    await assertNothingToDo(stores);
  });

  test(`a rename on the ${side} server is followed by the command that the line has`, async (t) => {
    const stores = await filled(t, "local", { "follow-renames": "NO" });
    await command(stores[side], `RENAME "${sent[side]}" Old`);
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);
    assert.match(stderr, new RegExp(`--target=${other},database --rename Sent Old`));
    await run(stores, `--target=${other},database`, "--rename", "Sent", "Old");
    assert.deepEqual(await held(stores[other], "Old"), ["m1", "m2"]);
    await assertNothingToDo(stores);
  });
}

test("a mailbox that a client gives the local name is taken for no other, and what had that name is told to be gone", async (t) => {
  const stores = await filled(t, "local");
  await command(stores.remote, `RENAME "${sent.remote}" Sent`);
  const before = await snapshot(stores.local);
  for (let turn = 0; turn < 2; turn++) {
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /remote\(Sent\): .*map-mailbox/);
  }
  assert.deepEqual(await snapshot(stores.local), before);
  await command(stores.remote, `RENAME Sent "${sent.remote}"`);
  await assertNothingToDo(stores);
});

test("a rename that would tear apart what is below is refused before anything is changed", async (t) => {
  const stores = await twoStores(t, servers, { settings: { "map-mailbox": "Mail/Sent = Outbox" } });
  await command(stores.local, "CREATE Mail", "CREATE Mail/Sent");
  await run(stores);
  const { status, stderr } = await runInterimap(stores.home, ["--rename", "Mail", "Post"]);
  assert.notEqual(status, 0);
  assert.match(stderr, /pairs mailboxes below "Mail"/);
  assert.deepEqual(await names(stores.local), ["INBOX", "Mail", "Mail/Sent"]);
  assert.deepEqual(await names(stores.remote), ["INBOX", "Mail", "Outbox"]);
});

test("names that are equal with the servers' delimiters are one line and no run", async (t) => {
  const stores = await twoStores(t, servers, { settings: { "map-mailbox": 'a/b = c\nmap-mailbox = "a\\x00b" = d' } });
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 78, stderr);
  assert.match(stderr, /map-mailbox: the local mailbox "a\/b" has two names/);
});

for (const args of [["--notify"], ["--watch=1"]])
  for (const side of sides) {
    const test = onOne(side);
    test(`${args[0]}: news of it on the ${side} server go to the other name`, async (t) => {
      const other = otherSide(side);
      const prepare = async (stores: TwoStores): Promise<void> => {
        await command(stores.local, "CREATE Sent");
      };
      const stores = await startWatching(t, servers, { args, settings, prepare });
      await deliver(stores[side], sent[side], ...mails("m", 2));
      await becomes(() => held(stores[other], sent[other]), ["m1", "m2"]);
      await store(stores[other], "1 +FLAGS (\\Seen)", sent[other]);
      await becomes(() => held(stores[side], sent[side]), ["m1 \\seen", "m2"]);
      await command(stores[side], `CREATE "${sentBelow[side]}"`);
      await becomes(async () => (await names(stores[other])).includes(shown(sentBelow[other])), true);
      if (args[0] === "--notify") {
        await command(stores[side], `RENAME "${sent[side]}" Old`);
        await becomes(() => contents(stores[other], "Old"), ["m1 \\seen", "m2"]);
        await command(stores[other], `RENAME Old "${sent[other]}"`);
        await becomes(() => held(stores[side], sent[side]), ["m1 \\seen", "m2"]);
      }
      await stores.daemon.stop();
    });
  }

describe("a setting that changes after the mailboxes were synchronised", () => {
  /** Another configuration for the same database. */
  function map(stores: TwoStores, lines: string | undefined): void {
    const { local, remote } = stores.proxies;
    stores.home.configure({
      local: { ...plainText(local.server) },
      remote: { ...plainText(remote.server) },
      settings: lines === undefined ? {} : { "map-mailbox": lines },
    });
  }

  async function everything({ local, remote, home }: TwoStores): Promise<unknown> {
    return [await snapshot(local), await snapshot(remote), dump(home.databaseFile)];
  }

  /** Runs leave all as it is, and say so of these mailboxes. */
  async function assertLeftAlone(stores: TwoStores, ...skipped: readonly RegExp[]): Promise<string> {
    const before = await everything(stores);
    let said = "";
    for (const args of [[], ["--repair"]]) {
      const { status, stderr } = await runInterimap(stores.home, args);
      assert.equal(status, 1, stderr);
      for (const line of skipped) assert.match(stderr, line);
      said = stderr;
    }
    assert.deepEqual(await everything(stores), before);
    return said;
  }

  test("a new line: neither mailbox is touched until the database forgets them; then messages are matched", async (t) => {
    const stores = await twoStores(t, servers);
    await command(stores.local, "CREATE Sent", "CREATE Sent/old");
    await command(stores.remote, "CREATE Gesendet");
    await deliver(stores.local, "Sent", ...mails("s", 2), ...mails("both", 1));
    await deliver(stores.local, "Sent/old", ...mails("o", 1));
    await deliver(stores.remote, "Gesendet", ...mails("g", 2), ...mails("both", 1));
    await run(stores);
    map(stores, "Sent = Gesendet");
    await expunge(stores.remote, "1", "Sent");
    await deliver(stores.remote, "Gesendet", ...mails("new", 1));
    const said = await assertLeftAlone(
      stores,
      /"Sent" skipped: .*"Sent" of the remote server.*"Gesendet"/,
      /"Gesendet" skipped: .*"Gesendet" of the remote server, which is "Sent" now/,
    );
    assert.match(said, /--target=database --delete Sent Sent\/old/);
    const refused = await runInterimap(stores.home, ["--delete", "Sent"]);
    assert.equal(refused.status, 1, refused.stderr);
    assert.match(refused.stderr, /map-mailbox/);
    assert.equal((await runInterimap(stores.home, ["--rename", "Sent", "Other"])).status, 1);
    // Taken back, it is as if it had never been there.
    map(stores, undefined);
    await run(stores);
    assert.deepEqual(await contents(stores.local, "Gesendet"), ["both1", "g1", "g2", "new1"]);
    assert.deepEqual(await contents(stores.local, "Sent"), ["both1", "s2"]);
    map(stores, "Sent = Gesendet");
    await run(stores, "--target=database", "--delete", "Sent", "Sent/old", "Gesendet");
    assert.equal((await runInterimap(stores.home)).status, 1);
    for (const held of [await contents(stores.local, "Sent"), await contents(stores.remote, "Gesendet")])
      assert.deepEqual(held, ["both1", "g1", "g2", "new1", "s2"]);
    assert.deepEqual(await contents(stores.local, "Gesendet"), ["both1", "g1", "g2", "new1"]);
    assert.deepEqual(await contents(stores.remote, "Sent"), ["both1", "s2"]);
    assert.deepEqual(await contents(stores.remote, "Gesendet\0old"), ["o1"]);
    // What is left over is taken for no other mailbox.
    const before = await everything(stores);
    assert.equal((await runInterimap(stores.home)).status, 1);
    assert.deepEqual(await everything(stores), before);
  });

  test("a line that is gone, or is another: nothing is doubled, and it may come back", async (t) => {
    const stores = await twoStores(t, servers, { settings: { "map-mailbox": "Sent = Gesendet" } });
    await command(stores.local, "CREATE Sent", "CREATE Sent/old");
    await deliver(stores.local, "Sent", ...mails("s", 2));
    await run(stores);
    for (const lines of [undefined, "Sent = Versandt", "Sent = Gesendet\nmap-mailbox = Sent/old = Alt"]) {
      map(stores, lines);
      await assertLeftAlone(stores, /"Sent(?:\/old)?" skipped: .*"Gesendet(?:\/old)?" of the remote server/);
    }
    map(stores, "Sent = Gesendet");
    await assertNothingToDo(stores);
    map(stores, undefined);
    await run(stores, "--target=local,database", "--rename", "Sent", "Gesendet");
    await assertNothingToDo(stores);
    assert.deepEqual(await names(stores.local), ["Gesendet", "Gesendet/old", "INBOX"]);
  });

  test("a line about mailboxes that are not known yet is just followed", async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores.local, "INBOX", ...mails("i", 1));
    await run(stores);
    await command(stores.remote, "CREATE Gesendet");
    await deliver(stores.remote, "Gesendet", ...mails("g", 1));
    map(stores, "Sent = Gesendet");
    await run(stores);
    assert.deepEqual(await contents(stores.local, "Sent"), ["g1"]);
    await assertNothingToDo(stores);
  });
});
