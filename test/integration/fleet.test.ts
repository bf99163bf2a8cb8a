// A fleet with its database, workers and mail servers: what becomes of accounts, and who may write.

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import { startFleet } from "../support/fleet.ts";
import { accountsOf, slow } from "../support/fleet-accounts.ts";
import { listen } from "../support/inet-settings.ts";
import { asUser } from "../support/mail-server.ts";
import { isRunning } from "../support/processes.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, expunge, mails } from "../support/two-stores.ts";

const [fleet, { source, target }] = await Promise.all([
  startFleet(),
  startAll({ source: startDovecot(), target: startDovecot() }),
]);
after(() => fleet.stop());

const { add: addAccount, listed, copied, whenCopying } = accountsOf(fleet, { source, target });

test("a file with a fault adds nothing at all, and each fault is told", async () => {
  const path = fleet.file("wrong.csv", "a;u;p;b;v;q;\n;u;p;b;v;q;\na;u;p;b;v;q;--foo\n");
  const { status, stdout } = await fleet.run("import", path);
  assert.equal(status, 1);
  assert.deepEqual(stdout.split("\n"), [
    `${path}:2: host1 is missing`,
    `${path}:3: options: unknown option --foo`,
    `${path}:3: "u@a" is in line 1 as well`,
    "Nothing was added: 3 faults",
    "",
  ]);
  assert.equal((await fleet.status()).accounts.total, 0);
});

test("an account is copied, its state is kept, and a verification counts what is missing", async () => {
  const name = await addAccount(3);
  await fleet.workOff();
  assert.deepEqual(await copied(name), (await contents(asUser(source, name))).sort());
  assert.deepEqual([(await listed(name)).status, (await listed(name)).copied], ["done", 3]);
  const states = await fleet.postgres.query<{ version: number }>("select version from interimap_fleet.states");
  assert.equal(states.length, 1);
  await fleet.done("phase", "verify", name);
  await fleet.workOff();
  assert.match(await fleet.done("report", name), /3 messages: all are on the target/);
  await expunge(asUser(target, name), "2");
  await fleet.done("phase", "verify", name);
  await fleet.workOff();
  const { status, stdout } = await fleet.run("report", name);
  assert.equal(status, 1);
  assert.match(stdout, /NOT all are on the target.*\n {2}INBOX: 1 message missing/);
  const told = JSON.parse((await fleet.run("report", "--json", name)).stdout) as { name: string }[];
  assert.deepEqual(
    told.map((one) => one.name),
    [name],
  );
  assert.equal((await listed(name)).reason, "verification: 1 message differs");
});

test("what goes wrong decides what becomes of an account", async () => {
  const [password, seal, port, option] = [
    await addAccount(1, { password1: "wrong" }),
    await addAccount(1, { host1: "localhost" }),
    await addAccount(1, { port2: 1 }),
    await addAccount(1, { options: ["--notls1", "--notls2", "--subfolder1=none"] }),
  ];
  // Somebody who can write to the database wants the password sent to another server.
  await fleet.postgres.query("update interimap_fleet.accounts set host1 = '127.0.0.1' where name = $1", [seal]);
  await fleet.workOff();
  const status = async (name: string): Promise<string[]> => {
    const account = await listed(name);
    return [account.status, account.reason ?? ""];
  };
  assert.match((await status(password)).join(" "), /^stopped .*can not log in on host1/);
  assert.match((await status(seal)).join(" "), /^stopped .*does not open: it was sealed for another server/);
  assert.match((await status(port)).join(" "), /^waiting .*connection refused/);
  assert.match((await status(option)).join(" "), /^quarantined .*none/);
  assert.deepEqual(
    (await fleet.status()).troubled
      .map(({ name }) => name)
      .filter((name) => [password, seal, port, option].includes(name)),
    [option, password, seal, port],
  );
  assert.match(
    await fleet.done("log", port),
    /temporary \(EXIT_CONNECTION_FAILURE_HOST2\)[^]*Exiting with return value 102/,
  );
  await fleet.done("remove", password, seal, port, option);
});

test("a server that names a time has its group left alone until then", async () => {
  // Real servers do so after many logins only.
  const busy = createServer((socket) => socket.end("* BYE [LIMIT] Too many connections, try again in 30 minutes\r\n"));
  const port = await listen(busy);
  const name = await addAccount(0, { host1: "localhost", port1: port });
  await fleet.workOff();
  busy.close();
  const { status, reason } = await listed(name);
  assert.equal(status, "waiting");
  assert.match(reason ?? "", /try again in 30 minutes/);
  const group = (await fleet.status()).groups.find((one) => one.group === "source:localhost");
  assert.ok(Date.parse(group?.pausedUntil ?? "") > Date.now() + 60_000);
  assert.match(await fleet.done("log", name), /: throttled \(/);
  await fleet.done("resume", "--group", "source:localhost");
  await fleet.done("remove", name);
});

test("a state that is older than the servers doubles nothing", async () => {
  const name = await addAccount(3);
  await fleet.workOff();
  const select =
    "select content, digest from interimap_fleet.states join interimap_fleet.accounts on id = account where name = $1";
  const [old] = await fleet.postgres.query<{ content: Buffer; digest: Buffer }>(select, [name]);
  await deliver(asUser(source, name), "INBOX", ...mails("later", 3));
  await fleet.done("phase", "pass", name);
  await fleet.workOff();
  assert.equal((await copied(name)).length, 6);
  await fleet.postgres.query(
    "update interimap_fleet.states set content = $1, digest = $2 from interimap_fleet.accounts where id = account and name = $3",
    [old?.content, old?.digest, name],
  );
  await deliver(asUser(source, name), "INBOX", ...mails("last", 1));
  await fleet.done("phase", "final", name);
  await fleet.workOff();
  assert.deepEqual(await copied(name), (await contents(asUser(source, name))).sort());
});

test("a worker that lost its lease stops, and writes down nothing", async () => {
  const name = await addAccount(3, slow);
  const worker = fleet.worker("--until-idle");
  await whenCopying(name);
  const pid = await eventually("the process is known", async () => {
    const [lease] = await fleet.postgres.query<{ pid: number | null }>("select pid from interimap_fleet.leases");
    return lease?.pid ?? undefined;
  });
  await fleet.postgres.query("delete from interimap_fleet.leases");
  await fleet.postgres.query("update interimap_fleet.accounts set status = 'paused' where name = $1", [name]);
  await eventually("its process has ended", () => !isRunning(pid));
  await eventually("it says so", () => /the lease was lost/.test(worker.said()));
  const runs =
    "select from interimap_fleet.runs join interimap_fleet.accounts on accounts.id = account where name = $1";
  assert.deepEqual(await fleet.postgres.query(runs, [name]), []);
  // Nothing else is due.
  assert.equal(await worker.ended, 0);
  await fleet.done("remove", name);
});

test("a pause ends a run behind the message in hand, and a worker that is to end writes down what it did", async () => {
  const name = await addAccount(3, slow);
  const worker = fleet.worker("--drain", "0");
  await whenCopying(name);
  await fleet.done("pause", name);
  await eventually("nobody works on it", async () => (await listed(name)).worker === null);
  assert.equal((await listed(name)).status, "paused");
  await fleet.done("resume", name);
  await eventually("it goes on", async () => (await copied(name)).length === 2);
  worker.process.kill("SIGTERM");
  assert.equal(await worker.ended, 0);
  const { status, copied: count } = await listed(name);
  assert.deepEqual([status, count], ["waiting", 2]);
  await fleet.done("remove", name);
});

test("a limit holds for a group, and a pause of it too", async () => {
  const group = `target:${target.host}`;
  await fleet.done("limit", group, "0");
  const name = await addAccount(1);
  await fleet.workOff();
  assert.equal((await listed(name)).status, "waiting");
  await fleet.done("limit", group, "none");
  await fleet.done("pause", "--group", group);
  await fleet.workOff();
  assert.equal((await listed(name)).status, "waiting");
  await fleet.done("resume", "--group", group);
  const said = await fleet.workOff();
  assert.equal((await listed(name)).status, "done", said);
});

test("keys are changed without a word of the secrets, and the old one is of no use then", async () => {
  const name = await addAccount(1);
  const newer = `${fleet.keyFile}.new`;
  await fleet.done("keys", "new", newer);
  assert.match(await fleet.done("keys", "rotate", "--key-file", fleet.keyFile), /^Sealed \d+ secrets anew/);
  await fleet.workOff();
  assert.match((await listed(name)).reason ?? "", /is sealed for the key/);
  await fleet.done("retry", name);
  await fleet.workOff("--key-file", newer);
  assert.equal((await listed(name)).status, "done");
});

test("a password on the command line is refused", async () => {
  const { status, stderr } = await fleet.run("status", "--database", "postgresql://u:secret@localhost/x");
  assert.equal(status, 64);
  assert.match(stderr, /PGPASSFILE/);
  assert.doesNotMatch(stderr, /secret@/);
});
