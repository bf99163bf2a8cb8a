// `interimap check`: what it says of servers and database, and that it leaves both as they are.

import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import type { CheckDocument } from "../../src/commands/check/check-document.ts";
import { Connection } from "../../src/state/sqlite.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { makeMail } from "../support/message-generator.ts";
import { seededRandom } from "../support/random.ts";
import { RawImap } from "../support/raw-imap.ts";
import {
  type InterimapHome,
  makeHome,
  overTls,
  plainText,
  runInterimap,
  type RunResult,
  type SectionSettings,
} from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { startStrictFilter } from "../support/strict-filter.ts";

const servers = await startAll({ plain: startDovecot(), secure: startDovecot({ tls: true }) });
let users = 0;

interface Sections {
  readonly local?: SectionSettings;
  readonly remote?: SectionSettings;
}

async function append(server: MailServer, seed: number): Promise<void> {
  const imap = await RawImap.login(server);
  await imap.append("INBOX", [makeMail(seededRandom(seed))]);
  await imap.close();
}

function homeFor(t: TestContext, { local, remote }: Sections = {}): InterimapHome {
  const user = `u${++users}`;
  const sections = {
    local: { ...plainText(asUser(servers.plain, user)), ...local },
    remote: { ...overTls(asUser(servers.secure, user)), ...remote },
  };
  const home = makeHome(sections);
  t.after(() => home.remove());
  return home;
}

/** As text, and as a value. */
async function check(home: InterimapHome, ...args: string[]): Promise<RunResult & { document: CheckDocument }> {
  const text = await runInterimap(home, ["check", ...args]);
  const json = await runInterimap(home, ["check", "--json", ...args]);
  assert.equal(json.status, text.status, json.stderr);
  return { ...text, document: JSON.parse(json.stdout) as CheckDocument };
}

test("all is well: both servers, how they report changes, and no database yet", async (t) => {
  const home = homeFor(t);
  const { status, stdout, stderr, document } = await check(home);
  assert.equal(status, 0, stdout + stderr);
  assert.equal(stderr, "");
  assert.doesNotMatch(stdout, /FAIL|note/);
  const { local, remote } = document.servers;
  assert.equal(local?.tls, null);
  assert.equal(remote?.tls?.protocol, "TLSv1.3");
  assert.match(remote?.tls?.certificate?.fingerprint ?? "", /^sha256\$[0-9a-f]{64}$/);
  for (const server of [local, remote]) {
    assert.equal(server?.address, "127.0.0.1");
    assert.deepEqual(server?.login, { mechanism: "PLAIN", username: `u${users}` });
    assert.equal(server?.changes, "resync");
    assert.deepEqual(server?.lacks, []);
    assert.equal(server?.mailboxes, 1);
  }
  assert.equal(document.database?.state, "missing");
  assert.ok(!existsSync(home.databaseFile));
});

test("mailboxes, messages and the database stay as they are", async (t) => {
  const home = homeFor(t);
  const both: MailServer[] = [servers.plain, servers.secure].map((server) => asUser(server, `u${users}`));
  await append(both[0]!, 1);
  assert.equal((await runInterimap(home)).status, 0);
  await append(both[1]!, 2);
  const before = [await snapshot(both[0]!), await snapshot(both[1]!), readFileSync(home.databaseFile)];
  const { status, document } = await check(home);
  assert.equal(status, 0);
  assert.equal(document.database?.state, "current");
  assert.equal(document.database.mailboxes, 1);
  assert.deepEqual([await snapshot(both[0]!), await snapshot(both[1]!), readFileSync(home.databaseFile)], before);
});

test("each fault is said, and the first one is the exit code", async (t) => {
  const home = homeFor(t, { local: { port: "1" }, remote: { password: "wrong" } });
  const { status, stdout, document } = await check(home);
  assert.equal(status, 69);
  assert.match(stdout, /^ {2}FAIL {2}cannot connect to 127\.0\.0\.1:1: connection refused; check host and port/m);
  assert.match(stdout, /^ {2}FAIL {2}login as u\d+ refused: .*check username and password$/m);
  assert.equal(document.servers.local?.fault?.code, "CONNECT");
  assert.equal(document.servers.remote?.fault?.code, "AUTH_FAILED");
  assert.equal(document.servers.remote.fault.exitCode, 77);
  // How far it got.
  assert.equal(document.servers.remote.tls?.protocol, "TLSv1.3");
  assert.equal(document.servers.remote.login, null);
  assert.ok(!stdout.includes("wrong"));
});

test("a certificate that is not trusted ends with the key to pin", async (t) => {
  const home = homeFor(t, { remote: { SSL_CAfile: undefined } });
  const { status, stdout } = await check(home);
  assert.equal(status, 76);
  assert.match(stdout, /^ {2}FAIL .*self-signed.*SSL_fingerprint=sha256\$[0-9a-f]{64}/m);
});

test("one side alone, without the database", async (t) => {
  const home = homeFor(t, { local: { port: "1" } });
  const { status, stdout, document } = await check(home, "remote");
  assert.equal(status, 0, stdout);
  assert.doesNotMatch(stdout, /^(Local|Database)/m);
  assert.equal(document.servers.local, null);
  assert.equal(document.database, null);
  assert.equal((await check(home, "local")).status, 69);
});

for (const [profile, changes, words] of [
  ["noqresync", "mod-sequences", /reports what changed \(CONDSTORE\)/],
  ["bare", "full-look", /reports no changes/],
] as const)
  test(`a server that can do less (${profile}) is told so, and what that means`, async (t) => {
    const filter = await startStrictFilter(asUser(servers.plain, `u${users}`), { profile });
    t.after(() => filter.stop());
    const home = homeFor(t, { local: { port: String(filter.server.port) } });
    const { status, stdout, document } = await check(home, "local");
    assert.equal(status, 0, stdout);
    assert.equal(document.servers.local?.changes, changes);
    assert.match(stdout, words);
    const lacks = document.servers.local.lacks?.map(({ extension }) => extension) ?? [];
    assert.equal(lacks.includes("UIDPLUS"), profile === "bare");
    for (const extension of lacks)
      assert.match(stdout, new RegExp(`^ {2}note {2}without ${extension.replace("+", "\\+")}: `, "m"));
  });

test("a database in use, one of other accounts, and one that is none", async (t) => {
  const home = homeFor(t);
  assert.equal((await runInterimap(home)).status, 0);
  const connection = new Connection(home.databaseFile);
  assert.equal((await check(home)).document.database?.state, "in use");
  connection.close();
  const text = readFileSync(home.configFile, "utf8");
  writeFileSync(home.configFile, text.replace(/^username = .*$/m, "username = another"));
  const others = await check(home);
  assert.equal(others.document.database?.fault?.code, "OTHER_ACCOUNTS");
  assert.match(others.stdout, /^ {2}FAIL .*belongs to other accounts/m);
  writeFileSync(home.configFile, text);
  writeFileSync(home.databaseFile, "no database at all, but long enough to be looked at".repeat(100));
  const { size } = statSync(home.databaseFile);
  const broken = await check(home);
  assert.equal(broken.status, 74);
  assert.equal(broken.document.database?.fault?.code, "DATABASE_READ");
  assert.equal(statSync(home.databaseFile).size, size);
});
