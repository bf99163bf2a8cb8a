// What Gmail says when an account has done too much: the rest goes on, the words reach the user once, and nothing is lost.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { type GmailOptions, type GmailServer, gmailWords, startGmail } from "../support/gmail-server.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { command, contents, deliver, mail, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { execute } from "../unit/state/databases.ts";

let dovecot: MailServer;

before(async () => {
  dovecot = await startDovecot();
});

after(() => dovecot.stop());

interface Scene extends TwoStores {
  readonly remote: GmailServer;
}

async function scene(t: Parameters<typeof twoStores>[0], options: GmailOptions = {}): Promise<Scene> {
  const gmail = await startGmail(options);
  t.after(() => gmail.stop());
  const stores = await twoStores(t, { local: dovecot, remote: gmail });
  return { ...stores, remote: { ...gmail, ...stores.remote, kind: "gmail" } };
}

function linesWith(text: string, stderr: string): number {
  return stderr.split("\n").filter((line) => line.includes(text)).length;
}

test("the upload of a day is used up: downloads go on, and what waits comes the next day", async (t) => {
  const { home, local, remote } = await scene(t);
  await deliver(local, "INBOX", ...mails("up", 8));
  await deliver(remote, "INBOX", mail("down"));
  remote.refuse(/ APPEND /, gmailWords.overQuota);
  const first = await runInterimap(home);
  assert.equal(first.status, 1, first.stderr);
  assert.equal(linesWith("upload limit", first.stderr), 1, first.stderr);
  assert.ok((await contents(local)).includes("down"));
  const appends = remote.commands.filter((line) => line.includes(" APPEND ")).length;
  const second = await runInterimap(home);
  assert.equal(second.status, 1, second.stderr);
  assert.equal(
    remote.commands.filter((line) => line.includes(" APPEND ")).length,
    appends,
    "nothing is sent before it is time",
  );
  remote.relent();
  execute(home.databaseFile, "UPDATE waits SET next_attempt = since");
  const later = await runInterimap(home);
  assert.equal(later.status, 0, later.stderr);
  assert.deepEqual(await contents(remote), await contents(local));
});

test("the connection is ended because of bandwidth limits: exit code 75, and the next run goes on", async (t) => {
  const { home, local, remote } = await scene(t);
  await deliver(remote, "INBOX", ...mails("m", 5));
  remote.refuse(/ UID FETCH .*BODY/, gmailWords.bandwidth, 1);
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 75, stderr);
  assert.match(stderr, /Account exceeded command or bandwidth limits/);
  const next = await runInterimap(home);
  assert.equal(next.status, 0, next.stderr);
  assert.deepEqual(await contents(local), await contents(remote));
});

test("one connection is all that Gmail allows: the work is done over that one", async (t) => {
  const { home, local, remote } = await scene(t, { connections: 1 });
  await command(local, "CREATE a", "CREATE b", "CREATE c");
  for (const mailbox of ["a", "b", "c"]) await deliver(local, mailbox, ...mails(`${mailbox}-`, 400));
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 0, stderr);
  for (const mailbox of ["a", "b", "c"]) assert.equal((await contents(remote, mailbox)).length, 400);
});

test("a login is refused because there are too many connections: exit code 69, in Gmail's words", async (t) => {
  const { home, remote } = await scene(t);
  remote.refuse(/ (?:LOGIN|AUTHENTICATE) /, gmailWords.tooMany);
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 69, stderr);
  assert.match(stderr, /does not accept logins now: .*Too many simultaneous connections/);
});
