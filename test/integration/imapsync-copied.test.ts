// What a one-way copy makes of unusual messages, of duplicates, and of folders that several others go to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mail, mails, twoStores } from "../support/two-stores.ts";

const { host1, host2, limited } = await startAll({
  host1: startDovecot(),
  host2: startDovecot(),
  limited: startDovecot({ capabilities: ["IMAP4rev1", "LITERAL+", "UIDPLUS", "APPENDLIMIT=5000"] }),
});
const servers = { local: host1, remote: host2 };

async function run(...[stores, args = []]: Parameters<typeof runImapsync>) {
  const result = await runImapsync(stores, args);
  assert.equal(result.code, 0, result.lines.join("\n") + result.stderr);
  return result;
}

test("messages of 60 MB, with NUL, with octets that are not ASCII, without a text, without anything", async (t) => {
  const stores = await twoStores(t, servers);
  const raw = (text: string) => ({ ...mail("x"), bytes: Buffer.from(text, "latin1") });
  await deliver(
    stores.local,
    "INBOX",
    mail("huge", { body: `${"x".repeat(70)}\r\n`.repeat((60 << 20) / 72) }),
    mail("nul", { body: Buffer.from([97, 0, 98, 13, 10]) }),
    raw("Message-ID: <8bit@example.org>\r\nSubject: caf\xe9\r\n\r\ncaf\xe9 \xff\r\n"),
    mail("empty", { body: "" }),
    raw("\r\n"),
  );
  const first = await run(stores, ["--addheader"]);
  assert.equal(first.figure("Messages transferred"), "5");
  assert.match(first.lines.join("\n"), /^msg INBOX\/1 \{629\d{5}\} +copied to INBOX\/1 /m);
  assert.match(first.lines.join("\n"), /^The sync is strict/m);
  const digests = async (side: "local" | "remote") =>
    (await snapshot(stores[side])).mailboxes
      .get("INBOX")!
      .filter(({ messageId }) => messageId !== "without Message-ID" && !messageId.includes("@imapsync"));
  assert.deepEqual(await digests("remote"), await digests("local"));
  assert.equal((await run(stores, ["--addheader"])).figure("Messages transferred"), "0");
});

test("--delete2duplicates leaves the first of each message on host2, and --syncduplicates all of host1", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("m1"), mail("m1"), mail("m2"));
  await deliver(stores.remote, "INBOX", mail("m1"), mail("m1"), mail("own"), mail("own"));
  const dry = await run(stores, ["--delete2duplicates", "--dry"]);
  assert.equal(dry.figure("Messages found duplicate on host2"), "2");
  assert.equal((await contents(stores.remote)).length, 4);
  const { figure, lines } = await run(stores, ["--delete2duplicates"]);
  assert.deepEqual(
    [
      figure("Messages found duplicate on host1"),
      figure("Messages found duplicate on host2"),
      figure("Messages deleted on host2"),
    ],
    ["1", "2", "2"],
    lines.join("\n"),
  );
  assert.deepEqual(await contents(stores.remote), ["m1", "m2", "own"]);
  assert.equal((await run(stores, ["--syncduplicates"])).figure("Messages transferred"), "1");
  assert.deepEqual(await contents(stores.remote), ["m1", "m1", "m2", "own"]);
});

test("--skipcrossduplicates copies a message of several folders into the first of them", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE A", "CREATE B");
  await deliver(stores.local, "A", mail("both"), mail("a"));
  await deliver(stores.local, "B", mail("both"), mail("b"));
  for (const copied of ["3", "0"]) {
    const { figure } = await run(stores, ["--skipcrossduplicates"]);
    assert.deepEqual([figure("Messages transferred"), figure("Messages found crossduplicate on host2")], [copied, "1"]);
  }
  assert.deepEqual([await contents(stores.remote, "A"), await contents(stores.remote, "B")], [["a", "both"], ["b"]]);
});

test("--delete2 judges a folder that several others go to by all of them", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE A", "CREATE B");
  await deliver(stores.local, "A", mail("a"));
  await deliver(stores.local, "B", mail("b"));
  await command(stores.remote, "CREATE All");
  await deliver(stores.remote, "All", mail("own"), mail("b"));
  const args = ["--f1f2", "A=All", "--f1f2", "B=All", "--delete2"];
  const { figure } = await run(stores, args);
  assert.deepEqual([figure("Messages transferred"), figure("Messages deleted on host2")], ["1", "1"]);
  assert.deepEqual(await contents(stores.remote, "All"), ["a", "b"]);
});

test("--noexpungeaftereach: with --delete1 all that is on host2 goes from host1, folder by folder", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE A");
  await deliver(stores.local, "A", ...mails("a", 2));
  await deliver(stores.local, "INBOX", mail("i"));
  await deliver(stores.remote, "INBOX", mail("i"));
  const { figure } = await run(stores, ["--delete1", "--noexpungeaftereach"]);
  assert.deepEqual([figure("Messages transferred"), figure("Messages deleted on host1")], ["2", "3"]);
  assert.deepEqual([await contents(stores.local), await contents(stores.local, "A")], [[], []]);
  assert.deepEqual(await contents(stores.remote, "A"), ["a1", "a2"]);
});

test("what is larger than host2 announces to take is left out, and counted", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: limited });
  await deliver(stores.local, "INBOX", mail("small"), mail("large", { body: "x".repeat(6_000) }));
  const { figure } = await run(stores);
  assert.deepEqual([figure("Messages transferred"), figure("Messages skipped")], ["1", "1"]);
  assert.deepEqual(await contents(stores.remote), ["small"]);
});

test("--search1 leaves out what it does not find, and with --delete2 is carried out after --yes only", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("found"), mail("other"));
  await deliver(stores.remote, "INBOX", mail("other"));
  const search = ["--search1", "SUBJECT found"];
  const refused = await runImapsync(stores, [...search, "--delete2"]);
  assert.equal(refused.code, 64);
  assert.deepEqual(await contents(stores.remote), ["other"]);
  await run(stores, search);
  assert.deepEqual(await contents(stores.remote), ["found", "other"]);
  await run(stores, [...search, "--delete2", "--yes"]);
  assert.deepEqual(await contents(stores.remote), ["found"]);
  const both = await run(stores, ["--search", "SUBJECT found", "--delete2"]);
  assert.equal(both.figure("Messages deleted on host2"), "0");
});

test("--dry with --justfolders names what it would create; with --nodry1 messages go through the expressions", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE A");
  await deliver(stores.local, "A", mail("a"), mail("secret"));
  const folders = await run(stores, ["--dry", "--justfolders"]);
  assert.match(folders.lines.join("\n"), /\[A\].*\(not really since --dry mode\)/);
  const { figure, lines } = await run(stores, ["--dry", "--nodry1", "--skipmess", "m/secret/"]);
  assert.match(figure("Messages transferred") ?? "", /could be /, lines.join("\n"));
  assert.ok(lines.some((line) => line.includes("(not really since --dry mode)")));
  assert.deepEqual([...(await snapshot(stores.remote)).mailboxes.keys()], ["INBOX"]);
});
