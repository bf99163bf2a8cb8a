// A filter that let through what it should hide would make every test with it worthless.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { populate } from "../support/mail-store.ts";
import { RawImap } from "../support/raw-imap.ts";
import { startAll } from "../support/start-all.ts";
import { type FilterOptions, startStrictFilter } from "../support/strict-filter.ts";
import { asClient, mail } from "../support/two-stores.ts";

const { server } = await startAll({ server: startDovecot() });
await populate(server, { mailboxes: 2, messages: 6 });

async function filtered(t: TestContext, options: FilterOptions) {
  const filter = await startStrictFilter(server, options);
  t.after(() => filter.stop());
  return filter;
}

test("bare IMAP4rev1 is all that is announced, and all that is done", async (t) => {
  const filter = await filtered(t, { profile: "rev1" });
  const heard: string[] = [];
  const imap = await RawImap.login(filter.server);
  heard.push(...imap.unsolicited.map(({ line }) => line));
  assert.deepEqual(await imap.capabilities(), ["IMAP4rev1"]);
  for (const refused of [
    "ID NIL",
    "ENABLE QRESYNC",
    "NAMESPACE",
    `LIST "" "*" RETURN (SUBSCRIBED)`,
    `LIST (SUBSCRIBED) "" "*"`,
    `LIST "" ("a" "b")`,
    "STATUS INBOX (MESSAGES HIGHESTMODSEQ)",
    "SELECT INBOX (CONDSTORE)",
    `SELECT "INBOX" (QRESYNC (1 1))`,
    "SELECT INBOX",
    "UID SEARCH RETURN (ALL) ALL",
    "UID FETCH 1:* (UID MODSEQ)",
    "UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1)",
    "UID STORE 1 (UNCHANGEDSINCE 1) +FLAGS (x)",
    "UID EXPUNGE 1",
    "UID MOVE 1 Archive",
    "IDLE",
    "UNSELECT",
    "COMPRESS DEFLATE",
  ]) {
    const { status, text } = await imap.send(refused);
    if (refused === "SELECT INBOX") assert.equal(status, "OK", text);
    else assert.equal(status, "BAD", `${refused}: ${text}`);
  }
  for (const fine of [
    `LIST "" "*"`,
    `LSUB "" %`,
    "STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY)",
    "SELECT INBOX",
    "UID SEARCH ALL",
    "UID FETCH 1:* (UID FLAGS)",
    "UID STORE 1 +FLAGS (x)",
    "UID COPY 1 Archive",
    "EXPUNGE",
    "CLOSE",
  ]) {
    const { untagged, text } = await imap.run(fine);
    heard.push(text, ...untagged.map(({ line }) => line));
  }
  assert.doesNotMatch(heard.join("\n"), /MODSEQ|COPYUID|CLOSED|Children|QRESYNC/);
  assert.match(heard.join("\n"), /UIDNEXT \d+/);
  await imap.close();
  assert.equal(filter.violations.length, 18);
});

test("messages come one by one, and each awaits its +", async (t) => {
  const filter = await filtered(t, { profile: "rev1" });
  const { bytes } = mail("one");
  const imap = await RawImap.login({ ...filter.server, isBare: false });
  await assert.rejects(imap.append("INBOX", [mail("one")]), /BAD (LITERAL\+|MULTIAPPEND)/);
  assert.deepEqual(
    filter.violations.map(({ lacks }) => lacks),
    ["LITERAL+"],
  );

  const other = await RawImap.login(filter.server);
  // Refused before the message: what comes next is a command.
  assert.equal((await other.send(`APPEND "no such" {${bytes.length}}`)).status, "NO");
  const appended = other.send(`APPEND "INBOX" {${bytes.length}}`);
  await other.continued();
  other.write(`${bytes.toString("latin1")}\r\n`);
  assert.doesNotMatch((await appended).text, /APPENDUID/);
  await other.close();

  const bare = await filtered(t, { profile: "bare" });
  const last = await RawImap.login({ ...bare.server, isBare: false });
  await last.append("INBOX", [mail("two")]);
  await assert.rejects(last.append("INBOX", [mail("three"), mail("four")]), /BAD (LITERAL\+|MULTIAPPEND)/);
  assert.deepEqual(
    bare.violations.map(({ lacks }) => lacks),
    ["MULTIAPPEND"],
  );
});

test("a filter may hide, add, pretend, and become another one", async (t) => {
  const filter = await filtered(t, { profile: "noqresync" });
  await asClient(filter.server, async (imap) => {
    assert.ok((await imap.capabilities()).includes("CONDSTORE"));
    const { untagged } = await imap.run("ENABLE QRESYNC");
    assert.deepEqual(
      untagged.map(({ line }) => line),
      ["* ENABLED"],
    );
    assert.match((await imap.run("SELECT INBOX (CONDSTORE)")).untagged.map(({ line }) => line).join(), /HIGHESTMODSEQ/);
    await imap.run("UID FETCH 1:* (UID MODSEQ)");
  });
  assert.deepEqual(filter.violations, []);
  filter.become({ profile: "bare", also: ["UIDPLUS"], falsely: ["UNSELECT"] });
  await asClient(filter.server, async (imap) => {
    assert.deepEqual(await imap.capabilities(), ["IMAP4rev1", "UIDPLUS", "LITERAL+", "UNSELECT"]);
    assert.match((await imap.append("INBOX", [mail("five")])) ?? "", /^\d+ \d+$/);
    assert.equal((await imap.send("UNSELECT")).status, "BAD");
  });
  filter.become({ profile: "full", without: ["UIDPLUS"] });
  await asClient(filter.server, async (imap) => {
    assert.ok((await imap.capabilities()).includes("QRESYNC"));
    assert.equal(await imap.append("INBOX", [mail("six")]), undefined);
  });
});
