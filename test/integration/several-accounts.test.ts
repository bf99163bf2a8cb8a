// --all: each configuration of a directory, in a process of its own.

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { plainText, runInterimap, type SectionSettings, startInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mail, type TwoStores, twoStores } from "../support/two-stores.ts";

const { here, there } = await startAll({ here: startDovecot(), there: startDovecot() });

interface Accounts {
  /** The usual configuration, and one called `work`. */
  readonly usual: TwoStores;
  readonly work: TwoStores;
}

/** Each with a message on its remote server. */
async function twoAccounts(t: TestContext, settings: SectionSettings = {}): Promise<Accounts> {
  const servers = { local: here, remote: there };
  const usual = await twoStores(t, servers);
  const work = await twoStores(t, servers);
  await deliver(usual.remote, "INBOX", mail("usual"));
  await deliver(work.remote, "INBOX", mail("work"));
  addConfiguration(usual, "work", {
    settings: { database: "work.db", ...settings },
    local: plainText(work.proxies.local.server),
    remote: plainText(work.proxies.remote.server),
  });
  return { usual, work };
}

function addConfiguration(
  { home }: TwoStores,
  name: string,
  sections: { readonly settings: SectionSettings; readonly local: SectionSettings; readonly remote: SectionSettings },
): void {
  const linesOf = (section: SectionSettings): string[] =>
    Object.entries(section).flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${value}`]));
  const { settings, local, remote } = sections;
  const lines = [...linesOf(settings), "[local]", ...linesOf(local), "[remote]", ...linesOf(remote), ""];
  writeFileSync(join(dirname(home.configFile), name), lines.join("\n"), { mode: 0o600 });
}

test("every account is synchronised, each line says whose it is, and a broken one disturbs none", async (t) => {
  const { usual, work } = await twoAccounts(t);
  addConfiguration(usual, "broken", { settings: {}, local: { hots: "x" }, remote: {} });
  const { status, stdout, stderr } = await runInterimap(usual.home, ["--all"]);
  const lines = stderr.trimEnd().split("\n");
  const last = lines.pop() ?? "";
  assert.equal(status, 78, stderr);
  assert.equal(stdout, "");
  assert.match(last, /^3 accounts in .+: 2 done, 1 failed \(broken: 78\)$/);
  const names = lines.map((line) => /^(config|work|broken): /.exec(line)?.[1]);
  assert.deepEqual([...new Set(names)], ["config", "broken", "work"]);
  for (const { local } of [usual, work]) assert.equal((await contents(local, "INBOX")).length, 1);
  const quiet = await runInterimap(usual.home, ["--all=3", "--quiet"]);
  assert.match(quiet.stderr, /^broken: [^\n]*"hots"[^\n]*\n$/);
});

test("the overview has a line for each account, and for programs an object", async (t) => {
  const { usual } = await twoAccounts(t);
  await runInterimap(usual.home, ["--all=2"]);
  const { status, stdout, stderr } = await runInterimap(usual.home, ["--status", "--all"]);
  assert.equal(status, 0, stderr);
  const [, ...rows] = stdout.trimEnd().split("\n");
  assert.deepEqual(
    rows.map((row) => row.replace(/\S+ \S+ \(.*?\)/, "TIME").split(/ {2,}/)),
    ["config", "work"].map((name) => [name, "1", "1", "1", "TIME", "in step"]),
  );
  const { accounts } = JSON.parse((await runInterimap(usual.home, ["--status", "--json", "--all"])).stdout) as {
    accounts: { account: string; exitCode: number; status: { mailboxes: { mapped: number }[] } }[];
  };
  assert.deepEqual(
    accounts.map((one) => [one.account, one.exitCode, one.status.mailboxes[0]?.mapped]),
    [
      ["config", 0, 1],
      ["work", 0, 1],
    ],
  );
});

test("check tries all of them, and the exit code is the worst", async (t) => {
  const { usual, work } = await twoAccounts(t);
  const { status, stdout } = await runInterimap(usual.home, ["check", "--all"]);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^config\n {2}Configuration: [^]*^work\n {2}Configuration: /m);
  await work.proxies.remote.stop();
  const failed = await runInterimap(usual.home, ["check", "--all=2", "--json", "remote"]);
  assert.equal(failed.status, 69, failed.stderr);
  const { accounts } = JSON.parse(failed.stdout) as {
    accounts: {
      account: string;
      exitCode: number;
      check: { servers: { local: unknown; remote: { fault: unknown } } };
    }[];
  };
  assert.deepEqual(
    accounts.map(({ account, exitCode, check }) => [account, exitCode, check.servers.remote.fault === null]),
    [
      ["config", 0, true],
      ["work", 69, false],
    ],
  );
});

test("a signal stops those at work in good order, and the others do not begin", async (t) => {
  const { usual, work } = await twoAccounts(t);
  const run = startInterimap(usual.home, ["--all"]);
  usual.hold("remote", "client", {
    pattern: /LOGIN|AUTHENTICATE/,
    action: () => {
      run.child.kill("SIGTERM");
      return undefined;
    },
  });
  const { status, stderr } = await run.finished;
  assert.equal(status, 143, stderr);
  assert.match(stderr, /^2 accounts in .+: 2 stopped before the end \(config, work\)$/m);
  assert.equal(await contents(work.local, "INBOX").then(({ length }) => length), 0);
});

test("those with one database take turns", async (t) => {
  const { usual } = await twoAccounts(t);
  addConfiguration(usual, "again", {
    settings: { database: usual.home.databaseFile, "list-mailbox": "INBOX" },
    local: plainText(usual.proxies.local.server),
    remote: plainText(usual.proxies.remote.server),
  });
  const { status, stderr } = await runInterimap(usual.home, ["--all=3"]);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^config and again use one database, /);
});

test("lines for programs stay objects", async (t) => {
  const { usual } = await twoAccounts(t, { "log-format": "json" });
  const { stderr } = await runInterimap(usual.home, ["--all"]);
  const objects = stderr.split("\n").filter((line) => line.startsWith("{"));
  assert.ok(objects.length > 0, stderr);
  for (const line of objects) assert.equal((JSON.parse(line) as { account: string }).account, "work");
  const { stdout } = await runInterimap(usual.home, ["--all", "--json"]);
  const accounts = stdout
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { account: string }).account);
  assert.deepEqual([...new Set(accounts)], ["config", "work"]);
});

test("where the usual configuration is missing, the accounts that there are are named", async (t) => {
  const { usual } = await twoAccounts(t);
  rmSync(usual.home.configFile);
  const { status, stderr } = await runInterimap(usual.home);
  assert.equal(status, 78);
  assert.match(
    stderr,
    /there is no such file; .*make one with interimap init, .*take one that is there: --config=work, or --all of them$/m,
  );
});

test("without an account it says where they are looked for", async (t) => {
  const { home } = await twoStores(t, { local: here, remote: there });
  const { status, stderr } = await runInterimap(home, ["--all", `--config=${home.directory}`]);
  assert.equal(status, 78);
  assert.match(stderr, new RegExp(`^${home.directory}: there is no account configuration in it; .*interimap init`));
});
