// A pair of accounts as a job: a process of its own, real servers, and a database that is handed in and out.

import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import type { JobResult } from "../../src/job/job-message.ts";
import type { SyncSpec } from "../../src/job/job-spec.ts";
import type { JobEnd } from "../../src/job/run-job.ts";
import { startDovecot } from "../support/dovecot.ts";
import { listen } from "../support/inet-settings.ts";
import { anything, type HeardJob, startJob } from "../support/job.ts";
import { shownOf } from "../support/processes.ts";
import { removeScratch, scratchDirectory } from "../support/scratch.ts";
import { formsIn, formsOf } from "../support/secret-forms.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, expunge, mails, store, type TwoStores, twoStores } from "../support/two-stores.ts";

const password = "p&=+%;x secret";
const { dovecot, other } = await startAll({
  dovecot: startDovecot({
    extraConfig: `passdb {\n  driver = static\n  args = password={PLAIN.HEX}${Buffer.from(password).toString("hex")}\n}`,
  }),
  other: startDovecot(),
});

interface Pair extends TwoStores {
  readonly spec: SyncSpec;
}

async function pair(t: TestContext, ...settings: readonly string[]): Promise<Pair> {
  const stores = await twoStores(t, { local: { ...dovecot, password }, remote: other });
  const directory = scratchDirectory("job-pair");
  t.after(() => removeScratch(directory));
  const { limits, targets } = anything;
  const servers = [stores.proxies.local.server, stores.proxies.remote.server];
  const own = servers.flatMap(({ host, port, user }, i) =>
    Object.entries({ type: "imap", STARTTLS: "NO", host, port, username: user }).map(
      ([name, value]) => `${name}${String(i + 1)}=${String(value)}`,
    ),
  );
  const spec: SyncSpec = {
    ...{ engine: "sync", settings: [...own, ...settings], database: join(directory, "state.db"), mayBeOlder: false },
    allowsMassDelete: false,
    ...{ secrets: { password1: password, password2: stores.remote.password }, limits, targets },
  };
  return { ...stores, spec };
}

function resultOf(end: JobEnd): JobResult {
  assert.equal(end.how, "by itself", JSON.stringify(end));
  return end.result;
}

async function run(spec: SyncSpec): Promise<JobResult> {
  return resultOf(await startJob(spec).end);
}

test("what happened on either side is on both, and the database is one whole file", async (t) => {
  const { spec, local, remote } = await pair(t);
  await deliver(local, "INBOX", ...mails("l", 2));
  await deliver(remote, "INBOX", ...mails("r", 1));
  const first = startJob(spec);
  const { exitName, exitCode, copied, hasSoundState } = resultOf(await first.end);
  assert.deepEqual([exitName, exitCode, copied?.messages, hasSoundState], ["DONE", 0, 3, true]);
  assert.match(first.lines().join("\n"), /^remote\(INBOX\): Added 2 messages, UID 1:2 -> 2:3$/m);
  assert.equal(first.of("progress").at(-1)?.messagesDone, 3);
  await expunge(local, "1");
  await store(remote, "1 +FLAGS (\\Flagged)");
  assert.equal((await run(spec)).exitName, "DONE");
  assert.deepEqual(await contents(local), ["l2", "r1 \\flagged"]);
  assert.deepEqual(await contents(remote), await contents(local));
  assert.deepEqual(readdirSync(dirname(spec.database)), ["state.db"]);
  const before = readFileSync(spec.database);
  assert.equal((await run(spec)).sentence, "Both sides were in step");
  assert.ok(readFileSync(spec.database).equals(before), "a run with nothing to do leaves the file as it was");
});

test("a secret is in no argument, environment, message or file", async (t) => {
  const { spec, local, hold } = await pair(t);
  await deliver(local, "INBOX", ...mails("m", 1));
  let shown = "";
  hold("remote", "client", {
    pattern: /APPEND/,
    action: () => {
      shown = shownOf(job.job.pid!).toString("latin1");
    },
  });
  const job = startJob(spec);
  assert.equal(resultOf(await job.end).exitName, "DONE");
  const forms = formsOf("the password", password);
  assert.ok(shown.includes("interimap-job.js") && shown.includes("PATH="));
  for (const place of [Buffer.from(shown, "latin1"), JSON.stringify(job.messages), readFileSync(spec.database)])
    assert.deepEqual(formsIn(forms, place), []);
});

for (const { what, stop, seconds, why } of [
  {
    ...{ what: "a pair that was stopped", stop: ({ job }: HeardJob) => job.abort(), seconds: undefined },
    why: "The job was aborted.",
  },
  {
    ...{ what: "a pair with a limit of time", stop: () => undefined, seconds: 0.5 },
    why: "The limit of 0.5 seconds for one job is reached.",
  },
])
  test(`${what} ends in order, and goes on from there`, async (t) => {
    const { spec, local, remote, hold, release } = await pair(t);
    await deliver(local, "INBOX", ...mails("m", 3));
    let goOn = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (goOn = resolve));
    hold("remote", "client", {
      pattern: /APPEND/,
      action: () => {
        stop(job);
        return stopped;
      },
    });
    const job = startJob(
      { ...spec, limits: { octets: undefined, seconds } },
      { onMessage: (message) => void (message.type === "line" && message.text === why && goOn()) },
    );
    const { exitName, sentence, hasSoundState } = resultOf(await job.end);
    release("remote");
    assert.deepEqual([exitName, sentence, hasSoundState], ["INTERRUPTED", why, true]);
    assert.equal((await run(spec)).exitName, "DONE");
    assert.deepEqual(await contents(remote), ["m1", "m2", "m3"]);
  });

for (const { what, change, exitName, sentence } of [
  {
    ...{ what: "a refused login", exitName: "AUTH_FAILED" },
    change: (spec: SyncSpec) => ({ ...spec, secrets: { ...spec.secrets, password1: "wrong" } }),
    sentence: /host1|log in|refused/,
  },
  {
    ...{ what: "a server that is not there", exitName: "CONNECT" },
    change: (spec: SyncSpec) => ({ ...spec, settings: [...spec.settings, "port2=1"] }),
    sentence: /connection refused/,
  },
  {
    ...{ what: "a setting that there is not", exitName: "CONFIG_INVALID" },
    change: (spec: SyncSpec) => ({ ...spec, settings: [...spec.settings, "max-delet=5"] }),
    sentence: /^unknown setting "max-delet"; did you mean "max-delete"\?$/,
  },
] as const)
  test(`${what} is a kind of error of its own`, async (t) => {
    const { spec, local } = await pair(t);
    await deliver(local, "INBOX", ...mails("m", 1));
    const result = await run(change(spec));
    assert.equal(result.exitName, exitName);
    assert.match(result.sentence, sentence);
  });

test("a server that names a time is told with it", async (t) => {
  const { spec } = await pair(t);
  const busy = createServer((socket) => socket.end("* BYE [LIMIT] Too many connections, try again in 3 minutes\r\n"));
  const port = await listen(busy);
  const { wait } = await run({ ...spec, settings: [...spec.settings, `port2=${String(port)}`] });
  busy.close();
  assert.deepEqual(wait, { host: 2, ms: 180_000 });
});

test("a damaged database is refused before anything is done", async (t) => {
  const { spec, local, remote } = await pair(t);
  await deliver(local, "INBOX", ...mails("m", 2));
  await run(spec);
  const octets = readFileSync(spec.database);
  writeFileSync(spec.database, octets.fill(0xa5, 4096, 12_288));
  await deliver(local, "INBOX", ...mails("later", 1));
  const { exitName, sentence } = await run(spec);
  assert.equal(exitName, "STATE_DAMAGED");
  assert.match(sentence, /is damaged/);
  assert.deepEqual(await contents(remote), ["m1", "m2"]);
});

test("with a database that is older than the servers nothing is lost or doubled", async (t) => {
  const { spec, local, remote } = await pair(t);
  await deliver(local, "INBOX", ...mails("a", 3));
  await run(spec);
  const kept = `${spec.database}.kept`;
  copyFileSync(spec.database, kept);
  // What the former version knows nothing of: new messages, one that is gone, a mailbox, flags.
  await deliver(local, "INBOX", ...mails("l", 2));
  await deliver(remote, "INBOX", ...mails("r", 2));
  await command(remote, "CREATE New");
  await deliver(remote, "New", ...mails("n", 2));
  await expunge(remote, "1");
  await store(local, "2 +FLAGS (\\Seen)");
  await run(spec);
  const reached = await contents(local);
  assert.deepEqual(reached, ["a2 \\seen", "a3", "l1", "l2", "r1", "r2"]);
  copyFileSync(kept, spec.database);
  assert.ok(!existsSync(`${spec.database}-wal`));
  await deliver(local, "INBOX", ...mails("last", 1));
  assert.equal((await run({ ...spec, mayBeOlder: true })).exitName, "DONE");
  for (const side of [local, remote]) {
    assert.deepEqual(await contents(side), [...reached, "last1"].sort());
    assert.deepEqual(await contents(side, "New"), ["n1", "n2"]);
  }
  // And it is as any other from then on.
  assert.equal((await run(spec)).sentence, "Both sides were in step");
});

test("what a lost first run has copied is recognised, also where messages that both sides have are not to be matched", async (t) => {
  const { spec, local, remote } = await pair(t, "match-existing=NO");
  await deliver(local, "INBOX", ...mails("m", 2));
  await run(spec);
  rmSync(spec.database);
  await run({ ...spec, mayBeOlder: true });
  for (const side of [local, remote]) assert.deepEqual(await contents(side), ["m1", "m2"]);
});
