// The Gmail model: if it is not as Google's documents have it, what is tested with it says nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { german } from "../support/gmail/system-mailboxes.ts";
import { type GmailServer, gmailWords, startGmail } from "../support/gmail-server.ts";
import { withImapFlow } from "../support/imap-client.ts";
import { asUser } from "../support/mail-server.ts";
import { RawImap } from "../support/raw-imap.ts";
import { asClient, contents, deliver, mail } from "../support/two-stores.ts";

let shared: GmailServer;
let users = 0;

before(async () => {
  shared = await startGmail();
});

after(() => shared.stop());

function freshUser(): GmailServer {
  const user = `g${++users}`;
  return { ...shared, ...asUser(shared, user), kind: "gmail", account: (name = user) => shared.account(name) };
}

async function appendUid(imap: RawImap, mailbox: string, message = mail("one")): Promise<string | undefined> {
  const appended = imap.run(`APPEND ${mailbox} () "${message.internalDate}" {${message.bytes.length}}`);
  await imap.continued();
  imap.write(`${message.bytes.toString("latin1")}\r\n`);
  return /\[APPENDUID \d+ (\d+)\]/.exec((await appended).text)?.[1];
}

test("a message is in All Mail and under each of its labels, with UIDs of their own and flags in common", async () => {
  const server = freshUser();
  await deliver(server, "INBOX", mail("zero"), mail("one"));
  await asClient(server, async (imap) => {
    await imap.run("CREATE work");
    await imap.run("SELECT INBOX");
    const { text } = await imap.run("UID COPY 2 work");
    assert.match(text, /^\[COPYUID \d+ 2 1\]/);
    await imap.run("SELECT work");
    const { untagged } = await imap.run("UID STORE 1 +FLAGS (\\Seen todo)");
    assert.match(untagged[0]!.line, /^\* 1 FETCH \(UID 1 .*FLAGS \(\\Seen todo\)\)/);
    const fetched = await imap.run("UID FETCH 1 (X-GM-MSGID X-GM-LABELS)");
    assert.match(fetched.untagged[0]!.line, /X-GM-MSGID \d{19} X-GM-LABELS \("\\\\Inbox" "work"\)/);
  });
  assert.deepEqual(await contents(server), ["one \\seen todo", "zero"]);
  assert.deepEqual(await contents(server, "[Gmail]\0All Mail"), ["one \\seen todo", "zero"]);
});

test("\\Deleted takes a label away at once, and is reported by number", async () => {
  const server = freshUser();
  await deliver(server, "INBOX", mail("zero"), mail("one"));
  await asClient(server, async (imap) => {
    const { untagged: before } = await imap.run("SELECT INBOX (CONDSTORE)");
    const { untagged } = await imap.run("UID STORE 1 +FLAGS.SILENT (\\Deleted)");
    assert.deepEqual(
      untagged.map(({ line }) => line),
      ["* 1 FETCH (UID 1 MODSEQ (0))", "* 1 EXPUNGE"],
    );
    const { untagged: later } = await imap.run("STATUS INBOX (HIGHESTMODSEQ MESSAGES)");
    const highest = before.map(({ line }) => /HIGHESTMODSEQ (\d+)/.exec(line)?.[1]).find((one) => one !== undefined);
    assert.equal(later[0]?.line, `* STATUS "INBOX" (HIGHESTMODSEQ ${highest} MESSAGES 1)`);
  });
  assert.deepEqual(await contents(server, "[Gmail]\0All Mail"), ["one", "zero"]);
});

test("APPEND of octets that are there returns their UID, or puts the message under one more label", async () => {
  const server = freshUser();
  await asClient(server, async (imap) => {
    await imap.run("CREATE work");
    assert.equal(await appendUid(imap, "INBOX"), "1");
    assert.equal(await appendUid(imap, "INBOX"), "1");
    assert.equal(await appendUid(imap, "work", mail("other")), "1");
    assert.equal(await appendUid(imap, "work"), "2");
    await imap.run("SELECT INBOX");
    await imap.run("UID STORE 1 +FLAGS (\\Deleted)");
    assert.equal(await appendUid(imap, "INBOX"), "2", "a label that is given again has a new UID");
  });
  assert.deepEqual(await contents(server, "[Gmail]\0All Mail"), ["one", "other"]);
});

test("what is put into Trash leaves every label, and what is deleted there is gone for good", async () => {
  const server = freshUser();
  await deliver(server, "INBOX", mail("one"));
  await asClient(server, async (imap) => {
    await imap.run("SELECT INBOX");
    await imap.run("UID MOVE 1 [Gmail]/Trash");
  });
  assert.deepEqual(await contents(server, "[Gmail]\0All Mail"), []);
  assert.deepEqual(await contents(server, "[Gmail]\0Trash"), ["one"]);
  await asClient(server, async (imap) => {
    await imap.run("SELECT [Gmail]/Trash");
    await imap.run("UID STORE 1 +FLAGS (\\Deleted)");
    assert.equal(await appendUid(imap, "INBOX"), "2", "nothing is known of it any more");
  });
});

test("without auto-expunge \\Deleted is a flag of one mailbox, and UID EXPUNGE takes only those that it names", async (t) => {
  const server = await startGmail({ autoExpunge: false, expungeBehavior: "trash" });
  t.after(() => server.stop());
  await deliver(server, "INBOX", mail("one"), mail("two"));
  await asClient(server, async (imap) => {
    await imap.run("SELECT INBOX");
    await imap.run("STORE 1:2 +FLAGS (\\Deleted)");
    await imap.run("UID EXPUNGE 1");
  });
  assert.deepEqual(await contents(server), ["two \\deleted"]);
  assert.deepEqual(await contents(server, "[Gmail]\0All Mail"), ["two"]);
  assert.deepEqual(await contents(server, "[Gmail]\0Trash"), ["one"]);
});

test("mod-sequences: CHANGEDSINCE, UNCHANGEDSINCE, and changes that nobody asked for have no UID", async () => {
  const server = freshUser();
  await deliver(server, "INBOX", mail("one"), mail("two"));
  await asClient(server, async (imap) => {
    const { untagged } = await imap.run("SELECT INBOX (CONDSTORE)");
    const since = /HIGHESTMODSEQ (\d+)/.exec(untagged.map(({ line }) => line).join())?.[1];
    await asClient(server, async (other) => {
      await other.run("SELECT INBOX");
      await other.run("UID STORE 2 +FLAGS (\\Flagged)");
    });
    const heard = await imap.run("NOOP");
    assert.match(heard.untagged[0]!.line, /^\* 2 FETCH \(FLAGS \(\\Flagged\) MODSEQ \(\d+\)\)$/);
    const changed = await imap.run(`UID FETCH 1:* (FLAGS) (CHANGEDSINCE ${since})`);
    assert.deepEqual(
      changed.untagged.map(({ line }) => /UID (\d+)/.exec(line)?.[1]),
      ["2"],
    );
    const refused = await imap.run(`UID STORE 1:2 (UNCHANGEDSINCE ${since}) +FLAGS.SILENT (\\Seen)`);
    assert.match(refused.text, /^\[MODIFIED 2\]/);
  });
  assert.deepEqual(await contents(server, "[Gmail]\0Starred"), ["two \\flagged"]);
});

test("IDLE tells at once what happens elsewhere", async () => {
  const server = freshUser();
  await asClient(server, async (imap) => {
    await imap.run("SELECT INBOX");
    const lines: string[] = [];
    const idling = imap.send("IDLE", ({ line }) => lines.push(line));
    await deliver(server, "INBOX", mail("one"));
    await eventually("the news", () => lines.includes("* 1 EXISTS"));
    imap.write("DONE\r\n");
    assert.equal((await idling).status, "OK");
  });
});

test("names may be another language's; [Gmail] cannot be selected, and nothing be made below it", async (t) => {
  const server = await startGmail({ localNames: german });
  t.after(() => server.stop());
  await asClient(server, async (imap) => {
    const listed = await imap.list();
    const named = (name: string) => listed.find((one) => one.name === name)?.attributes;
    assert.deepEqual(named("[Gmail]"), ["\\noselect", "\\haschildren"]);
    assert.deepEqual(named("[Gmail]/Alle Nachrichten"), ["\\hasnochildren", "\\all"]);
    assert.equal((await imap.send("SELECT [Gmail]")).status, "NO");
    assert.match((await imap.send("CREATE [Gmail]/mine")).text, /^\[CANNOT\]/);
  });
});

test("the tests' client finds its way", async () => {
  const server = freshUser();
  await withImapFlow(server, async (client) => {
    await client.append("INBOX", mail("one").bytes, ["\\Seen"]);
    const listed = await client.list();
    assert.equal(listed.find(({ specialUse }) => specialUse === "\\All")?.path, "[Gmail]/All Mail");
    const { exists } = await client.mailboxOpen("INBOX");
    assert.equal(exists, 1);
    await client.messageFlagsAdd("1:*", ["\\Flagged"], { uid: true });
    const messages = await client.fetchAll("1:*", { flags: true, source: true, envelope: true, labels: true });
    assert.equal(messages[0]?.envelope?.subject, "one");
    assert.deepEqual([...(messages[0]?.flags ?? [])].sort(), ["\\Flagged", "\\Seen"]);
    assert.deepEqual(await client.search({ flagged: true }, { uid: true }), [1]);
    await client.messageDelete("1", { uid: true });
    assert.deepEqual(await client.search({ all: true }), []);
  });
});

test("it throttles in Gmail's words when told to, and by itself when there are too many connections", async (t) => {
  const server = await startGmail({ connections: 1, dailyUpload: 10 });
  t.after(() => server.stop());
  const first = await RawImap.login(server);
  await assert.rejects(RawImap.login(server), /\[ALERT\] Too many simultaneous connections/);
  await appendUid(first, "INBOX");
  assert.match((await first.send("APPEND INBOX {3}")).text, /^\[OVERQUOTA\]/);
  server.refuse(/ NOOP$/, gmailWords.bandwidth, 1);
  await assert.rejects(first.send("NOOP"), /connection closed/);
});
