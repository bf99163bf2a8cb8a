// --health: what a container asks, and --status as monitors ask it.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { plainText, runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { command, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { startWatching } from "../support/watching.ts";

const { server } = await startAll({ server: startDovecot() });
const servers = { local: server, remote: server };

async function ask({ home }: Pick<TwoStores, "home">): Promise<{ health: unknown[]; status: number | null }> {
  const health = await runInterimap(home, ["--health"]);
  assert.equal(health.stderr, "");
  assert.match(health.stdout, /^[^\n]+\n$/);
  const { status } = await runInterimap(home, ["--status"]);
  return { health: [health.status, health.stdout.trimEnd()], status };
}

test("before the first run, after it, and when something was left out", async (t) => {
  const stores = await twoStores(t, servers);
  assert.deepEqual(await ask(stores), {
    health: [1, "unhealthy: behind: nothing has been synchronised yet"],
    status: 2,
  });
  await command(stores.local, "CREATE box");
  assert.equal((await runInterimap(stores.home)).status, 0);
  assert.deepEqual(await ask(stores), { health: [0, "healthy: in step"], status: 0 });
  await command(stores.remote, "DELETE box");
  assert.equal((await runInterimap(stores.home)).status, 1);
  assert.deepEqual(await ask(stores), { health: [0, "healthy: left out: 1 mailbox skipped"], status: 1 });
});

test("why the last run failed is shown until one succeeds", async (t) => {
  const stores = await twoStores(t, servers);
  const [local, remote] = [stores.proxies.local.server, stores.proxies.remote.server];
  assert.equal((await runInterimap(stores.home)).status, 0);
  stores.home.configure({
    local: plainText(local),
    remote: { ...plainText(remote), port: "1" },
  });
  assert.equal((await runInterimap(stores.home)).status, 69);
  const { status, stdout } = await runInterimap(stores.home, ["--status"]);
  assert.equal(status, 2, stdout);
  assert.match(stdout, /^State +behind: the last run failed \(CONNECT\)$/m);
  assert.match(stdout, /^Last failure +[^\n]*: remote: cannot connect to 127\.0\.0\.1:1\b/m);
  const json = JSON.parse((await runInterimap(stores.home, ["--status", "--json"])).stdout) as {
    lastFailure: { code: string; side: string } | null;
  };
  assert.deepEqual([json.lastFailure?.code, json.lastFailure?.side], ["CONNECT", "remote"]);
  stores.home.configure({ local: plainText(local), remote: plainText(remote) });
  assert.equal((await runInterimap(stores.home)).status, 0);
  assert.equal((await runInterimap(stores.home, ["--status"])).status, 0);
});

test("a process that watches, and one that has lost a server", async (t) => {
  const stores = await startWatching(t, servers, {
    prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 2)),
  });
  assert.deepEqual(await ask(stores), { health: [0, "healthy: in step"], status: 0 });
  await stores.proxies.remote.stop();
  await stores.daemon.state(({ sides: { remote } }) => remote.state === "waiting");
  const { health, status } = await ask(stores);
  assert.equal(health[0], 1);
  assert.match(String(health[1]), /^unhealthy: not connected: no connection to the remote server for \d+ (?:ms|s)/);
  assert.equal(status, 3);
  await stores.daemon.stop();
});

test("what is wrong with the configuration is one line, and 1", async (t) => {
  const { home } = await twoStores(t, servers);
  writeFileSync(home.configFile, "[local]\n");
  const { status } = await runInterimap(home, ["--health"]);
  assert.equal(status, 1);
});
