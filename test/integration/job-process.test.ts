// The process of a job as others see it: secrets, certificates, and who is at the other end of its pipes.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { JobMessage } from "../../src/job/job-message.ts";
import type { CopySpec } from "../../src/job/job-spec.ts";
import { later, momentNow } from "../../src/job/lease-clock.ts";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import { anything, startJob } from "../support/job.ts";
import { isRunning, shownOf } from "../support/processes.ts";
import { formsIn, formsOf } from "../support/secret-forms.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const password = `p&=+%;"'\\ \u00e9\u2713 x`;
const accepting = `auth_mechanisms = plain login\nauth_failure_delay = 0\npassdb {\n  driver = static\n  args = password={PLAIN.HEX}${Buffer.from(password).toString("hex")}\n}`;

const { dovecot, other } = await startAll({
  dovecot: startDovecot({ tls: true, extraConfig: accepting }),
  other: startDovecot(),
});

const worker = fileURLToPath(new URL("../../dist/imapsync-job.js", import.meta.url));

async function stored(t: TestContext, count = 3): Promise<TwoStores> {
  // The tests' own client writes octets.
  const octets = Buffer.from(password).toString("latin1");
  const stores = await twoStores(t, { local: { ...dovecot, password: octets }, remote: other });
  await deliver(stores.local, "INBOX", ...mails("m", count));
  return stores;
}

function specOf({ proxies }: TwoStores, ...more: readonly string[]): CopySpec {
  const [local, remote] = [proxies.local.server, proxies.remote.server];
  const places = [local, remote].flatMap(({ host, port, user }, i) => [
    `--host${String(i + 1)}=${host}`,
    `--port${String(i + 1)}=${String(port)}`,
    `--user${String(i + 1)}=${user}`,
  ]);
  return { ...anything, options: [...places, ...more], secrets: { password1: password, password2: remote.password } };
}

/** Its certificate is trusted nowhere. */
const clear = "--notls1";
const slow = "--maxmessagespersecond=0.001";

function isCopied(message: JobMessage): boolean {
  return message.type === "line" && /^msg INBOX\/1 /.test(message.text);
}

test("a password is nowhere but in the memory of the process", async (t) => {
  const stores = await stored(t);
  let shown = "";
  let told: string[] = [];
  let priority = 0;
  const heard = startJob(specOf(stores, clear, slow, "--debugimap"), {
    onMessage: (message) => {
      if (!isCopied(message)) return;
      const pid = heard.job.pid!;
      priority = getPriority(pid);
      shown = shownOf(pid).toString("latin1");
      told = ["coredump_filter", "oom_score_adj"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8").trim());
      heard.job.abort();
    },
  });
  assert.equal((await heard.end).how, "by itself");
  const forms = formsOf("the password", password);
  // Below what is usual, also where the tests themselves are.
  assert.ok(priority > 0, String(priority));
  // Nor in a core file.
  assert.deepEqual(told, ["00000000", "500"]);
  assert.ok(shown.includes("imapsync-job.js") && shown.includes("PATH="));
  assert.deepEqual(formsIn(forms, Buffer.from(shown, "latin1")), []);
  assert.deepEqual(formsIn(forms, JSON.stringify(heard.messages)), []);
  assert.deepEqual(formsIn(forms, heard.lines().join("\n")), []);
  assert.match(heard.lines().join("\n"), /LOGIN/);
  assert.deepEqual(await contents(stores.remote), ["m1"]);
});

test("a certificate that is not trusted is shown, and its key accepted in another job", async (t) => {
  const stores = await stored(t);
  const spec = specOf(stores, `--port1=${String(dovecot.tlsPort)}`, "--ssl1");
  const first = startJob(spec);
  const refused = await first.end;
  assert.ok(refused.how === "by itself");
  assert.equal(refused.result.exitName, "EXIT_CONNECTION_FAILURE_HOST1");
  assert.equal(refused.result.sentence, "The certificate of host1 is not trusted. Nothing was copied.");
  const [certificate, ...others] = first.of("certificate");
  assert.equal(others.length, 0);
  const { host, reason, subject, issuer, validFrom, validTo, fingerprint } = certificate!;
  assert.equal(host, 1);
  assert.match(reason, /^the server's certificate /);
  assert.match(subject, /^CN=/);
  assert.match(issuer, /^CN=/);
  assert.ok(Date.parse(validFrom) < Date.now() && Date.now() < Date.parse(validTo));
  assert.match(fingerprint, /^sha256\$pub\$[0-9a-f]{64}$/);
  const trusting = (key: string): CopySpec => ({
    ...spec,
    options: [...spec.options, `--sslargs1=SSL_fingerprint=${key}`],
  });
  const another = startJob(trusting(`sha256$pub$${"0".repeat(64)}`));
  assert.equal((await another.end).how, "by itself");
  assert.deepEqual(
    another.of("certificate").map((one) => one.fingerprint),
    [fingerprint],
  );
  assert.deepEqual(await contents(stores.remote), []);
  const second = await startJob(trusting(fingerprint)).end;
  assert.ok(second.how === "by itself" && second.result.exitName === "EX_OK");
  assert.deepEqual(await contents(stores.remote), ["m1", "m2", "m3"]);
});

/** Without what starts jobs otherwise. */
function startAlone(spec: unknown): ChildProcess {
  const child = spawn(process.execPath, [worker], { stdio: ["pipe", "pipe", "pipe", "pipe"], env: {} });
  child.stdin.on("error", () => undefined);
  (child.stdio[3] as Writable).end(typeof spec === "string" ? spec : JSON.stringify(spec));
  return child;
}

async function firstCopy(stdout: Readable): Promise<void> {
  for await (const line of createInterface(stdout)) if (isCopied(JSON.parse(line) as JobMessage)) return;
}

test("it ends when whoever started it has gone, and sums up", async (t) => {
  const child = startAlone(specOf(await stored(t), clear, slow));
  let text = "";
  child.stdout!.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes("msg INBOX/1 ")) child.stdin!.destroy();
  });
  const [code] = (await once(child, "close")) as [number];
  assert.equal(code, 6);
  const last = JSON.parse(text.trimEnd().split("\n").at(-1)!) as JobMessage;
  assert.ok(last.type === "ended");
  assert.equal(last.sentence, "Whoever started this job is gone. 1 message was copied by then.");
});

test("an interruption at the terminal is not for it", async (t) => {
  const heard = startJob(specOf(await stored(t), clear, "--maxmessagespersecond=2"), {
    onMessage: (message) => {
      if (!isCopied(message)) return;
      for (const signal of ["SIGINT", "SIGHUP"] as const) process.kill(heard.job.pid!, signal);
    },
  });
  const ended = await heard.end;
  assert.ok(ended.how === "by itself" && ended.result.exitName === "EX_OK");
});

test("it leaves a server that does not answer when its lease is over, and says why", async (t) => {
  const stores = await stored(t);
  let release = (): void => undefined;
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  const lease = { until: later(momentNow(), 3_600_000), graceMs: 3_600_000 };
  const { job, end } = startJob({ ...specOf(stores, clear), heldUntil: lease });
  stores.hold("remote", "server", {
    pattern: /^\S+ OK \[APPENDUID/,
    action: () => {
      job.renew({ until: momentNow(), graceMs: 1 });
      return isReleased;
    },
  });
  const words = "its lease was not renewed in time";
  assert.deepEqual(await end, { how: "crash", exitCode: 75, signal: undefined, words });
  release();
});

test("it ends when nobody reads what it says", async (t) => {
  const stores = await stored(t, 300);
  const child = startAlone(specOf(stores, clear, "--maxmessagespersecond=20"));
  await firstCopy(child.stdout!);
  child.stdout!.destroy();
  await once(child, "exit");
  assert.ok((await contents(stores.remote)).length < 300);
});

test("nothing goes on when a process is killed that has jobs", async (t) => {
  const stores = await stored(t);
  const text = `const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, [${JSON.stringify(worker)}], { stdio: ["pipe", "pipe", "pipe", "pipe"], detached: true });
    child.stdio[3].end(process.env.SPEC);
    child.stdout.on("data", (text) => text.includes("msg INBOX/1 ") && console.log(child.pid));`;
  const env = { SPEC: JSON.stringify(specOf(stores, clear, slow)) };
  const parent = spawn(process.execPath, ["-e", text], { stdio: ["ignore", "pipe", "inherit"], env });
  const [line] = (await once(createInterface(parent.stdout), "line")) as [string];
  const pid = Number(line);
  assert.ok(isRunning(pid));
  parent.kill("SIGKILL");
  await eventually("the job ends", () => !isRunning(pid));
  assert.deepEqual(await contents(stores.remote), ["m1"]);
});

test("what is no job ends it, and says nothing of what was sent", async () => {
  for (const text of ["", `{"password":"hidden"`, "[]", `{"options":["hidden"],"secrets":{"password1":"hidden"}}`]) {
    const child = startAlone(text);
    let errors = "";
    child.stderr!.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const [code] = (await once(child, "close")) as [number];
    assert.equal(code, 70);
    assert.match(errors, /TypeError: /);
    assert.doesNotMatch(errors, /hidden/);
  }
});
