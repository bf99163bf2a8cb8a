// The tests' own tools against real servers: if these lie, every other integration test does.

import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { isCourierInstalled, startCourier } from "../support/courier.ts";
import { isCyrusInstalled, startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { withImapFlow } from "../support/imap-client.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { fillStore, type MailboxPlan, planStore, populate } from "../support/mail-store.ts";
import { isMailutilsInstalled, startMailutils } from "../support/mailutils.ts";
import { mutate } from "../support/mutate.ts";
import { seededRandom } from "../support/random.ts";
import { RawImap } from "../support/raw-imap.ts";
import { makeHome, overTls, overTunnel, runInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, type MailStoreSnapshot, snapshot } from "../support/snapshot.ts";
import { startTrafficProxy } from "../support/traffic-proxy.ts";

const original = "/usr/bin/interimap";
const withoutOriginal = existsSync(original) ? false : "the original program is not installed";
const withoutCyrus = isCyrusInstalled() ? false : "Cyrus is not installed";

const servers = [
  { name: "Dovecot", start: startDovecot, skip: false as const },
  { name: "Cyrus", start: startCyrus, skip: withoutCyrus },
];

for (const { name, start, skip } of servers) {
  test(`${name} starts, keeps mail over a restart, and leaves nothing behind`, { skip }, async () => {
    const server = await start({ tls: true });
    await populate(server, { messages: 20, mailboxes: 12 });
    const before = await snapshot(server);
    await server.restart();
    assert.deepEqual(diffSnapshots(before, await snapshot(server)), []);
    const secure = await RawImap.login(server, { tls: true });
    assert.ok((await secure.capabilities()).includes("QRESYNC"));
    await secure.close();
    await server.stop();
    assert.equal(existsSync(server.directory), false);
    await assert.rejects(RawImap.open(server), /no greeting/);
  });

  test(`${name} does not announce what it is told to hide`, { skip }, async (t) => {
    const server = await started(t, start({ withoutCapabilities: ["QRESYNC"] }));
    const imap = await RawImap.login(server);
    const capabilities = await imap.capabilities();
    await imap.close();
    assert.ok(!capabilities.includes("QRESYNC") && capabilities.includes("CONDSTORE"));
  });

  test(`${name}: two separators and prefixes hold the same mail`, { skip }, async (t) => {
    const plain = await started(t, start({ separator: "/" }));
    const dotted = await started(
      t,
      name === "Cyrus"
        ? startCyrus({ separator: ".", altNamespace: false })
        : startDovecot({ separator: ".", prefix: "INBOX." }),
    );
    await populate(plain, { messages: 30 });
    await populate(dotted, { messages: 30 });
    assert.deepEqual(await differences(plain, dotted), []);
  });
}

for (const { name, start, size, skip } of [
  {
    name: "Courier",
    start: startCourier,
    size: { messages: 20, mailboxes: 6 },
    skip: isCourierInstalled() ? (false as const) : "Courier is not installed",
  },
  {
    name: "Mailutils",
    start: startMailutils,
    size: { messages: 12, mailboxes: 4 },
    skip: isMailutilsInstalled() ? (false as const) : "Mailutils is not installed",
  },
]) {
  test(`${name} holds what Dovecot holds, over a restart, and leaves nothing behind`, { skip }, async (t) => {
    const server = await start();
    const dovecot = await started(t, startDovecot());
    await populate(server, size);
    await populate(dovecot, size);
    const seenIn = (one: MailServer) => (name === "Mailutils" ? textsIn(one) : snapshot(one));
    assert.deepEqual(diffSnapshots(await seenIn(dovecot), await seenIn(server)), []);
    await server.restart();
    const random = seededRandom(3);
    const changes = await mutate(random, server, { without: ["create"] });
    assert.ok(changes.length > 0);
    assert.notDeepEqual(diffSnapshots(await seenIn(dovecot), await seenIn(server)), []);
    await server.stop();
    assert.equal(existsSync(server.directory), false);
    await assert.rejects(RawImap.open(server), /no greeting/);
  });
}

test("Dovecot announces compression, quota and access lists when asked to", async (t) => {
  const server = await started(t, startDovecot({ compress: true, quota: "20K", acl: true }));
  const imap = await RawImap.login(server);
  const capabilities = await imap.capabilities();
  for (const name of ["COMPRESS=DEFLATE", "QUOTA", "ACL"]) assert.ok(capabilities.includes(name), name);
  await imap.close();
  await assert.rejects(populate(server, { messages: 40, mailboxes: 1 }), /OVERQUOTA/);
});

test("the snapshot sees what ImapFlow sees", async (t) => {
  const server = await started(t, startDovecot());
  await populate(server, { messages: 25, mailboxes: 1 });
  const seen = (await snapshot(server)).mailboxes.get("INBOX") ?? [];
  const judged = await withImapFlow(server, async (client) => {
    await client.mailboxOpen("INBOX", { readOnly: true });
    const all = await client.fetchAll("1:*", { flags: true, internalDate: true, size: true, envelope: true });
    return all.map((message) => ({
      messageId: message.envelope?.messageId,
      size: message.size,
      internalDate: new Date(message.internalDate ?? NaN).getTime() / 1000,
      flags: [...(message.flags ?? [])].map((flag) => flag.toLowerCase()).filter((flag) => flag !== "\\recent"),
    }));
  });
  const sortable = (list: readonly { messageId?: string | undefined }[]) =>
    [...list].sort((a, b) => String(a.messageId).localeCompare(String(b.messageId)));
  assert.deepEqual(
    sortable(seen.map(({ messageId, size, internalDate, flags }) => ({ messageId, size, internalDate, flags }))),
    sortable(judged.map((message) => ({ ...message, flags: message.flags.sort() }))),
  );
});

test("a changed flag, date or octet, a copy and a subscription are each found", async (t) => {
  const server = await started(t, startDovecot());
  const plan = planStore(seededRandom(5), { messages: 5, mailboxes: 1 });
  await fillStore(server, plan);
  const base = await snapshot(server);
  const [inbox] = plan as [MailboxPlan];
  const [first, ...others] = inbox.messages as [MailboxPlan["messages"][number], ...MailboxPlan["messages"]];
  const changed = Buffer.from(first.bytes);
  changed[changed.length - 3] = (changed.at(-3) ?? 0) ^ 1;
  const variants: [RegExp, MailboxPlan][] = [
    [/flags/, { ...inbox, messages: [{ ...first, flags: [...first.flags, "another"] }, ...others] }],
    [/INTERNALDATE/, { ...inbox, messages: [{ ...first, internalDate: " 1-Feb-2024 00:00:01 +0100" }, ...others] }],
    [/only in a/, { ...inbox, messages: [{ ...first, bytes: changed }, ...others] }],
    [/only in b/, { ...inbox, messages: [first, ...inbox.messages] }],
    [/subscribed/, { ...inbox, isSubscribed: !inbox.isSubscribed }],
  ];
  for (const [index, [expected, variant]] of variants.entries()) {
    const other = asUser(server, `variant${index}`);
    await fillStore(other, [variant]);
    const lines = diffSnapshots(base, await snapshot(other));
    assert.match(lines.join("\n"), expected);
    assert.ok(lines.length <= 2, lines.join("\n"));
  }
});

test("the proxy counts, delays and cuts", async (t) => {
  const server = await started(t, startDovecot());
  const proxy = await startTrafficProxy(server, {
    latencyMs: 20,
    onServerLine: (line) => (/^r\d+ OK.*Create/.test(line) ? "cut" : undefined),
  });
  t.after(() => proxy.stop());
  const imap = await RawImap.login(proxy.server);
  const plan = planStore(seededRandom(1), { messages: 3, mailboxes: 1 });
  await imap.append("INBOX", plan[0]?.messages ?? []);
  const before = performance.now();
  await Promise.all([imap.run("SELECT INBOX"), imap.run("UID STORE 1 +FLAGS (todo)"), imap.run("UID EXPUNGE 1")]);
  assert.ok(performance.now() - before >= 38, "one round trip");
  await assert.rejects(imap.run("CREATE cut"), /connection closed/);
  assert.deepEqual(Object.fromEntries(proxy.counts), {
    LOGIN: 1,
    APPEND: 1,
    SELECT: 1,
    STORE: 1,
    EXPUNGE: 1,
    CREATE: 1,
  });
  assert.equal(proxy.connections, 1);
  assert.ok(
    proxy.clientLines.every((line) => !line.startsWith("From:")),
    "literals are not lines",
  );
  assert.ok((await snapshot(server)).mailboxes.has("cut"), "the command before the cut was carried out");
});

test("the original program makes two stores equal", { skip: withoutOriginal }, async (t) => {
  const [local, remote] = [await started(t, startDovecot({ separator: "." })), await started(t, startDovecot())];
  await populate(local, { messages: 60 });
  const home = makeHome({ local, remote });
  t.after(() => home.remove());
  assert.equal(statSync(home.configFile).mode & 0o777, 0o600);
  await runOriginal(home);
  assert.deepEqual(await differences(local, remote), []);
  const random = seededRandom(7);
  for (let round = 0; round < 3; round++) {
    await mutate(random, local, { side: "local" });
    await mutate(random, remote, { side: "remote" });
    assert.notDeepEqual(await differences(local, remote), []);
    await runOriginal(home);
    assert.deepEqual(await differences(local, remote), [], `round ${round}`);
  }
});

test("TLS and tunnel settings work as written", { skip: withoutOriginal }, async (t) => {
  const [local, remote] = [await started(t, startDovecot()), await started(t, startDovecot({ tls: true }))];
  await populate(remote, { messages: 5, mailboxes: 2 });
  const home = makeHome({ local: overTunnel(local), remote: overTls(remote) });
  t.after(() => home.remove());
  await runOriginal(home);
  assert.deepEqual(await differences(local, remote), []);
});

async function started(t: TestContext, starting: Promise<MailServer>): Promise<MailServer> {
  const server = await starting;
  t.after(() => server.stop());
  return server;
}

/** Mailutils loses the rest when a message is appended. */
async function textsIn(server: MailServer): Promise<MailStoreSnapshot> {
  const { mailboxes, subscribed } = await snapshot(server, server.user, { withoutDatesAndKeywords: true });
  const texts = [...mailboxes].map(([name, all]) => {
    const plain = all.map((message) => ({ ...message, flags: [] }));
    return [name, plain.sort((x, y) => (x.digest < y.digest ? -1 : 1))] as const;
  });
  return { mailboxes: new Map(texts), subscribed };
}

async function differences(a: MailServer, b: MailServer): Promise<string[]> {
  return diffSnapshots(await snapshot(a), await snapshot(b));
}

async function runOriginal(home: Parameters<typeof runInterimap>[0]): Promise<void> {
  const { status, stderr } = await runInterimap(home, [], { program: [original] });
  assert.equal(status, 0, stderr);
}
