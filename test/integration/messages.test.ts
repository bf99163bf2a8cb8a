// Messages of every kind arrive on the other side as they are: their octets, dates and flags.

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { otherSide, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { AppendMessage } from "../support/raw-imap.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import type { TrafficProxy } from "../support/traffic-proxy.ts";
import { inTurn } from "../support/turns.ts";
import {
  asClient,
  contents,
  deliver,
  expunge,
  mail,
  mails,
  store,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const { dovecot, maildir, cyrus } = await startAll({
  dovecot: startDovecot(),
  maildir: startDovecot({ mailFormat: "maildir", separator: "/" }),
  cyrus: startCyrus({ users: userNames }),
});

for (const [name, servers] of [
  ["Dovecot to Cyrus", () => ({ local: dovecot, remote: cyrus })],
  ["Cyrus to Dovecot", () => ({ local: cyrus, remote: dovecot })],
] as const) {
  test(`${name}: dates keep their instant, whatever their zone`, async (t) => {
    const stores = await twoStores(t, servers());
    const dates = [
      "29-Feb-2000 23:59:59 -1200",
      "01-Jan-2000 00:00:00 +1400",
      "31-Dec-1999 12:00:00 +0545",
      " 5-Mar-1995 00:00:01 -0930",
      "25-Mar-2018 02:30:00 +0100",
      "31-Dec-2020 23:59:59 +0000",
      "02-Feb-1975 01:02:03 +0000",
    ];
    await deliver(stores.local, "INBOX", ...dates.map((internalDate, i) => mail(`m${i}`, { internalDate })));
    await assertConverges(stores);
    await assertNothingToDo(stores);
  });

  test(`${name}: octets of every kind, long lines, no text, no final line end`, async (t) => {
    const stores = await twoStores(t, servers());
    const octets = Buffer.from(
      Array.from({ length: 255 }, (_, octet) => octet + 1).filter((octet) => octet !== 10 && octet !== 13),
    );
    await deliver(
      stores.local,
      "INBOX",
      mail("octets", { body: octets }),
      mail("long", { body: "x".repeat(100_000) }),
      mail("empty-body", { body: "" }),
      mail("literal-like", { body: "a {5}\r\n. OK)\r\n{3+}\r\n" }),
      mail("folded", { header: ["X-Long: a\r\n b\r\n\tc"] }),
    );
    await assertConverges(stores);
    await assertNothingToDo(stores);
  });
}

for (const side of sides) {
  const test = onOne(side);
  test(`${side}: a message whose Message-ID Cyrus alters is known: when it is deleted before its copy was seen, and in a new database`, async (t) => {
    const stores = await twoStores(
      t,
      side === "local" ? { local: cyrus, remote: dovecot } : { local: dovecot, remote: cyrus },
    );
    const source = stores[otherSide(side)];
    const odd = (name: string): AppendMessage => ({
      ...mail(name),
      bytes: Buffer.from(`Subject: ${name}\r\nMessage-ID: <\xe4-${name}@example.org>\r\n\r\ntext\r\n`, "latin1"),
    });
    await deliver(source, "INBOX", mail("m1"), odd("m2"), odd("m3"));
    assert.equal((await runInterimap(stores.home)).status, 0);
    await expunge(source, "3");
    const { status, stderr } = await runInterimap(stores.home);
    assert.deepEqual([status, stderr.includes("another message")], [0, false], stderr);
    for (const one of sides) assert.equal((await contents(stores[one])).length, 2, one);
    await store(source, "2 +FLAGS (\\Seen)");
    const again = await runInterimap(stores.home);
    assert.deepEqual([again.status, again.stderr.includes("another message")], [0, false], again.stderr);
    for (const one of sides) assert.match((await contents(stores[one])).join(), /-m2 \\seen/);
    // Nor is it copied twice when nobody remembers it.
    rmSync(stores.home.databaseFile);
    assert.equal((await runInterimap(stores.home)).status, 0);
    for (const one of sides) assert.equal((await contents(stores[one])).length, 2, one);
  });
}

test("8-bit headers stay as they are between servers that take them", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: maildir });
  const header = [Buffer.from("X-Name: caf\xe9 \xff\xfe", "latin1"), "X-Utf8: žluťoučký 日本語"];
  await deliver(stores.local, "INBOX", mail("eight-bit", { header }));
  await assertConverges(stores);
  await assertNothingToDo(stores);
});

test("NUL travels in a literal8 to a server with BINARY, and is stored", async (t) => {
  const stores = await twoStores(t, { local: cyrus, remote: dovecot });
  const { bytes } = mail("nul", { body: "a\0b\0\0c\r\n" });
  await asClient(stores.local, (imap) => imap.run([`APPEND INBOX ~{${bytes.length}+}\r\n`, bytes]));
  await deliver(stores.local, "INBOX", mail("plain"));

  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 0, stderr);
  const headers = stores.proxies.remote.clientLines.filter((line) => line.endsWith("+}"));
  assert.deepEqual(
    headers.map((line) => line.includes(" ~{")),
    [true, false],
  );
  const stored = await asClient(stores.remote, async (imap) => {
    await imap.run("EXAMINE INBOX");
    const { untagged } = await imap.run("UID FETCH 1 (BINARY.PEEK[])");
    return untagged.find(({ line }) => line.includes("FETCH"))?.literals[0];
  });
  assert.deepEqual(stored, bytes);
  await assertNothingToDo(stores);
});

for (const folder of ["new", "cur"]) {
  test(`an empty message in ${folder}/ is named in each run, and the rest is copied`, async (t) => {
    const stores = await twoStores(t, { local: maildir, remote: dovecot });
    await deliver(stores.local, "INBOX", ...mails("before", 2));
    const home = join(stores.local.directory, "home", stores.local.user, "mail", folder);
    writeFileSync(join(home, "1600000000.M1P1.host,S=0,W=0:2,"), "", { mode: 0o666 });
    await asClient(stores.local, (imap) => imap.run("SELECT INBOX"));
    await deliver(stores.local, "INBOX", ...mails("after", 2));

    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^remote\(INBOX\): UID 3 of the local side was refused: the message is empty$/m);
    assert.deepEqual(await contents(stores.remote), ["after1", "after2", "before1", "before2"]);
    const again = await runInterimap(stores.home);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /^remote\(INBOX\): Still refused here, UID 3 .*: the message is empty\n$/m);
  });
}

test("a message of 30 MB", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: cyrus });
  const body = Buffer.alloc(30 << 20, `${"0123456789abcdef".repeat(4)}\r\n`);
  await deliver(stores.local, "INBOX", mail("large", { body }), mail("small"));
  await deliver(stores.remote, "INBOX", mail("far"));
  await assertConverges(stores);
  await assertNothingToDo(stores);
});

test("3,000 small messages each way take few commands", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: cyrus });
  await deliver(stores.local, "INBOX", ...mails("here", 3000));
  await deliver(stores.remote, "INBOX", ...mails("there", 3000));
  await assertConverges(stores);
  for (const side of sides) {
    const { counts } = stores.proxies[side];
    assert.ok(counts.get("APPEND")! <= 8, "APPEND");
    assert.ok([...counts.values()].reduce((sum, count) => sum + count) < 50, JSON.stringify([...counts]));
  }
  await assertNothingToDo(stores);
});

for (const [missing, check] of [
  ["MULTIAPPEND", ({ counts }) => assert.equal(counts.get("APPEND"), 20)],
  ["LITERAL+", ({ clientLines }) => assert.ok(!clientLines.some((line) => line.endsWith("+}")))],
  ["SASL-IR", ({ clientLines }) => assert.ok(clientLines.some((line) => /^\S+ AUTHENTICATE PLAIN$/.test(line)))],
  ["UNSELECT", ({ counts }) => assert.equal(counts.get("UNSELECT"), undefined)],
  ["LIST-STATUS", ({ counts }) => assert.ok((counts.get("STATUS") ?? 0) > 0)],
  ["MULTIAPPEND LITERAL+ SASL-IR UNSELECT BINARY MOVE ESEARCH", () => undefined],
] as readonly (readonly [string, (seen: Seen) => void])[]) {
  test(`without ${missing} everything arrives too`, async (t) => {
    const withoutCapabilities = missing.split(" ");
    const lacking = await startDovecot({ withoutCapabilities });
    t.after(() => lacking.stop());
    const stores = await twoStores(t, { local: dovecot, remote: lacking });
    await deliver(stores.local, "INBOX", ...mails("here", 20, { flags: ["\\Seen", "work"] }));
    await assertConverges(stores);
    assert.equal((await snapshot(stores.remote)).mailboxes.get("INBOX")?.length, 20);
    check(stores.proxies.remote);
    await assertNothingToDo(stores);
  });
}

type Seen = Pick<TrafficProxy, "clientLines" | "counts">;
