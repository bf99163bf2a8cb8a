// A database is about two accounts. Those of another configuration are refused before anything is said to a server; the same
// accounts under another name or at another place go on with it, by the user's word.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { otherSide, perSide, sides, type PerSide } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import {
  overTunnel,
  plainText,
  runInterimap,
  type ConfigSettings,
  type InterimapHome,
  type RunResult,
} from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, expunge, mail, mails, twoStores, type TwoStores } from "../support/two-stores.ts";
import { becomes, startDaemon, startWatching } from "../support/watching.ts";
import { dump, makeVersion1 } from "../unit/store/databases.ts";
import { assertRefused } from "./refusal.ts";

const { here, there } = await startAll({ here: startDovecot(), there: startDovecot() });

interface Scene extends TwoStores {
  /** Accounts of other people at the same servers. */
  readonly others: PerSide<MailServer>;
}

/** Synchronised once. */
async function scene(t: TestContext): Promise<Scene> {
  const stores = await twoStores(t, { local: here, remote: there });
  await deliver(stores.local, "INBOX", ...mails("m", 3));
  assert.equal((await runInterimap(stores.home)).status, 0);
  const others = perSide((side) => asUser(stores.proxies[side].server, `other-${stores[side].user}`));
  for (const side of sides) stores.proxies[side].reset();
  return { ...stores, others };
}

/** Beside the home's own configuration, for `--config=NAME`. */
function configureBeside(home: InterimapHome, name: string, config: ConfigSettings): void {
  const own = readFileSync(home.configFile);
  home.configure(config);
  renameSync(home.configFile, join(home.configFile, "..", name));
  writeFileSync(home.configFile, own, { mode: 0o600 });
}

const work = [
  [],
  ["--repair"],
  ["--watch"],
  ["--notify"],
  ["--delete", "box"],
  ["--delete", "--target=database", "box"],
  ["--rename", "box", "other"],
  ["INBOX"],
] as const;

for (const side of sides) {
  test(`${side}: another user of the same servers is refused, and nothing is changed`, async (t) => {
    const stores = await scene(t);
    const { home, proxies, others } = stores;
    configureBeside(home, "v", {
      ...perSide((one) => plainText(proxies[one].server)),
      [side]: plainText(others[side]),
    });
    const before = dump(home.databaseFile);
    const [known, now] = [stores[side].user, others[side].user].map(
      (user) => `${user} at 127.0.0.1:${String(proxies[side].server.port)}`,
    );
    const line =
      `the database ${home.databaseFile} is about other accounts: ${side} ${known!}, not ${now!}; ` +
      "name another file with the database setting, for each pair of accounts needs its own; or, if they are the same accounts " +
      "under other names or at another place, run once: interimap --config=v --same-accounts";
    for (const args of work) await assertRefused(home, { status: 65, line, args: ["--config=v", ...args] });
    assert.deepEqual(dump(home.databaseFile), before);
    for (const one of sides) assert.equal(proxies[one].connections, 0);

    const shown = await runInterimap(home, ["--config=v", "--status"]);
    assert.equal(shown.status, 0);
    assert.match(shown.stdout, /^INBOX\b/m);
    assert.match(shown.stderr, /is about other accounts/);

    await deliver(stores[side], "INBOX", mail("new"));
    assert.equal((await runInterimap(home)).status, 0);
    assert.deepEqual(await contents(stores[otherSide(side)]), ["m1", "m2", "m3", "new"]);
  });

  for (const { what, section } of [
    { what: "the server behind its proxy", section: (server: MailServer) => plainText(server) },
    { what: "by a tunnel", section: (server: MailServer) => overTunnel(server) },
  ]) {
    test(`${side}: the same account at another place, ${what}, goes on by the user's word, once`, async (t) => {
      const stores = await scene(t);
      const { home, proxies } = stores;
      const former = perSide((one) => plainText(proxies[one].server));
      configureBeside(home, "former", former);
      home.configure({ ...former, [side]: section(stores[side]) });
      assert.equal((await runInterimap(home)).status, 65);
      await expunge(stores[side], "1");
      await deliver(stores[otherSide(side)], "INBOX", mail("new"));
      const { status, stderr } = await runInterimap(home, ["--same-accounts"]);
      assert.equal(status, 0, stderr);
      assert.match(stderr, new RegExp(`^${side}: The database is about .* from now on, instead of `, "m"));
      for (const one of sides) assert.deepEqual(await contents(stores[one]), ["m2", "m3", "new"]);
      const again = await runInterimap(home);
      assert.deepEqual([again.status, again.stderr], [0, ""]);
      assert.equal((await runInterimap(home, ["--config=former"])).status, 65);
    });
  }
}

for (const args of [["--repair"], ["--rename", "a", "b"], ["--delete", "a"]]) {
  test(`${args.join(" ")} can be the run that is told of the same accounts`, async (t) => {
    const stores = await scene(t);
    const { home } = stores;
    await command(stores.local, "CREATE a");
    assert.equal((await runInterimap(home)).status, 0);
    home.configure({ local: stores.local, remote: stores.remote });
    await assertTold(home, args);
    assert.equal((await runInterimap(home)).status, 0);
  });
}

test("a daemon can be the run that is told of the same accounts", async (t) => {
  const stores = await scene(t);
  stores.home.configure({ local: stores.local, remote: stores.remote });
  const daemon = startDaemon(t, stores.home, { args: ["--notify", "--same-accounts"] });
  await daemon.waits();
  await daemon.stop();
  assert.equal(daemon.said(/from now on, instead of/).length, 2);
  assert.equal((await runInterimap(stores.home)).status, 0);
});

test("a login that is refused leaves the database to the accounts that it is about", async (t) => {
  const stores = await scene(t);
  const { home, proxies } = stores;
  const before = dump(home.databaseFile);
  home.configure({ local: proxies.local.server, remote: { ...plainText(stores.remote), password: "wrong" } });
  assert.equal((await runInterimap(home, ["--same-accounts"])).status, 77);
  assert.deepEqual(dump(home.databaseFile), before);
});

test("the same accounts want a database that is there", async (t) => {
  const stores = await scene(t);
  configureBeside(stores.home, "v", {
    local: stores.local,
    remote: stores.remote,
    settings: { database: "mistyped.db" },
  });
  await assertRefused(stores.home, {
    status: 73,
    line: /mistyped\.db: there is no database yet; name the one that is to go on with the database setting$/,
    args: ["--config=v", "--same-accounts"],
  });
});

test("a daemon whose new configuration is about other accounts says so, and goes on", async (t) => {
  const stores = await startWatching(t, { local: here, remote: there });
  const { daemon, home, proxies } = stores;
  const other = asUser(proxies.remote.server, `other-${stores.remote.user}`);
  home.configure({ local: proxies.local.server, remote: other });
  daemon.kill("SIGHUP");
  assert.match(
    await daemon.line(/going on/),
    /is about other accounts: remote .*; going on with the configuration as it was$/,
  );
  home.configure({ local: proxies.local.server, remote: other, settings: { database: "new.db" } });
  daemon.kill("SIGHUP");
  assert.match(await daemon.line(/no database yet/), /; going on with the configuration as it was$/);
  await deliver(stores.local, "INBOX", mail("new"));
  await becomes(() => contents(stores.remote), ["new"]);
  await daemon.stop();
});

describe("without the setting database", () => {
  const settings = { database: undefined };

  test("accounts at the same servers have a database each", async (t) => {
    const stores = await scene(t);
    const { home, others } = stores;
    home.configure({ local: stores.local, remote: stores.remote, settings });
    configureBeside(home, "v", {
      local: asUser(here, others.local.user),
      remote: asUser(there, others.remote.user),
      settings,
    });
    const [mine, theirs] = [stores, perSide((side) => asUser(side === "local" ? here : there, others[side].user))];
    await deliver(theirs.local, "INBOX", ...mails("v", 3));
    for (const config of ["config", "v", "config", "v"]) await assertDone(home, [`--config=${config}`]);
    await expunge(mine.local, "1:2");
    await expunge(theirs.remote, "3");
    for (const config of ["config", "v", "config", "v"]) await assertDone(home, [`--config=${config}`]);
    for (const side of sides) {
      assert.deepEqual(await contents(mine[side]), ["m3"]);
      assert.deepEqual(await contents(theirs[side]), ["v1", "v2"]);
    }
    const names = readdirSync(join(home.databaseFile, "..")).filter(
      (name) => name !== "test.db" && name.endsWith(".db"),
    );
    const nameOf = ({ local, remote }: PerSide<MailServer>): string =>
      `${remote.user}@127.0.0.1,${String(there.port)}${local.user === remote.user ? "" : `,${local.user}`}.db`;
    assert.deepEqual(names.sort(), [nameOf(mine), nameOf(theirs)].sort());
  });

  test("a database with the name that earlier versions gave goes on, and others get their own", async (t) => {
    const stores = await scene(t);
    const { home, others, proxies } = stores;
    const former = join(home.databaseFile, "../127.0.0.1.db");
    makeVersion1(home.databaseFile);
    renameSync(home.databaseFile, former);
    const mine = perSide((side) => proxies[side].server);
    home.configure({ ...mine, settings });
    configureBeside(home, "v", { ...others, settings });

    const upgraded = await assertDone(home);
    assert.match(
      upgraded.stderr,
      new RegExp(`^Upgraded the database from version 1 to \\d+; as it was, it is kept in ${former}.v1-backup$`, "m"),
    );
    assert.ok(existsSync(`${former}.v1-backup`));
    const watching = await runInterimap(home, ["--config=v", "--watch"]);
    assert.equal(watching.status, 73);
    assert.equal((await runInterimap(home, ["--config=v", "--status"])).stdout.includes("INBOX"), false);
    const first = await assertDone(home, ["--config=v"]);
    assert.match(
      first.stderr,
      /is about other accounts: .*; these get a database of their own, .*@127\.0\.0\.1,\d+.*\.db$/m,
    );
    assert.equal((await assertDone(home, ["--config=v"])).stderr, "");
    await expunge(stores.remote, "1");
    await assertDone(home);
    assert.deepEqual(await contents(stores.local), ["m2", "m3"]);
    assert.match((await runInterimap(home, ["--status"])).stdout, /^INBOX +2\b/m);
  });

  test("what that name would not tell apart now is refused", async (t) => {
    const { home, local, proxies } = await scene(t);
    renameSync(home.databaseFile, join(home.databaseFile, "../127.0.0.1.db"));
    home.configure({ local, remote: proxies.remote.server, settings });
    await assertRefused(home, {
      status: 65,
      line: /127\.0\.0\.1\.db is about other accounts: local .*, not .* run once: interimap --same-accounts$/,
    });
    assert.match((await runInterimap(home, ["--status"])).stdout, /^INBOX +3\b/m);
    await assertDone(home, ["--same-accounts"]);
    assert.equal((await assertDone(home)).stderr, "");
  });

  test("while another process has a database of that name, the line says what to do for other accounts", async (t) => {
    const stores = await scene(t);
    const { home, others, proxies } = stores;
    const former = join(home.databaseFile, "../127.0.0.1.db");
    mkdirSync(join(former, ".."), { recursive: true });
    renameSync(home.databaseFile, former);
    home.configure({ ...perSide((side) => proxies[side].server), settings: { database: former } });
    configureBeside(home, "v", { ...others, settings });
    const daemon = startDaemon(t, { ...home, databaseFile: former });
    await daemon.waits();
    await assertRefused(home, {
      status: 75,
      line: /is in use by process \d+; .*; if it is for other accounts, name another file with the database setting$/,
      args: ["--config=v"],
    });
    await daemon.stop();
  });
});

async function assertTold(home: InterimapHome, args: readonly string[]): Promise<void> {
  assert.equal((await runInterimap(home, args)).status, 65);
  const { stderr } = await assertDone(home, [...args, "--same-accounts"]);
  assert.equal(stderr.match(/from now on, instead of/g)?.length, 2, stderr);
}

async function assertDone(home: InterimapHome, args: readonly string[] = []): Promise<RunResult> {
  const result = await runInterimap(home, args);
  assert.equal(result.status, 0, result.stderr);
  return result;
}
