// imapsync-web as its operator runs it: over HTTPS, with real mail servers, killed, started again, told to read its files anew.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test, type TestContext } from "node:test";
import type { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import type { JobStarted, JobStatus } from "../../src/web/api.ts";
import { makeCertificate } from "../support/certificate.ts";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import { scratchDirectory, whenProcessEnds } from "../support/scratch.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const { one, other } = await startAll({ one: startDovecot(), other: startDovecot() });
const program = fileURLToPath(new URL("../../dist/imapsync-web.js", import.meta.url));
const directory = scratchDirectory("web-server");
const state = join(directory, "state");
const configFile = join(directory, "config");
const { certificateFile, keyFile } = makeCertificate(directory);

let child: ChildProcess;
let port = 0;
let lines: string[] = [];

function configure(more = ""): void {
  const text = `listen = 127.0.0.1:${port}
certificate = ${certificateFile}
certificate-key = ${keyFile}
state-directory = ${state}
allow-private-targets = YES
allow-ports = any
max-jobs-per-address = 100
${more}`;
  writeFileSync(configFile, text, { mode: 0o600 });
}

async function start(): Promise<void> {
  lines = [];
  child = spawn(process.execPath, [program, "--config", configFile], { stdio: ["ignore", "pipe", "pipe"] });
  const started = child;
  const forget = whenProcessEnds(() => started.kill("SIGKILL"));
  started.once("close", forget);
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  const listening = await eventually("it listens", () => {
    assert.equal(child.exitCode, null, lines.join("\n"));
    return /Listening on https:\/\/127\.0\.0\.1:(\d+)/.exec(lines.join("\n"))?.[1];
  });
  port = Number(listening);
}

async function end(signal: NodeJS.Signals): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.kill(signal);
  return ended;
}

configure();
await start();
after(async () => {
  await end("SIGTERM");
});

interface Answer {
  readonly status: number;
  readonly statusMessage: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly serial: string;
}

interface Question {
  readonly cookie?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly onBody?: (body: string) => void;
}

function ask(path: string, { cookie, form, onBody }: Question = {}): Promise<Answer> {
  const payload = form && new URLSearchParams(form).toString();
  const headers = {
    ...(cookie !== undefined && { cookie }),
    ...(payload !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
  };
  return new Promise((resolve, reject) => {
    // The certificate vouches for itself, and may have changed.
    const ca = readFileSync(certificateFile);
    const options = { host: "127.0.0.1", port, path, ca, agent: false, headers };
    const sent = request({ ...options, method: payload === undefined ? "GET" : "POST" }, (response) => {
      const { serialNumber: serial = "" } = (response.socket as TLSSocket).getPeerCertificate();
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        body += part;
        onBody?.(body);
      });
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0, statusMessage = "", headers } = response;
        resolve({ status, statusMessage, headers, body, serial });
      });
    });
    sent.on("error", reject);
    sent.end(payload);
  });
}

interface Begun {
  readonly id: string;
  readonly cookie: string;
}

async function begin(form: Readonly<Record<string, string>>): Promise<Begun> {
  const { status, body, headers } = await ask("/jobs", { form });
  assert.equal(status, 201, body);
  const [cookie = ""] = (headers["set-cookie"]?.[0] ?? "").split(";");
  assert.match(cookie, /^__Secure-job=/);
  return { id: (JSON.parse(body) as JobStarted).id, cookie };
}

async function statusOf({ id, cookie }: Begun): Promise<JobStatus> {
  const { status, body } = await ask(`/jobs/${id}/state`, { cookie });
  assert.equal(status, 200, body);
  return JSON.parse(body) as JobStatus;
}

function reaches(job: Begun, wanted: JobStatus["state"]): Promise<JobStatus> {
  return eventually(`${wanted}`, async () => {
    const status = await statusOf(job);
    return status.state === wanted && status;
  });
}

interface Pair {
  readonly stores: TwoStores;
  readonly form: Readonly<Record<string, string>>;
}

async function pair(t: TestContext, count = 3): Promise<Pair> {
  const stores = await twoStores(t, { local: one, remote: other });
  await deliver(stores.local, "INBOX", ...mails("m", count));
  const [from, to] = [stores.proxies.local.server, stores.proxies.remote.server];
  const form = {
    ...{ host1: `${from.host}:${from.port}`, user1: from.user, password1: from.password },
    ...{ host2: `${to.host}:${to.port}`, user2: to.user, password2: to.password },
  };
  return { stores, form };
}

interface HeldPair extends Pair {
  readonly release: () => void;
}

/** Its copy stops before the first message is there, until it is released, and is slow after that. */
async function heldPair(t: TestContext, count?: number): Promise<HeldPair> {
  const made = await pair(t, count);
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const action = async (): Promise<void> => {
    await released;
    await delay(20);
  };
  made.stores.hold("remote", "client", { pattern: /\bAPPEND\b/i, always: true, action });
  return { ...made, release };
}

/** There is time to stop it between two messages. */
const many = 300;

/** The processes of the server's jobs. */
function workers(): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const parent = / \w (\d+) /.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1];
      return parent === String(child.pid) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

test("a copy over HTTPS: its log, its events, its report", async (t) => {
  const { stores, form } = await pair(t);
  const job = await begin(form);
  const status = await reaches(job, "done");
  assert.equal(status.result?.exitName, "EX_OK");
  assert.deepEqual(await contents(stores.remote), ["m1", "m2", "m3"]);
  const { body: log } = await ask(`/jobs/${job.id}/log`, job);
  assert.match(log, /^Here is imapsync /);
  assert.match(log, /Exiting with return value 0 /);
  const { body: events } = await ask(`/jobs/${job.id}/events`, job);
  assert.match(events, /event: folder\ndata: [^\n]*"folder1":"INBOX"/);
  const report = JSON.parse((await ask(`/jobs/${job.id}/report.json`, job)).body) as { folders: { copied: number }[] };
  assert.deepEqual(
    report.folders.map(({ copied }) => copied),
    [3],
  );
  const page = await ask(`/jobs/${job.id}/`, job);
  assert.match(page.headers["strict-transport-security"] ?? "", /max-age/);
});

test("a password is nowhere but in the memory of the job's process", async (t) => {
  const made = await heldPair(t);
  const { user1 = "", password1 = "", password2 = "" } = made.form;
  const job = await begin(made.form);
  await eventually("a worker runs", () => workers().length === 1);
  const secrets = [password1, password2];
  for (const pid of [child.pid, ...workers()]) {
    for (const file of ["cmdline", "environ"]) {
      const text = readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll(new RegExp(escape(directory), "g"), "");
      for (const secret of secrets) assert.ok(!text.split("\0").some((word) => word.endsWith(`=${secret}`)), file);
    }
  }
  made.release();
  await reaches(job, "done");
  const { body: log } = await ask(`/jobs/${job.id}/log`, job);
  assert.doesNotMatch(log, /--password/);
  const files = (readdirSync(state, { recursive: true }) as string[]).map((name) => join(state, name));
  for (const path of files) assert.equal(statSync(path).mode & 0o077, 0, path);
  assert.doesNotMatch(lines.join("\n"), new RegExp(`password|${escape(user1)}`));
});

function escape(text: string): string {
  return text.replace(/[^\w]/g, "\\$&");
}

test("a worker that is killed is one failed job, with words; another goes on", async (t) => {
  const [killed, living] = [await heldPair(t), await heldPair(t)];
  const job = await begin(killed.form);
  const [pid] = await eventually("its worker", () => (workers().length === 1 ? workers() : undefined));
  const unharmed = await begin(living.form);
  await reaches(unharmed, "running");
  await eventually("both have begun", () => workers().length === 2);
  process.kill(pid!, "SIGKILL");
  const { result } = await reaches(job, "failed");
  assert.match(result?.sentence ?? "", /SIGKILL/);
  living.release();
  await reaches(unharmed, "done");
  killed.release();
});

test("after a restart a job that ran is interrupted, and goes on with its passwords and its history", async (t) => {
  const made = await heldPair(t);
  const job = await begin(made.form);
  await eventually("its log has begun", async () => {
    const { body } = await ask(`/jobs/${job.id}/lines`, job);
    return (JSON.parse(body) as { total: number }).total > 3;
  });
  await end("SIGKILL");
  made.release();
  await start();
  await reaches(job, "interrupted");
  const { password1 = "", password2 = "" } = made.form;
  const resumed = await ask(`/jobs/${job.id}/resume`, { ...job, form: { password1, password2 } });
  assert.equal(resumed.status, 201, resumed.body);
  await reaches(job, "done");
  assert.deepEqual(await contents(made.stores.remote), ["m1", "m2", "m3"]);
  const { body: log } = await ask(`/jobs/${job.id}/log`, job);
  assert.equal(log.match(/^Here is imapsync /gm)?.length, 2);
});

test("one that is told to stop ends its jobs in order, tells who watches, and ends", async (t) => {
  const made = await heldPair(t, many);
  const job = await begin(made.form);
  await reaches(job, "running");
  let seen = "";
  const events = ask(`/jobs/${job.id}/events`, { ...job, onBody: (body) => (seen = body) });
  await eventually("it copies", () => seen.includes("Folders sizes"));
  const ended = end("SIGTERM");
  await eventually("it stops", () => lines.some((line) => line.includes("Stopping")));
  made.release();
  assert.equal(await ended, 0);
  assert.match((await events).body, /event: state\ndata: [^\n]*"state":"interrupted"[^\n]*\n\n$/);
  await start();
  assert.equal((await statusOf(job)).state, "interrupted");
});

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test("the original's endpoint streams the log while the copy goes on, and ends it with abort=on", async (t) => {
  const made = await heldPair(t, many);
  let seen = "";
  const answer = ask("/cgi-bin/imapsync", { form: made.form, onBody: (body) => (seen = body) });
  await eventually("the log streams", () => seen.includes("Here is imapsync"));
  const second = ask("/cgi-bin/imapsync", { form: made.form });
  const aborted = await ask("/cgi-bin/imapsync", { form: { ...made.form, abort: "on" } });
  assert.match(aborted.body, /is being aborted/);
  made.release();
  const { status, statusMessage, headers, body } = await answer;
  assert.equal(status, 200);
  assert.match(statusMessage, /^OK to sync IMAP boxes\. Load on /);
  assert.match(headers["content-type"] ?? "", /^text\/plain/);
  assert.match(body, /Exiting with return value 6 /);
  assert.match((await second).body, /already running/);
});

test("where the queue is full, it answers 503", async (t) => {
  await end("SIGTERM");
  configure("max-jobs = 1\nmax-queued = 1\n");
  await start();
  const pairs = [await heldPair(t), await heldPair(t), await heldPair(t)];
  const jobs = [await begin(pairs[0]!.form), await begin(pairs[1]!.form)];
  assert.deepEqual((await statusOf(jobs[1]!)).position, 1);
  assert.equal((await ask("/jobs", { form: pairs[2]!.form })).status, 503);
  const { status, body } = await ask("/cgi-bin/imapsync", { form: pairs[2]!.form });
  assert.equal(status, 503);
  assert.match(body, /^503 Service Unavailable/);
  for (const { release } of pairs) release();
  for (const job of jobs) await reaches(job, "done");
});

test("SIGHUP has it read its certificate and its settings again; what is wrong changes nothing", async () => {
  const before = await ask("/healthz");
  makeCertificate(directory);
  configure("max-requests-per-minute = 1000\n");
  child.kill("SIGHUP");
  await eventually("it says so", () => lines.some((line) => line.includes("Read the configuration again")));
  const { status, serial } = await ask("/healthz");
  assert.equal(status, 200);
  assert.notEqual(serial, before.serial);
  configure("max-jobs = none\n");
  child.kill("SIGHUP");
  await eventually("it complains", () => lines.some((line) => /stays as it was: .*max-jobs/.test(line)));
  assert.equal((await ask("/healthz")).serial, serial);
  configure();
});

test("a second server on the same state directory does not begin, and the first one goes on", async (t) => {
  const made = await heldPair(t);
  const job = await begin(made.form);
  await reaches(job, "running");
  const args = [program, "--config", configFile, "--listen", "127.0.0.1:0"];
  for (const more of [args, args]) {
    const { status, stderr } = await output(spawn(process.execPath, more, { stdio: ["ignore", "pipe", "pipe"] }));
    assert.equal(status, 75, stderr);
    assert.match(stderr, new RegExp(`state-directory ${escape(state)} is in use by process ${child.pid}; `));
  }
  assert.equal((await statusOf(job)).state, "running");
  made.release();
  await reaches(job, "done");
  // Whoever was killed leaves nothing that keeps others out.
  await end("SIGKILL");
  await start();
  assert.equal((await statusOf(job)).state, "done");
});

test("--check says what is wrong with the configuration, all at once", async () => {
  const file = join(directory, "wrong");
  writeFileSync(file, "max-jobs = none\nlisten = here\n", { mode: 0o600 });
  const checked = spawn(process.execPath, [program, "--check", "--config", file], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { status, stderr } = await output(checked);
  assert.equal(status, 78);
  assert.match(stderr, /wrong:1: max-jobs: [^\n]*\n[^\n]*wrong:2: listen: /);
});

async function output(started: ChildProcess): Promise<{ readonly status: unknown; readonly stderr: string }> {
  const forget = whenProcessEnds(() => started.kill("SIGKILL"));
  let stderr = "";
  started.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const status = await new Promise((resolve) => started.once("close", resolve));
  forget();
  return { status, stderr };
}
