// A database is about two accounts. Those of another configuration are refused before anything is said to a server; the same
// accounts under another name or at another place go on with it, by the user's word. Behind another port of the same host there
// may be the same server, or another: its mail tells.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { otherSide, type PerSide, perSide, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import type { AppendMessage } from "../support/raw-imap.ts";
import {
  type ConfigSettings,
  type InterimapHome,
  overTunnel,
  plainText,
  runInterimap,
  type RunResult,
} from "../support/run-interimap.ts";
import { type MailStoreSnapshot, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { startTrafficProxy, type TrafficProxy } from "../support/traffic-proxy.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, expunge, mail, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { becomes, eventually, startDaemon, startWatching } from "../support/watching.ts";
import { dump, makeVersion1 } from "../unit/state/databases.ts";
import { assertRefused } from "./refusal.ts";

const onOne = inTurn(sides);

const { here, there, elsewhere, farAway } = await startAll({
  here: startDovecot(),
  there: startDovecot(),
  elsewhere: startDovecot(),
  farAway: startDovecot(),
});

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

interface Divided {
  readonly own: MailServer;
  readonly other: MailServer;
  /** Gives the other server what there is, with equal UIDVALIDITYs. */
  readonly copy: () => void;
  readonly home: InterimapHome;
}

/** How another server comes by its mail; they return what tells. */
const copies: readonly { readonly what: string; readonly divide: (divided: Divided) => Promise<string> }[] = [
  {
    what: "equal UIDVALIDITYs, other messages",
    divide: async ({ own, other, copy, home }) => {
      await command(own, "SELECT INBOX");
      copy();
      await deliver(own, "INBOX", ...mails("m", 3));
      await deliver(other, "INBOX", ...mails("o", 3));
      await assertDone(home);
      return '"INBOX" has other messages there';
    },
  },
  {
    what: "messages without Message-ID of the same size and time",
    divide: async ({ own, other, copy, home }) => {
      await command(own, "SELECT INBOX");
      copy();
      const plain = (text: string): AppendMessage => ({
        ...mail("x"),
        bytes: Buffer.from(`Subject: x\r\n\r\n${text}\r\n`),
      });
      await deliver(own, "INBOX", plain("one"), plain("two"));
      await deliver(other, "INBOX", plain("two"), plain("one"));
      await assertDone(home);
      return '"INBOX" has other messages there';
    },
  },
  {
    what: "a copy that has gone its own way",
    divide: async ({ own, other, copy, home }) => {
      await deliver(own, "INBOX", ...mails("m", 3));
      await assertDone(home);
      copy();
      await deliver(own, "box", ...mails("m", 3));
      await deliver(other, "box", ...mails("o", 4));
      await assertDone(home);
      return '"box" has other messages there';
    },
  },
  {
    what: "a copy of an earlier time",
    divide: async ({ own, copy, home }) => {
      await deliver(own, "INBOX", ...mails("m", 3));
      await assertDone(home);
      copy();
      await deliver(own, "INBOX", mail("m4"));
      await assertDone(home);
      return '"INBOX" has a UIDNEXT below the recorded one there';
    },
  },
  {
    what: "an account that was made anew",
    divide: async ({ own, other, home }) => {
      await deliver(own, "INBOX", ...mails("m", 3));
      await assertDone(home);
      // Dovecot makes UIDVALIDITY of the clock, and counts on for mailboxes that are made in one second.
      const made = Math.floor(Date.now() / 1000);
      await eventually("other seconds", () => Math.floor(Date.now() / 1000) > made + 1);
      await deliver(other, "INBOX", ...mails("m", 3));
      return '"INBOX" has another UIDVALIDITY there';
    },
  },
  {
    what: "nothing that could be compared",
    divide: async ({ copy, home }) => {
      await assertDone(home);
      copy();
      return "no recorded message was found there";
    },
  },
];

function homeOf({ directory, user }: MailServer): string {
  return join(directory, "home", user);
}

function allMail(servers: readonly MailServer[]): Promise<MailStoreSnapshot[]> {
  return Promise.all(servers.map((server) => snapshot(server)));
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
  const test = onOne(side);
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
    const line = [
      `the database ${home.databaseFile} belongs to other accounts: ${side} ${known!}, not ${now!}; `,
      "name another file with the database setting",
      "run once: interimap --config=v --same-accounts",
    ];
    for (const args of work) await assertRefused(home, { status: 65, line, args: ["--config=v", ...args] });
    assert.deepEqual(dump(home.databaseFile), before);
    for (const one of sides) assert.equal(proxies[one].connections, 0);

    const shown = await runInterimap(home, ["--config=v", "--status"]);
    assert.equal(shown.status, 2, "no run gets through");
    assert.equal((await runInterimap(home, ["--status"])).status, 0, "that of its accounts says nothing of it");
    assert.match(shown.stdout, /^INBOX\b/m);
    assert.match(shown.stderr, /belongs to other accounts/);

    await deliver(stores[side], "INBOX", mail("new"));
    assert.equal((await runInterimap(home)).status, 0);
    assert.deepEqual(await contents(stores[otherSide(side)]), ["m1", "m2", "m3", "new"]);
  });

  test(`${side}: the same account at another place goes on by the user's word, once`, async (t) => {
    const stores = await scene(t);
    const { home, proxies } = stores;
    const former = perSide((one) => plainText(proxies[one].server));
    configureBeside(home, "former", former);
    home.configure({ ...former, [side]: overTunnel(stores[side]) });
    assert.equal((await runInterimap(home)).status, 65);
    await expunge(stores[side], "1");
    await deliver(stores[otherSide(side)], "INBOX", mail("new"));
    const { stderr } = await assertDone(home, ["--same-accounts"]);
    assert.match(stderr, new RegExp(`^${side}: The database now belongs to .* instead of `, "m"));
    for (const one of sides) assert.deepEqual(await contents(stores[one]), ["m2", "m3", "new"]);
    assert.equal((await assertDone(home)).stderr, "");
    assert.equal((await runInterimap(home, ["--config=former"])).status, 65);
  });

  test(`${side}: the same server on another port goes on, and the port is recorded`, async (t) => {
    const stores = await scene(t);
    const { home, proxies } = stores;
    home.configure({ ...perSide((one) => plainText(proxies[one].server)), [side]: plainText(stores[side]) });
    await expunge(stores[side], "1,3");
    await deliver(stores[otherSide(side)], "INBOX", mail("new"));
    const { stderr } = await assertDone(home);
    const [before, now] = [proxies[side].server, stores[side]].map(
      ({ user, port }) => `${user} at 127.0.0.1:${String(port)}`,
    );
    assert.equal(stderr.split(`${side}: The database now belongs to ${now!} instead of ${before!}\n`).length, 2);
    for (const one of sides) assert.deepEqual(await contents(stores[one]), ["m2", "new"]);
    assert.equal((await assertDone(home)).stderr, "");
  });

  test(`${side}: where a list has no numbers, SELECT tells them`, async (t) => {
    const stores = await scene(t);
    const { home, proxies } = stores;
    const made = Math.floor(Date.now() / 1000);
    await eventually("another second", () => Math.floor(Date.now() / 1000) > made);
    const other = asUser(elsewhere, stores[side].user);
    await deliver(other, "INBOX", ...mails("m", 3));
    const withoutNumbers = (server: MailServer): Promise<TrafficProxy> =>
      startTrafficProxy(server, {
        onServerLine: (line) => (line.startsWith("* STATUS ") ? { instead: "* STATUS INBOX ()" } : undefined),
      });
    const [viaOther, viaOwn] = [await withoutNumbers(other), await withoutNumbers(stores[side])];
    t.after(() => Promise.all([viaOther.stop(), viaOwn.stop()]));
    home.configure({ ...perSide((one) => proxies[one].server), [side]: viaOther.server });
    await assertRefused(home, {
      status: 65,
      line: /only the port differs, but "INBOX" has another UIDVALIDITY there; /,
    });
    home.configure({ ...perSide((one) => proxies[one].server), [side]: viaOwn.server });
    const { stderr } = await runInterimap(home);
    assert.match(stderr, new RegExp(`^${side}: The database now belongs to .* instead of `, "m"));
  });

  for (const { what, divide } of copies) {
    test(`${side}: another server on another port is refused, and nothing is changed: ${what}`, async (t) => {
      const stores = await twoStores(t, { local: here, remote: there });
      const { home, proxies } = stores;
      const own = stores[side];
      const other = asUser(elsewhere, own.user);
      await command(own, "CREATE box");
      const copy = (): void => {
        execFileSync("cp", ["-a", homeOf(own), homeOf(other)]);
      };
      const reason = await divide({ own, other, copy, home });
      configureBeside(home, "v", {
        ...perSide((one) => plainText(proxies[one].server)),
        [side]: plainText(other),
      });
      const before = dump(home.databaseFile);
      const mailBefore = await allMail([stores.local, stores.remote, other]);
      const line = new RegExp(
        `^the database .* belongs to other accounts: ${side} .*; only the port differs, but ${reason}; ` +
          ".*name another file .*, run once: interimap --config=v --same-accounts$",
      );
      for (const args of divide === copies[0]?.divide ? work : work.slice(0, 1)) {
        const { status, stderr } = await runInterimap(home, ["--config=v", ...args]);
        assert.equal(status, 65, stderr);
        assert.match(stderr.trimEnd().split("\n").at(-1)!, line);
      }
      assert.deepEqual(dump(home.databaseFile), before);
      assert.deepEqual(await allMail([stores.local, stores.remote, other]), mailBefore);
    });
  }
}

/** Without a Message-ID. */
function plain(text: string, internalDate: string): AppendMessage {
  return { ...mail("x", { internalDate }), bytes: Buffer.from(`Subject: x\r\n\r\n${text}\r\n`) };
}

const [then, later] = ["01-Jan-2024 00:00:00 +0000", "01-Jan-2024 00:00:01 +0000"];

for (const [what, own, theirs] of [
  ["with Message-IDs", mails("m", 3), mails("o", 3)],
  ["without", [plain("one", then), plain("two", then)], [plain("six", later), plain("ten", later)]],
] as const) {
  test(`two servers on other ports that agree with each other, and are not the recorded ones, are refused: ${what}`, async (t) => {
    const stores = await twoStores(t, { local: here, remote: there });
    const { home, proxies } = stores;
    const others = { local: asUser(elsewhere, stores.local.user), remote: asUser(farAway, stores.remote.user) };
    for (const side of sides) await command(stores[side], "SELECT INBOX");
    for (const side of sides) execFileSync("cp", ["-a", homeOf(stores[side]), homeOf(others[side])]);
    await deliver(stores.local, "INBOX", ...own);
    for (const side of sides) await deliver(others[side], "INBOX", ...theirs);
    await assertDone(home);
    configureBeside(
      home,
      "v",
      perSide((side) => plainText(others[side])),
    );
    const before = dump(home.databaseFile);
    const line = new RegExp(
      'belongs to other accounts: local .*, and remote .*; only the port differs, but "INBOX" has other messages there; ',
    );
    await assertRefused(home, { status: 65, line, args: ["--config=v"] });
    assert.deepEqual(dump(home.databaseFile), before);
    // One of them with one of those that are recorded, which tells, too.
    for (const side of sides) {
      configureBeside(home, "v", {
        ...perSide((one) => plainText(proxies[one].server)),
        [side]: plainText(others[side]),
      });
      await assertRefused(home, { status: 65, line: /"INBOX" has other messages there; /, args: ["--config=v"] });
    }
  });
}

for (const args of [["--repair"], ["--rename", "a", "b"], ["--delete", "a"]]) {
  test(`${args.join(" ")} can be the run that is told of the same accounts`, async (t) => {
    const stores = await scene(t);
    const { home } = stores;
    await command(stores.local, "CREATE a");
    assert.equal((await runInterimap(home)).status, 0);
    home.configure(perSide((side) => overTunnel(stores[side])));
    await assertTold(home, args);
    assert.equal((await runInterimap(home)).status, 0);
  });
}

test("a daemon can be the run that is told of the same accounts", async (t) => {
  const stores = await scene(t);
  stores.home.configure(perSide((side) => overTunnel(stores[side])));
  const daemon = startDaemon(t, stores.home, { args: ["--notify", "--same-accounts"] });
  await daemon.waits();
  await daemon.stop();
  assert.equal(daemon.said(/now belongs to .* instead of/).length, 2);
  assert.equal((await runInterimap(stores.home)).status, 0);
});

for (const args of [["--repair"], ["--rename", "a", "b"], ["--delete", "a"], ["--watch"], ["--notify"]]) {
  test(`${args.join(" ")} can be the first on other ports of the same servers`, async (t) => {
    const stores = await scene(t);
    const { home } = stores;
    await command(stores.local, "CREATE a");
    await assertDone(home);
    home.configure({ local: stores.local, remote: stores.remote });
    if (args[0] === "--watch" || args[0] === "--notify") {
      const daemon = startDaemon(t, home, { args });
      await daemon.waits();
      await daemon.stop();
      assert.equal(daemon.said(/now belongs to .* instead of/).length, 2);
    } else {
      const { stderr } = await assertDone(home, args);
      assert.equal(stderr.match(/now belongs to .* instead of/g)?.length, 2, stderr);
    }
    assert.equal((await assertDone(home)).stderr, "");
  });
}

test("a daemon that finds another port in its configuration looks what is there: the same server, or another", async (t) => {
  const stores = await startWatching(t, { local: here, remote: there });
  const { daemon, home, proxies } = stores;
  await deliver(stores.local, "INBOX", mail("first"));
  await becomes(() => contents(stores.remote), ["first"]);
  const other = asUser(elsewhere, stores.remote.user);
  home.configure({ local: proxies.local.server, remote: other });
  daemon.kill("SIGHUP");
  await daemon.line(/belongs to other accounts: remote .*; only the port differs, but /);
  await daemon.line(/^Keeping the previous configuration$/);
  await deliver(stores.local, "INBOX", mail("second"));
  await becomes(() => contents(stores.remote), ["first", "second"]);
  home.configure({ local: proxies.local.server, remote: stores.remote });
  daemon.kill("SIGHUP");
  await daemon.line(/now belongs to .* instead of/);
  await deliver(stores.remote, "INBOX", mail("third"));
  await becomes(() => contents(stores.local), ["first", "second", "third"]);
  assert.deepEqual(await contents(other), []);
  await daemon.stop();
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
    line: /mistyped\.db: there is no database yet; name the existing database with the database setting$/,
    args: ["--config=v", "--same-accounts"],
  });
});

test("a daemon whose new configuration is about other accounts says so, and goes on", async (t) => {
  const stores = await startWatching(t, { local: here, remote: there });
  const { daemon, home, proxies } = stores;
  const other = asUser(proxies.remote.server, `other-${stores.remote.user}`);
  home.configure({ local: proxies.local.server, remote: other });
  daemon.kill("SIGHUP");
  await daemon.line(/belongs to other accounts: remote /);
  await daemon.says(/^Keeping the previous configuration$/, 1);
  home.configure({ local: proxies.local.server, remote: other, settings: { database: "new.db" } });
  daemon.kill("SIGHUP");
  await daemon.line(/no database yet/);
  await daemon.says(/^Keeping the previous configuration$/, 2);
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
      new RegExp(`^Upgraded the database from version 1 to \\d+; a copy of the old one is ${former}.v1-backup$`, "m"),
    );
    assert.ok(existsSync(`${former}.v1-backup`));
    const watching = await runInterimap(home, ["--config=v", "--watch"]);
    assert.equal(watching.status, 73);
    assert.equal((await runInterimap(home, ["--config=v", "--status"])).stdout.includes("INBOX"), false);
    const first = await assertDone(home, ["--config=v"]);
    assert.match(
      first.stderr,
      /belongs to other accounts: .*; these accounts get their own, .*@127\.0\.0\.1,\d+.*\.db$/m,
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
    home.configure({ local: overTunnel(local), remote: proxies.remote.server, settings });
    await assertRefused(home, {
      status: 65,
      line: /127\.0\.0\.1\.db belongs to other accounts: local .*, not .* run once: interimap --same-accounts$/,
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
  assert.equal(stderr.match(/now belongs to .* instead of/g)?.length, 2, stderr);
}

async function assertDone(home: InterimapHome, args: readonly string[] = []): Promise<RunResult> {
  const result = await runInterimap(home, args);
  assert.equal(result.status, 0, result.stderr);
  return result;
}
