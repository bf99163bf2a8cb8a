// Flags and deletions: which change wins, and what becomes of flags that a server will not keep.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, type PerSide, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
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
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo, assertOnlyRefused } from "./converge.ts";

const onOne = inTurn(sides);

const { dovecot, cyrus, restricted } = await startAll({
  dovecot: startDovecot(),
  cyrus: startCyrus({ users: userNames }),
  restricted: startDovecot({ acl: true }),
});

async function synchronised(t: Parameters<typeof twoStores>[0], servers: PerSide<MailServer>): Promise<TwoStores> {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", 4));
  await assertConverges(stores);
  return stores;
}

describe("when both sides change", () => {
  test("different flags give the union, with a warning", async (t) => {
    const stores = await synchronised(t, { local: dovecot, remote: cyrus });
    await store(stores.local, "2 +FLAGS (\\Seen work)");
    await store(stores.remote, "2 +FLAGS (\\Flagged)");
    const { stderr, status } = await runInterimap(stores.home);
    assert.equal(status, 0);
    const warnings = stderr.split("\n").filter((line) => line.includes("both sides"));
    assert.deepEqual(warnings, [
      "local(INBOX): Flags of UID 2 changed on both sides; both now have all of them (\\Flagged \\Seen work)",
    ]);
    for (const side of sides) assert.ok((await contents(stores[side])).includes("m2 \\flagged \\seen work"));
    await assertNothingToDo(stores);
  });

  test("equal flags are no conflict", async (t) => {
    const stores = await synchronised(t, { local: dovecot, remote: cyrus });
    for (const side of sides) await store(stores[side], "2 +FLAGS (\\Seen)");
    for (const side of sides) stores.proxies[side].reset();
    const { stderr } = await runInterimap(stores.home);
    assert.equal(stderr, "");
    for (const side of sides) assert.equal(stores.proxies[side].counts.get("STORE"), undefined);
    await assertNothingToDo(stores);
  });

  for (const side of sides) {
    const test = onOne(side);
    test(`a deletion on the ${side} side wins over a change of flags`, async (t) => {
      const stores = await synchronised(t, { local: dovecot, remote: cyrus });
      await expunge(stores[side], "2");
      await store(stores[otherSide(side)], "2:3 +FLAGS (\\Flagged)");
      await assertConverges(stores);
      assert.deepEqual(await contents(stores.local), ["m1", "m3 \\flagged", "m4"]);
      await assertNothingToDo(stores);
    });
  }

  test("a message deleted on both sides is gone, and nothing is expunged twice", async (t) => {
    const stores = await synchronised(t, { local: dovecot, remote: cyrus });
    for (const side of sides) await expunge(stores[side], "2:3");
    for (const side of sides) stores.proxies[side].reset();
    await assertConverges(stores);
    for (const side of sides) assert.equal(stores.proxies[side].counts.get("EXPUNGE"), undefined);
    assert.deepEqual(await contents(stores.local), ["m1", "m4"]);
    await assertNothingToDo(stores);
  });

  for (const [name, server] of [
    ["Dovecot", () => dovecot],
    ["Cyrus", () => cyrus],
  ] as const) {
    test(`flags that change on ${name} just before our STORE are not overwritten`, async (t) => {
      const stores = await synchronised(t, { local: dovecot, remote: server() });
      await store(stores.local, "1:3 FLAGS (\\Seen)");
      stores.hold("remote", "client", {
        pattern: /UID STORE/,
        action: () => store(stores.remote, "2 +FLAGS (\\Flagged meanwhile)"),
      });
      await assertConverges(stores);
      assert.deepEqual(await contents(stores.local), ["m1 \\seen", "m2 \\flagged \\seen meanwhile", "m3 \\seen", "m4"]);
      await assertNothingToDo(stores);
    });

    test(`a message expunged on ${name} just before our STORE is gone from both sides`, async (t) => {
      const stores = await synchronised(t, { local: dovecot, remote: server() });
      await store(stores.local, "1:3 FLAGS (\\Seen)");
      stores.hold("remote", "client", { pattern: /UID STORE/, action: () => expunge(stores.remote, "2") });
      await assertConverges(stores);
      assert.deepEqual(await contents(stores.local), ["m1 \\seen", "m3 \\seen", "m4"]);
      await assertNothingToDo(stores);
    });
  }
});

for (const side of sides) {
  const test = onOne(side);
  test(`a keyword taken from the only message that had it, on the ${side} side, is taken from the other too`, async (t) => {
    const stores = await twoStores(t, { local: dovecot, remote: cyrus });
    await deliver(
      stores.local,
      "INBOX",
      mail("one", { flags: ["rare", "\\Seen"] }),
      mail("two", { flags: ["\\Seen"] }),
    );
    await assertConverges(stores);
    await store(stores[side], "1 -FLAGS (rare)");
    await assertConverges(stores);
    assert.deepEqual(await contents(stores[otherSide(side)]), ["one \\seen", "two \\seen"]);
    await assertNothingToDo(stores);
  });
}

describe("flags that one server does not keep", () => {
  test("stay on the other where access rights forbid them, with a warning, and nothing flips back and forth", async (t) => {
    const stores = await twoStores(t, { local: dovecot, remote: restricted });
    await command(stores.local, "CREATE box");
    await deliver(stores.local, "box", mail("one", { flags: ["\\Seen", "\\Flagged", "work"] }), mail("two"));
    // Without the right `w` only \Seen and \Deleted can be set.
    await command(stores.remote, "CREATE box", `SETACL box ${stores.remote.user} lrsipkxeat`);
    const expected = { local: ["one \\flagged \\seen work", "two"], remote: ["one \\seen", "two"] };

    const first = await runInterimap(stores.home);
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stderr, /^remote\(box\): .*\\Flagged work/m);
    await assertContents();

    await store(stores.local, "2 +FLAGS (\\Seen \\Answered)", "box");
    await store(stores.remote, "1 -FLAGS (\\Seen)", "box");
    expected.local = ["one \\flagged work", "two \\answered \\seen"];
    expected.remote = ["one", "two \\seen"];
    const second = await runInterimap(stores.home);
    assert.equal(second.status, 0, second.stderr);
    await assertContents();

    async function assertContents(): Promise<void> {
      for (const side of sides) assert.deepEqual(await contents(stores[side], "box"), expected[side], side);
      await assertNothingToDo(stores);
    }
  });

  for (const side of sides) {
    const test = onOne(side);
    const other = otherSide(side);

    test(`are carried over when the user's rights on the ${side} side are extended`, async (t) => {
      const servers = { [side]: restricted, [other]: dovecot } as unknown as PerSide<MailServer>;
      const stores = await twoStores(t, servers);
      await command(stores[side], "CREATE box", `SETACL box ${stores[side].user} lrsipkxeat`);
      await command(stores[other], "CREATE box");
      await deliver(stores[other], "box", mail("one", { flags: ["\\Seen", "work"] }), mail("two"), mail("three"));
      assert.equal((await runInterimap(stores.home)).status, 0);
      await store(stores[other], "2 +FLAGS (\\Flagged)", "box");
      assert.equal((await runInterimap(stores.home)).status, 0);
      assert.deepEqual(await contents(stores[side], "box"), ["one \\seen", "three", "two"]);
      await assertNothingToDo(stores);

      await command(stores[side], `SETACL box ${stores[side].user} lrswipkxeat`);
      await store(stores[side], "2 +FLAGS (\\Seen)", "box");
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[side], "box"), ["one \\seen work", "three", "two \\flagged \\seen"]);
      assert.deepEqual(dump(stores.home.databaseFile).rows["unkept"], []);
      await assertNothingToDo(stores);
    });

    for (const [when, args] of [
      ["with the next change", []],
      ["by a repair", ["--repair"]],
      ["a day later", []],
    ] as const) {
      test(`are carried over when the ${side} server no longer says that it keeps none: ${when}`, async (t) => {
        const stores = await synchronised(t, { local: dovecot, remote: dovecot });
        let isTelling = true;
        stores.hold(side, "server", {
          pattern: /\[PERMANENTFLAGS \(/,
          always: true,
          action: (line) =>
            isTelling ? { instead: line.replace(/\[PERMANENTFLAGS \([^)]*\)/, "[PERMANENTFLAGS ()") } : undefined,
        });
        await store(stores[other], "2 +FLAGS (\\Flagged work)");
        const first = await runInterimap(stores.home);
        assert.match(first.stderr, /These flags cannot be stored here .*: \\Flagged work/);
        await assertNothingToDo(stores);
        isTelling = false;
        if (when === "with the next change") await store(stores[other], "3 +FLAGS (\\Seen)");
        if (when === "a day later") execute(stores.home.databaseFile, "UPDATE unkept SET at = at - 86400");
        const { status, stderr } = await runInterimap(stores.home, args);
        assert.equal(status, 0, stderr);
        const three = when === "with the next change" ? "m3 \\seen" : "m3";
        for (const one of sides)
          assert.deepEqual(await contents(stores[one]), ["m1", "m2 \\flagged work", three, "m4"]);
        assert.deepEqual(dump(stores.home.databaseFile).rows["unkept"], []);
        await assertNothingToDo(stores);
      });
    }
  }

  test("are too many for Cyrus: the message and its other flags arrive, and no keyword is lost", async (t) => {
    const stores = await twoStores(t, { local: dovecot, remote: cyrus });
    await deliver(stores.local, "INBOX", ...mails("old", 2));
    await assertConverges(stores);
    await exhaustKeywords(stores.remote);
    const messages = mails("new", 20, { flags: ["\\Seen", "work"] });
    await deliver(stores.local, "INBOX", ...messages, mail("plain", { flags: ["\\Flagged"] }));
    await store(stores.local, "1 +FLAGS (\\Answered work)");
    stores.proxies.remote.reset();

    const first = await runInterimap(stores.home);
    assert.equal(first.status, 1, first.stderr);
    assert.match(first.stderr, /^remote\(INBOX\): .*Too many user flags in mailbox$/m);
    assert.ok(stores.proxies.remote.counts.get("APPEND")! < 12, "not one APPEND a message");
    const there = new Set((await contents(stores.remote)).filter((line) => !/ k\d/.test(line)));
    assert.equal(there.size, 24 - 2);
    for (const line of ["old1 \\answered", "new1 \\seen", "new20 \\seen", "plain \\flagged"])
      assert.ok(there.has(line), line);
    await assertOnlyRefused(
      stores,
      /^remote\(INBOX\): Still without the other side's flags, UID .*Too many user flags/m,
    );

    // A change there must not take the keyword away here.
    await store(stores.remote, "3:4 +FLAGS (\\Flagged)");
    await runInterimap(stores.home);
    const here = await contents(stores.local);
    assert.equal(here.filter((line) => line.endsWith(" work")).length, 21);
    assert.equal(here.filter((line) => line.endsWith(" \\flagged \\seen work")).length, 2);
    await assertOnlyRefused(
      stores,
      /^remote\(INBOX\): Still without the other side's flags, UID .*Too many user flags/m,
    );
  });

  test("have names that Dovecot does not take: the message and its other flags arrive", async (t) => {
    const stores = await twoStores(t, { local: cyrus, remote: dovecot });
    const long = "x".repeat(200);
    await deliver(
      stores.local,
      "INBOX",
      mail("one", { flags: ["\\Seen", "a]b"] }),
      mail("two", { flags: [long] }),
      mail("three", { flags: ["\\Flagged", "fine"] }),
    );
    const first = await runInterimap(stores.home);
    assert.equal(first.status, 1);
    assert.match(first.stderr, /^remote\(INBOX\): These flags cannot be stored here .*: a\]b$/m);
    assert.match(first.stderr, /^remote\(INBOX\): Flags of UID \d could not be set: .*Keyword length too long/m);
    assert.deepEqual(await contents(stores.remote), ["one \\seen", "three \\flagged fine", "two"]);
    await assertOnlyRefused(
      stores,
      /^remote\(INBOX\): Still without the other side's flags, UID .*Keyword length too long/m,
    );

    await store(stores.remote, "1:* +FLAGS (\\Answered)");
    await runInterimap(stores.home);
    assert.deepEqual(await contents(stores.local), [
      "one \\answered \\seen a]b",
      "three \\answered \\flagged fine",
      `two \\answered ${long}`,
    ]);
    await assertOnlyRefused(
      stores,
      /^remote\(INBOX\): Still without the other side's flags, UID .*Keyword length too long/m,
    );
  });
});

test("flags of every second message of thousands take few lines, and none is too long for a server", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: cyrus });
  await deliver(stores.local, "INBOX", ...mails("m", 4200));
  await assertConverges(stores);
  const odd = Array.from({ length: 2100 }, (_, i) => 2 * i + 1);
  await asClient(stores.remote, async (imap) => {
    await imap.run("SELECT INBOX");
    await imap.run(`UID STORE ${odd.join(",")} +FLAGS.SILENT (\\Flagged)`);
  });
  for (const side of sides) stores.proxies[side].reset();
  await assertConverges(stores);
  const { clientLines, counts } = stores.proxies.local;
  assert.ok(Math.max(...clientLines.map((line) => line.length)) < 8192);
  assert.ok(counts.get("STORE")! <= 3);
  assert.equal((await contents(stores.local)).filter((line) => line.endsWith("\\flagged")).length, 2100);
  await assertNothingToDo(stores);
});

/** Defines keywords until Cyrus takes no more. */
async function exhaustKeywords(server: MailServer): Promise<void> {
  await asClient(server, async (imap) => {
    await imap.run("SELECT INBOX");
    for (let i = 0; ; i++) if ((await imap.send(`UID STORE 2 +FLAGS.SILENT (k${i})`)).status !== "OK") return;
  });
}
