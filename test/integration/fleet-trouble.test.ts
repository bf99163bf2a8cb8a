// A fleet in trouble: workers that sleep past their lease, administrators at work at the same time, and who hears of it.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { Client } from "pg";
import type { FleetPlan } from "../../src/fleet/report/fleet-plan.ts";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import { startFleet } from "../support/fleet.ts";
import { accountsOf, slow } from "../support/fleet-accounts.ts";
import { listen } from "../support/inet-settings.ts";
import { asUser } from "../support/mail-server.ts";
import { isRunning } from "../support/processes.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, expunge, mail, mails } from "../support/two-stores.ts";

const [fleet, { source, target }] = await Promise.all([
  startFleet(),
  startAll({ source: startDovecot(), target: startDovecot() }),
]);
after(() => fleet.stop());

const { add, listed, copied, whenCopying } = accountsOf(fleet, { source, target });

/** A session of somebody else. */
async function asOther<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: fleet.postgres.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function processOf(name: string): Promise<number> {
  const query =
    "select pid from interimap_fleet.leases join interimap_fleet.accounts on accounts.id = account where name = $1";
  return eventually("the process is known", async () => {
    const [lease] = await fleet.postgres.query<{ pid: number | null }>(query, [name]);
    return lease?.pid ?? undefined;
  });
}

test("a worker that sleeps past its lease leaves no process at work, and writes nothing when it wakes up", async () => {
  await fleet.workOff("--lease", "20");
  const name = await add(3, slow);
  const sleeper = fleet.worker("--name", "sleeper");
  await whenCopying(name);
  const pid = await processOf(name);
  sleeper.process.kill("SIGSTOP");
  await eventually("its process has ended by itself", () => !isRunning(pid));
  assert.equal((await copied(name)).length, 1);
  await fleet.postgres.query("update interimap_fleet.accounts set options = $1 where name = $2", [
    ["--notls1", "--notls2"],
    name,
  ]);
  const other = fleet.worker("--name", "other");
  await eventually("another worker has done it", async () => (await listed(name)).status === "done");
  sleeper.process.kill("SIGCONT");
  await eventually("it says so", () => /the lease was lost/.test(sleeper.said()));
  for (const { process } of [sleeper, other]) process.kill("SIGTERM");
  assert.deepEqual(await Promise.all([sleeper.ended, other.ended]), [0, 0]);
  assert.deepEqual(await copied(name), (await contents(asUser(source, name))).sort());
  const runs = await fleet.postgres.query<{ worker: string }>(
    "select distinct worker from interimap_fleet.runs join interimap_fleet.accounts on accounts.id = account where name = $1",
    [name],
  );
  assert.deepEqual(runs, [{ worker: "other" }]);
  await fleet.workOff("--lease", "60");
});

test("a run that ends while an administrator changes its account waits for that, and both are done", async () => {
  const name = await add(1);
  await asOther(async (client) => {
    await client.query("begin");
    const { rows } = await client.query<{ id: string }>(
      "select id from interimap_fleet.accounts where name = $1 for no key update",
      [name],
    );
    const worker = fleet.workOff();
    await eventually("the run waits to be written down", async () => {
      const waiting =
        "select from pg_stat_activity where application_name = 'interimap-fleet' and wait_event_type = 'Lock'";
      return (await fleet.postgres.query(waiting)).length > 0;
    });
    // In the way of a worker that had its job already, this would be a deadlock.
    await client.query("update pgboss.job set priority = priority where singleton_key = $1", [rows[0]?.id]);
    await client.query("commit");
    await worker;
  });
  assert.equal((await listed(name)).status, "done");
});

test("accounts whose window is closed wait for it, however many they are", async () => {
  const hour = new Date().getHours();
  const window = `${String((hour + 12) % 24)}:00-${String((hour + 12) % 24)}:01`;
  const records = Array.from({ length: 230 }, (_, i) => ({
    ...{ name: `closed${String(i)}`, host1: "localhost", user1: String(i), password1: "p" },
    ...{ host2: "localhost", user2: String(i), password2: "p", window, group: "closed", priority: 5 },
  }));
  await fleet.done("add", fleet.file("closed.json", JSON.stringify(records)));
  const open = await add(1);
  await fleet.workOff();
  assert.equal((await listed(open)).status, "done");
  const due = await fleet.postgres.query(
    `select from pgboss.job join interimap_fleet.accounts on singleton_key = accounts.id::text
     where group_set like '%group:closed%' and state < 'active' and start_after > now()`,
  );
  assert.equal(due.length, 230);
  await fleet.done("remove", "--group", "group:closed");
});

test("a name that is written wrong shows: of a group, a database, a format", async () => {
  assert.match(
    await fleet.done("limit", "Source:Imap.Typo", "3"),
    /^source:imap.typo: at most 3 .*\nNo account is in this group/,
  );
  await fleet.done("limit", "source:imap.typo", "none");
  for (const args of [
    ["list", "--group", "sales"],
    ["status", "--database", "host=localhost password=hunter2"],
    ["worker", "--log-format", "xml"],
    ["phase", "pass", "--all", "--bodies"],
  ]) {
    const { status, stderr } = await fleet.run(...args);
    assert.equal(status, 64, stderr);
    assert.doesNotMatch(stderr, /hunter2|internal error/);
  }
  const latin1 = fleet.file("latin1.csv", "");
  writeFileSync(latin1, Buffer.from("host1,user1,password1\na,u,p\u00e4ss\n", "latin1"));
  assert.match((await fleet.run("add", latin1)).stderr, /is not written in UTF-8/);
});

test("who has no queue asks workers for it", async () => {
  const name = await add(1, { password1: "wrong" });
  await fleet.workOff();
  assert.equal((await listed(name)).status, "stopped");
  await fleet.postgres.query(
    "update interimap_fleet.accounts set status = 'waiting', is_asked_for = true where name = $1",
    [name],
  );
  const worker = fleet.worker();
  await eventually("it was tried again", async () => (await listed(name)).status === "stopped");
  worker.process.kill("SIGTERM");
  await worker.ended;
  await fleet.done("remove", name);
});

test("accounts that were measured are planned, until they are copied", async () => {
  const name = await add(3);
  await fleet.done("phase", "measure", name);
  await fleet.workOff();
  assert.equal((await listed(name)).status, "done");
  const hours = async (): Promise<FleetPlan["hours"]> =>
    (JSON.parse(await fleet.done("plan", "--json")) as FleetPlan).hours;
  assert.deepEqual(
    (await hours()).map(({ host, accounts, messages }) => ({ host, accounts, messages })),
    [{ host: source.host, accounts: 1, messages: 3 }],
  );
  await fleet.done("phase", "bulk", name);
  await fleet.workOff();
  assert.deepEqual(await hours(), []);
});

test("a worker that lacks something ends before it has stopped all accounts", async () => {
  const records = Array.from({ length: 12 }, (_, i) => ({
    ...{ name: `keyless${String(i)}`, host1: "localhost", user1: String(i), secret1: "file:/nonexistent" },
    ...{ host2: "localhost", user2: String(i), secret2: "file:/nonexistent", group: "keyless" },
  }));
  await fleet.done("add", fleet.file("keyless.json", JSON.stringify(records)));
  const worker = fleet.worker("--until-idle", "--concurrency", "2");
  assert.equal(await worker.ended, 72, worker.said());
  assert.match(worker.said(), /accounts in a row failed before a server was asked; this worker ends: .*nonexistent/);
  const stopped = await fleet.postgres.query(
    "select from interimap_fleet.accounts where group_set like '%group:keyless%' and status = 'stopped'",
  );
  assert.ok(stopped.length >= 5 && stopped.length <= 7, String(stopped.length));
  await fleet.done("remove", "--group", "group:keyless");
});

test("a command hears of accounts, groups and workers that need somebody, and a log for programs says which", async () => {
  const heard = join(fleet.directory, "alerts");
  const busy = createServer((socket) => socket.end("* BYE [LIMIT] Too many connections, try again in 30 minutes\r\n"));
  const port = await listen(busy);
  const throttled = await add(0, { host1: "localhost", port1: port });
  const wrong = await add(1, { password1: "wrong" });
  await fleet.postgres.query(
    "insert into interimap_fleet.workers (name, concurrency, seen) values ('lost', 1, now() - interval '1 hour')",
  );
  const said = await fleet.workOff("--name", "teller", "--alert", `cat >> ${heard}`, "--log-format", "json");
  busy.close();
  const alerts = readFileSync(heard, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const of = (alert: string): Record<string, unknown> | undefined => alerts.find((one) => one["alert"] === alert);
  assert.deepEqual([of("account-stopped")?.["account"], of("account-stopped")?.["kind"]], [wrong, "credentials"]);
  // That of the other side, too, if an account was ever in it; each by a command of its own, whichever is the first to have written.
  const paused = alerts.filter((one) => one["alert"] === "group-paused").map((one) => one["group"]);
  assert.ok(paused.includes("source:localhost"), String(paused));
  assert.deepEqual([of("worker-gone")?.["gone"], of("worker-gone")?.["worker"]], ["lost", "teller"]);
  const lines = said
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const line = lines.find(({ account, level }) => account === wrong && level === "error");
  assert.deepEqual([line?.["worker"], line?.["status"], line?.["phase"]], ["teller", "stopped", "bulk"]);
  assert.match(String(line?.["groups"]), /source:127.0.0.1/);
  assert.match(String(line?.["job"]), /^[0-9a-f-]{36}$/);
  await fleet.done("resume", "--group", "source:localhost");
  await fleet.done("remove", throttled, wrong);
});

test("a verification by bodies finds a message whose text is another one", async () => {
  const name = await add(2);
  await deliver(asUser(source, name), "INBOX", mail("changed", { body: "as it was" }));
  await fleet.workOff();
  const verify = async (...options: readonly string[]): Promise<string> => {
    await fleet.done("phase", "verify", name, ...options);
    await fleet.workOff();
    return (await fleet.run("report", name)).stdout;
  };
  assert.match(await verify("--bodies"), /3 messages: all are on the target, 3 texts compared/);
  await expunge(asUser(target, name), "3");
  await deliver(asUser(target, name), "INBOX", mail("changed", { body: "AS IT WAS" }), ...mails("new", 1));
  assert.match(
    await verify(),
    /all are on the target.*\n {2}INBOX: 1 message on the target only; 3 on the source, 4 on/,
  );
  const found = await verify("--bodies");
  assert.match(found, /NOT all are the same on the target, 3 texts compared/);
  assert.match(found, /INBOX: 1 message differs; 1 message on the target only/);
  assert.match(found, /INBOX\/3: its text is another one on host2/);
  assert.deepEqual([(await listed(name)).status, (await fleet.run("report", name)).status], ["quarantined", 1]);
});
