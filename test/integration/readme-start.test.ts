// README's start and recipes work as they are written: its configurations and commands, with servers of this machine in place of
// the providers.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { PerSide } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { blocks, commands, type Person, person, readme, section, skip } from "../support/readme.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mails } from "../support/two-stores.ts";

const { here, there } = await startAll({ here: startDovecot(), there: startDovecot() });

/** With a keeper of passwords. */
function someone(t: TestContext): Person {
  return person(t, { pass: `echo '${here.password}'` });
}

/** The configuration with servers of this machine, which are not reached over TLS. */
function onThisMachine(text: string, servers: Partial<PerSide<MailServer>>): string {
  const parts = text.split(/(?=^\[)/m).map((part) => {
    const side = /^\[(local|remote)\]/.exec(part)?.[1] as keyof PerSide<MailServer> | undefined;
    const server = side && servers[side];
    if (server === undefined) return part;
    const { host, port, user, password } = server;
    const place = `type = imap\nSTARTTLS = NO\nhost = ${host}\nport = ${port}\nusername = ${user}\n`;
    return part
      .replace(/^(?:type|host|username) = .*\n/gm, "")
      .replace(/^\[.*\]\n/, (head) => head + place)
      .replace(/^password = .*$/m, `password = ${password}`);
  });
  return parts.join("");
}

const isOldDovecot = /^2[.][0-3][.]/.test(spawnSync("/usr/sbin/dovecot", ["--version"], { encoding: "utf8" }).stdout);

/** Its `command` is for Dovecot 2.4; the text below has that for 2.3. */
function forInstalledDovecot(text: string): string {
  const [, older = ""] = /With Dovecot 2\.3 [^`]*`(command = [^`]+)`/.exec(readme) ?? [];
  assert.notEqual(older, "");
  return isOldDovecot ? text.replace(/^command = .*$/m, older) : text;
}

async function subjects(server: MailServer): Promise<number> {
  return (await contents(server, "INBOX")).length;
}

test("the start: a configuration by hand, the check, the dry run, and the first run", { skip }, async (t) => {
  const title = "Start in ninety seconds";
  const [local, remote] = [asUser(here, "start"), asUser(there, "start")];
  await deliver(remote, "INBOX", ...mails("m", 5));
  const { configure, run } = someone(t);
  configure("config", onThisMachine(blocks(title, "ini")[0]!, { local, remote }));
  const shown = await run(commands(title, "interimap --dry-run"));
  assert.match(shown, /Would add 5 messages/);
  assert.equal(await subjects(local), 5);
  await deliver(local, "INBOX", ...mails("n", 1));
  await run("interimap INBOX");
  assert.equal(await subjects(remote), 6);
});

test("a laptop and a provider", { skip }, async (t) => {
  const remote = asUser(there, "laptop");
  await deliver(remote, "INBOX", ...mails("m", 3));
  const { home, configure, run } = someone(t);
  const [text = ""] = blocks("A laptop and a provider", "ini");
  configure("config", onThisMachine(forInstalledDovecot(text), { remote }));
  await run("interimap check\ninterimap");
  const maildir = join(home, "Maildir");
  assert.equal(["new", "cur"].flatMap((folder) => readdirSync(join(maildir, folder))).length, 3);
  assert.match(await run("interimap --status"), /in step/);
});

test("two providers", { skip }, async (t) => {
  const [local, remote] = [asUser(here, "two"), asUser(there, "two")];
  await deliver(local, "INBOX", ...mails("m", 2));
  const { configure, run } = someone(t);
  configure("config", onThisMachine(blocks("Two providers", "ini")[0]!, { local, remote }));
  await run("interimap check\ninterimap");
  assert.equal(await subjects(remote), 2);
});

test("several accounts in one local store", { skip }, async (t) => {
  const title = "Several accounts in one local store";
  const { home, configure, run } = someone(t);
  const [text = ""] = blocks(title, "ini");
  for (const name of ["work", "home"]) {
    const remote = asUser(there, `several-${name}`);
    await deliver(remote, "INBOX", ...mails(name, 2));
    const own = forInstalledDovecot(text).replace("list-reference = work.", `list-reference = ${name}.`);
    configure(name, onThisMachine(own, { remote }));
  }
  const shown = await run(commands(title, "interimap --all"));
  assert.match(shown, /work.*in step/);
  assert.match(shown, /home.*in step/);
  for (const name of ["work", "home"]) {
    const folder = join(home, "Maildir", `.${name}.INBOX`);
    assert.equal(["new", "cur"].flatMap((part) => readdirSync(join(folder, part))).length, 2);
  }
});

test("the completion is put where bash looks for it", { skip }, async (t) => {
  const { home, run } = someone(t);
  await run(commands("Install", "--completion=bash"));
  const file = join(home, ".local/share/bash-completion/completions/interimap");
  assert.ok(existsSync(file));
  await run(`bash -n '${file}'`);
});

test("a migration with imapsync: the dry run, the copy, and the last lines", { skip }, async (t) => {
  const title = "Migrating with imapsync";
  const [host1, host2] = [asUser(here, "jo"), asUser(there, "jo")];
  await deliver(host1, "INBOX", ...mails("m", 8));
  const { run } = someone(t);
  const command = commands(title, "--dry")
    .replace("--host1 old.example", `--host1 ${host1.host} --port1 ${host1.port}`)
    .replace("--host2 new.example", `--host2 ${host2.host} --port2 ${host2.port}`);
  await run(`umask 077\necho '${host1.password}' > old.pw\necho '${host2.password}' > new.pw`);
  await run(command);
  assert.equal(await subjects(host2), 0);
  const shown = await run(command.replace(" --dry", ""));
  assert.equal(await subjects(host2), 8);
  const [promised = ""] = section(title).match(/The sync looks good.*/) ?? [];
  assert.ok(promised !== "" && shown.includes(promised), shown);
});
