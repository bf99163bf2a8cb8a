// Pairs in a fleet: how their state travels, and what becomes of it when a worker, a process or the database fails.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import { type FleetWorker, startFleet } from "../support/fleet.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { startAll } from "../support/start-all.ts";
import { startTrafficProxy, type TrafficProxy, type Verdict } from "../support/traffic-proxy.ts";
import { command, contents, deliver, expunge, mails, store } from "../support/two-stores.ts";

const [fleet, { local, remote }] = await Promise.all([
  startFleet(),
  startAll({ local: startDovecot(), remote: startDovecot() }),
]);

type Place = "local" | "remote";

/** What the servers say, line by line. */
let onServerLine = (_line: string, _side: Place): Verdict | Promise<Verdict> => undefined;
/** What they are told. */
let onClientLine = (_line: string): void => undefined;
const proxyOf = (server: MailServer, side: Place): Promise<TrafficProxy> =>
  startTrafficProxy(server, {
    onServerLine: (line) => onServerLine(line, side),
    onClientLine: (line) => {
      onClientLine(line);
    },
  });
const [localProxy, remoteProxy] = await Promise.all([proxyOf(local, "local"), proxyOf(remote, "remote")]);
after(async () => {
  await Promise.all([localProxy, remoteProxy].map((proxy) => proxy.stop()));
  await fleet.stop();
});

interface Pair {
  readonly name: string;
  readonly local: MailServer;
  readonly remote: MailServer;
}

let made = 0;

async function addPair(more: Readonly<Record<string, unknown>> = {}): Promise<Pair> {
  const name = `pair${String(++made)}`;
  const record = {
    ...{ name, engine: "sync", every: "1h", options: ["type=imap", "STARTTLS=NO", "compress=NO"] },
    ...{ host1: localProxy.server.host, port1: localProxy.server.port, user1: name, password1: "p" },
    ...{ host2: remoteProxy.server.host, port2: remoteProxy.server.port, user2: name, password2: "p" },
    ...more,
  };
  await fleet.done("add", fleet.file(`${name}.json`, JSON.stringify([record])));
  return { name, local: asUser(local, name), remote: asUser(remote, name) };
}

interface Listed {
  readonly phase: string;
  readonly status: string;
  readonly reason: string | null;
  readonly worker: string | null;
  readonly lag: number | null;
}

async function listed({ name }: Pair): Promise<Listed> {
  return JSON.parse(await fleet.done("list", name, "--json")) as Listed;
}

/** Its turn is now. */
async function again({ name }: Pair): Promise<string> {
  await fleet.done("retry", name);
  return fleet.workOff();
}

async function both({ local, remote }: Pair): Promise<string[]> {
  const found = await contents(local);
  assert.deepEqual(await contents(remote), found);
  return found;
}

interface Version {
  readonly version: string;
  readonly is_damaged: boolean;
}

function versionsOf({ name }: Pair): Promise<Version[]> {
  return fleet.postgres.query<Version>(
    `select version, is_damaged from interimap_fleet.states join interimap_fleet.accounts on id = account
     where name = $1 order by version`,
    [name],
  );
}

const changing = /^\S+ (?:APPEND|CREATE|DELETE|EXPUNGE|RENAME|(?:UN)?SUBSCRIBE|UID (?:COPY|EXPUNGE|MOVE|STORE)) /;

/**
 * From this answer on, servers say nothing until the account is another worker's, and the first one knows. Resolves then with a list
 * that grows: commands that change something and come later.
 */
function loseLeaseAt({ name }: Pair, worker: FleetWorker, answer: RegExp): Promise<readonly string[]> {
  return new Promise<readonly string[]>((resolve) => {
    let lost: Promise<void> | undefined;
    const lose = async (): Promise<void> => {
      await fleet.postgres.query("delete from interimap_fleet.leases");
      await fleet.postgres.query("update interimap_fleet.accounts set status = 'paused' where name = $1", [name]);
      await eventually("the worker knows", () => /another worker has the lease/.test(worker.said()));
      const later: string[] = [];
      onClientLine = (line) => void (changing.test(line) && later.push(line));
      onServerLine = () => undefined;
      resolve(later);
    };
    onServerLine = (line, side) => {
      if (lost === undefined && !(side === "remote" && answer.test(line))) return undefined;
      return (lost ??= lose());
    };
  });
}

/** It can be worked on again, and a lease is as long as a busy machine needs. */
async function freed({ name }: Pair): Promise<void> {
  await fleet.workOff("--lease", "60");
  await fleet.done("resume", name);
  await fleet.postgres.query(
    "update pgboss.job set state = 'cancelled' where name = 'interimap-fleet' and state = 'active'",
  );
  await fleet.done("retry", name);
}

/** As a disk or a hand might: not what was stored. */
async function damage({ name }: Pair, version: string): Promise<void> {
  await fleet.postgres.query(
    `update interimap_fleet.states set content = set_byte(content, octet_length(content) / 2, 165)
     from interimap_fleet.accounts where id = account and name = $1 and version = $2`,
    [name, version],
  );
}

test("a pair is kept in step, and its state is stored when it has changed", async () => {
  const pair = await addPair();
  await deliver(pair.local, "INBOX", ...mails("l", 2));
  await deliver(pair.remote, "INBOX", ...mails("r", 1));
  await fleet.workOff();
  assert.deepEqual(await both(pair), ["l1", "l2", "r1"]);
  const { phase, status, lag } = await listed(pair);
  assert.deepEqual([phase, status, typeof lag], ["sync", "waiting", "number"]);
  assert.deepEqual(await versionsOf(pair), [{ version: "1", is_damaged: false }]);
  await again(pair);
  assert.deepEqual(await versionsOf(pair), [{ version: "1", is_damaged: false }]);
  await expunge(pair.remote, "1");
  await store(pair.local, "1 +FLAGS (\\Seen)");
  await again(pair);
  assert.deepEqual(await both(pair), ["l1 \\seen", "l2"]);
  assert.deepEqual(
    (await versionsOf(pair)).map(({ version }) => version),
    ["1", "2"],
  );
  assert.match(await fleet.done("status"), /^Kept in step: 1 pair\nLag: .* \(pair1\)$/m);
  assert.match(await fleet.done("status", "--metrics"), /^interimap_fleet_pairs 1$/m);
  assert.match(await fleet.done("plan"), /^1 pair is kept in step all the time: that takes 0\.0 of \d+ slots$/m);
});

test("a run that is killed between the mail and its state loses and doubles nothing", async () => {
  const pair = await addPair();
  await deliver(pair.local, "INBOX", ...mails("a", 2));
  await fleet.workOff("--lease", "10");
  await deliver(pair.local, "INBOX", ...mails("l", 2));
  await deliver(pair.remote, "INBOX", ...mails("r", 2));
  await command(pair.remote, "CREATE New");
  await deliver(pair.remote, "New", ...mails("n", 1));
  await fleet.done("retry", pair.name);
  const worker = fleet.worker();
  const killed = new Promise<void>((resolve) => {
    // The messages are stored, and nobody hears of it.
    onServerLine = async (line) => {
      if (!/^\S+ OK .*APPENDUID/.test(line)) return;
      onServerLine = () => undefined;
      const [lease] = await fleet.postgres.query<{ pid: number }>("select pid from interimap_fleet.leases");
      worker.process.kill("SIGKILL");
      process.kill(lease!.pid, "SIGKILL");
      resolve();
    };
  });
  await killed;
  await worker.ended;
  const before = await versionsOf(pair);
  await deliver(pair.local, "INBOX", ...mails("last", 1));
  const next = fleet.worker();
  await eventually("another run has left the pair in step", async () => {
    const [row] = await fleet.postgres.query<{ isDone: boolean }>(
      `select count(*) filter (where kind = 'done') = 2 as "isDone" from interimap_fleet.runs
       join interimap_fleet.accounts on accounts.id = account where name = $1`,
      [pair.name],
    );
    return row?.isDone;
  });
  next.process.kill("SIGTERM");
  assert.equal(await next.ended, 0);
  await fleet.workOff("--lease", "60");
  assert.deepEqual(await both(pair), ["a1", "a2", "l1", "l2", "last1", "r1", "r2"]);
  assert.deepEqual(await contents(pair.local, "New"), ["n1"]);
  assert.equal((await versionsOf(pair)).length, before.length + 1);
});

for (const [what, answer] of [
  ["copied a message", /^\S+ OK .*APPENDUID/],
  ["set a flag", /^\S+ OK .*Store completed/],
  ["opened a mailbox", /^\S+ OK \[READ-WRITE\]/],
] as const)
  test(`a worker that lost its lease when it had ${what} changes nothing any more, and brings no state home`, async () => {
    const pair = await addPair();
    await deliver(pair.local, "INBOX", ...mails("a", 3));
    await fleet.workOff();
    const before = await versionsOf(pair);
    await store(pair.local, "1 +FLAGS (\\Flagged)");
    await expunge(pair.remote, "2");
    await deliver(pair.local, "INBOX", ...mails("l", 2));
    await deliver(pair.remote, "INBOX", ...mails("r", 2));
    await command(pair.local, "CREATE Other");
    await deliver(pair.local, "Other", ...mails("o", 1));
    await fleet.done("retry", pair.name);
    // The loss is noticed long before the servers' silence counts as one of their connections.
    const worker = fleet.worker("--until-idle", "--lease", "20");
    const later = await loseLeaseAt(pair, worker, answer);
    await worker.ended;
    assert.deepEqual(later, []);
    assert.match(worker.said(), /the lease was lost/);
    assert.deepEqual(await versionsOf(pair), before);
    await freed(pair);
    await fleet.workOff();
    assert.deepEqual(await both(pair), ["a1 \\flagged", "a3", "l1", "l2", "r1", "r2"]);
    assert.deepEqual(await contents(pair.remote, "Other"), ["o1"]);
  });

test("a damaged state is refused, and the one before it goes on; without any, the pair waits for somebody", async () => {
  const pair = await addPair();
  await deliver(pair.local, "INBOX", ...mails("a", 2));
  await fleet.workOff();
  await deliver(pair.remote, "INBOX", ...mails("r", 2));
  await again(pair);
  await damage(pair, "2");
  await deliver(pair.local, "INBOX", ...mails("l", 1));
  const said = await again(pair);
  assert.match(said, /version 2 of its state is damaged; going on from version 1/);
  assert.deepEqual(await both(pair), ["a1", "a2", "l1", "r1", "r2"]);
  assert.deepEqual(await versionsOf(pair), [
    { version: "1", is_damaged: false },
    { version: "2", is_damaged: true },
    { version: "3", is_damaged: false },
  ]);
  for (const version of ["1", "3"]) await damage(pair, version);
  await deliver(pair.local, "INBOX", ...mails("z", 1));
  await again(pair);
  const { status, reason } = await listed(pair);
  assert.equal(status, "quarantined");
  assert.match(reason ?? "", /its state is damaged, in each version/);
  assert.deepEqual(await contents(pair.remote), ["a1", "a2", "l1", "r1", "r2"]);
  assert.equal((await versionsOf(pair)).length, 3);
});

test("phases of copies are not for pairs, and a last run ends a rhythm", async () => {
  const pair = await addPair();
  await fleet.workOff();
  assert.match(await fleet.done("phase", "verify", pair.name), /^0 accounts queued for verify/);
  await fleet.done("phase", "final", pair.name);
  await fleet.workOff();
  const { phase, status } = await listed(pair);
  assert.deepEqual([phase, status], ["final", "done"]);
});

test("deletions that are held back are told, and made when somebody says so", async () => {
  const pair = await addPair({ options: ["type=imap", "STARTTLS=NO", "compress=NO", "max-delete=2"] });
  await deliver(pair.local, "INBOX", ...mails("a", 5));
  await fleet.workOff();
  await expunge(pair.local, "1:4");
  await command(pair.remote, "CREATE Other");
  await deliver(pair.remote, "Other", ...mails("o", 1));
  await again(pair);
  assert.equal((await contents(pair.remote)).length, 5);
  assert.deepEqual(await contents(pair.local, "Other"), ["o1"]);
  const { status, reason } = await listed(pair);
  assert.equal(status, "waiting");
  assert.match(reason ?? "", /^4 of 6 messages have vanished .*: interimap-fleet retry --allow-mass-delete ACCOUNT$/);
  await fleet.done("retry", "--allow-mass-delete", pair.name);
  await fleet.workOff();
  assert.deepEqual(await both(pair), ["a5"]);
  const left = await fleet.postgres.query("select from interimap_fleet.accounts where allows_mass_delete");
  assert.deepEqual(left, []);
});

test("a server that cannot be reached is tried again and again, and the lag tells", async () => {
  const pair = await addPair({ port1: 1 });
  await fleet.workOff();
  const { status, reason, lag } = await listed(pair);
  assert.deepEqual([status, lag], ["waiting", null]);
  assert.match(reason ?? "", /connection refused/);
  assert.match(await fleet.done("list", pair.name), /never in step/);
  assert.ok((await fleet.status()).troubled.some(({ name }) => name === pair.name));
  await fleet.postgres.query("update interimap_fleet.accounts set failures = 500 where name = $1", [pair.name]);
  await fleet.postgres.query("update pgboss.job set start_after = now() where singleton_key is not null");
  await fleet.workOff();
  assert.equal((await listed(pair)).status, "waiting");
});

test("a pair that is out of step for too long is told, once until it is in step again", async () => {
  const pair = await addPair({ port2: 1, every: "1m" });
  const heard = join(fleet.directory, "late");
  const alerts = (): Record<string, unknown>[] =>
    (existsSync(heard) ? readFileSync(heard, "utf8") : "")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ alert }) => alert === "pair-late");
  const alerting = ["--alert", `cat >> ${heard}`, "--lag-alert", "600", "--retry-delay", "3600"];
  const lagBy = (minutes: number): Promise<unknown> =>
    fleet.postgres.query(
      "update interimap_fleet.accounts set added = now() - make_interval(mins => $2), in_step = null where name = $1",
      [pair.name, minutes],
    );
  await lagBy(10);
  await fleet.workOff(...alerting);
  assert.deepEqual(alerts(), []);
  await lagBy(12);
  for (let i = 0; i < 2; i++) await fleet.workOff(...alerting);
  const [{ account, everySeconds, reason } = {}, ...more] = alerts();
  assert.deepEqual([account, everySeconds, more], [pair.name, 60, []]);
  assert.match(String(reason), /refused/);
  const path = fleet.file(
    "port.json",
    JSON.stringify({ name: pair.name, port2: remoteProxy.server.port, password2: "p" }),
  );
  await fleet.done("add", "--update", path);
  await again(pair);
  await lagBy(12);
  await fleet.workOff(...alerting);
  assert.equal(alerts().length, 2);
});

test("settings that are none of a pair are faults of its line", async () => {
  const head = "name,engine,host1,user1,secret1,host2,user2,secret2,options";
  const rows = ["max-delet=5", "host1=c.example", "--automap", "max-delete1=5"].map(
    (options, i) => `x${String(i)},sync,a.example,u,file:/a,b.example,v,file:/b,${options}`,
  );
  const path = fleet.file("wrong.csv", [head, ...rows, "y,both,a,u,file:/a,b,v,file:/b,"].join("\n"));
  const { status, stdout } = await fleet.run("add", path);
  assert.equal(status, 1);
  assert.deepEqual(
    stdout
      .split("\n")
      .slice(0, 5)
      .map((line) => line.slice(path.length + 1)),
    [
      '2: options: unknown setting "max-delet"; did you mean "max-delete"?',
      "3: options: host cannot be used here",
      '4: options: "--automap" is no setting; expected NAME=VALUE',
      "5: options: max-delete is for both servers; expected it without a number",
      '6: engine: "both" is neither copy nor sync',
    ],
  );
});
