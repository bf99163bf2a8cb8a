// import: what mbsync or OfflineIMAP was told is told to interimap, which goes on where they stopped.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { homeEnvironment, type InterimapHome, runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const execute = promisify(execFile);
const { here, there } = await startAll({ here: startDovecot(), there: startDovecot() });

const is = (program: string): string | false => (existsSync(program) ? false : `there is no ${program}`);

/** Without a configuration. */
async function newcomer(t: TestContext): Promise<TwoStores & { readonly directory: string }> {
  const stores = await twoStores(t, { local: here, remote: there });
  const directory = join(stores.home.directory, "config/interimap");
  rmSync(stores.home.configFile);
  return { ...stores, directory };
}

function mbsyncStore(name: string, { host, port, user, password }: MailServer): string {
  return `IMAPStore ${name}\nHost ${host}\nPort ${port}\nUser ${user}\nPass ${password}\nSSLType None\nAuthMechs LOGIN\n\n`;
}

function write(home: InterimapHome, text: string): string {
  const file = join(home.directory, "rc");
  writeFileSync(file, text);
  return file;
}

async function isOnBothOnce(server: MailServer, count: number): Promise<void> {
  const ids = (await contents(server, "INBOX")).length;
  assert.equal(ids, count);
}

test(
  "after mbsync: what it copied is matched, and what is new is copied",
  { skip: is("/usr/bin/mbsync") },
  async (t) => {
    const { home, local, remote } = await newcomer(t);
    await deliver(remote, "INBOX", ...mails("m", 20));
    const channel = "Channel all\nFar :there:\nNear :here:\nPatterns *\nCreate Both\n";
    const file = write(home, mbsyncStore("there", remote) + mbsyncStore("here", local) + channel);
    const env = { ...process.env, ...homeEnvironment(home) };
    await execute("mbsync", ["-q", "-c", file, "all"], { env });
    await deliver(local, "INBOX", ...mails("new", 1));
    const imported = await runInterimap(home, ["import", "mbsyncrc", file]);
    assert.equal(imported.status, 0, imported.stderr);
    assert.equal(statSync(home.configFile).mode & 0o777, 0o600);
    const { status, stderr } = await runInterimap(home);
    assert.equal(status, 0, stderr);
    for (const server of [local, remote]) await isOnBothOnce(server, 21);
  },
);

test("after OfflineIMAP as well", { skip: is("/usr/bin/offlineimap") }, async (t) => {
  const { home, local, remote } = await newcomer(t);
  await deliver(remote, "INBOX", ...mails("m", 10));
  const repository = (name: string, { host, port, user, password }: MailServer): string =>
    `[Repository ${name}]\ntype = IMAP\nremotehost = ${host}\nremoteport = ${port}\nremoteuser = ${user}\nremotepass = ${password}\n` +
    "ssl = no\nstarttls = no\nauth_mechanisms = LOGIN\n\n";
  const file = write(
    home,
    `[general]\naccounts = a\nmetadata = ${home.directory}/meta\n\n[Account a]\nlocalrepository = here\nremoterepository = there\n\n` +
      repository("here", local) +
      repository("there", remote),
  );
  await execute("offlineimap", ["-o", "-u", "quiet", "-c", file], {
    env: { ...process.env, ...homeEnvironment(home) },
  });
  const imported = await runInterimap(home, ["import", "offlineimaprc", file]);
  assert.equal(imported.status, 0, imported.stderr);
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 0, stderr);
  for (const server of [local, remote]) await isOnBothOnce(server, 10);
});

const twoAccounts =
  "IMAPStore a\nHost a.example\nUser u\nPass s3cret-a\n\nIMAPStore b\nHost b.example\nUser u\nPass s3cret-b\n\n" +
  "MaildirStore l\nPath ~/Mail/\nInbox ~/Mail/INBOX\n\nCreate Both\n\n" +
  "Channel first\nFar :a:\nNear :l:\nPatterns *\n\nChannel second\nFar :b:\nNear :l:\nPatterns *\nMaxSize 1m\n";

test("several accounts become files of their own, and nothing is written over", async (t) => {
  const { home, directory } = await newcomer(t);
  const file = write(home, twoAccounts);
  const { status, stdout, stderr } = await runInterimap(home, ["import", "mbsyncrc", file]);
  assert.equal(status, 1);
  assert.match(stderr, /^\S+rc:26: MaxSize was not taken over: [^\n]*\n$/);
  assert.match(stdout, /^ {2}interimap --all$/m);
  assert.deepEqual(readdirSync(directory).sort(), ["first", "second"]);
  const before = readFileSync(join(directory, "first"), "utf8");
  assert.match(before, /^database = first\.db$/m);
  writeFileSync(join(directory, "second"), "mine");
  const again = await runInterimap(home, ["import", "mbsyncrc", file]);
  assert.equal(again.status, 73);
  assert.match(again.stderr, /first already exists; nothing was written/);
  assert.equal(readFileSync(join(directory, "second"), "utf8"), "mine");
});

test("printed, they have no passwords; nothing that can be taken over is an error", async (t) => {
  const { home, directory } = await newcomer(t);
  const { stdout, stderr } = await runInterimap(home, ["import", "mbsyncrc", write(home, twoAccounts), "--stdout"]);
  assert.match(stdout, /^host = a\.example$/m);
  assert.doesNotMatch(stdout + stderr, /s3cret/);
  assert.deepEqual(readdirSync(directory), []);
  const none = await runInterimap(home, ["import", "offlineimaprc", write(home, "[general]\n")]);
  assert.equal(none.status, 65);
  assert.match(none.stderr, /nothing in it can be taken over/);
  const missing = await runInterimap(home, ["import", "mbsyncrc"]);
  assert.equal(missing.status, 65);
  assert.match(missing.stderr, /\/\.mbsyncrc: there is no such file/);
});
