// A process that does a job, as whoever started it sees it: small programs take the copier's place.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { JobEnd } from "../../../src/job/run-job.ts";
import { startJob } from "../../support/job.ts";
import { removeScratch, scratchDirectory } from "../../support/scratch.ts";

const directory = scratchDirectory("run-job");
after(() => {
  removeScratch(directory);
});

let count = 0;

/** What it reads from file descriptor 3 is `spec`. */
function program(text: string): string {
  const path = join(directory, `worker${String(++count)}.cjs`);
  const readSpec = `const fs = require("node:fs"); const spec = fs.readFileSync(3, "utf8");
    const say = (message) => fs.writeSync(1, JSON.stringify(message) + "\\n");`;
  writeFileSync(path, `${readSpec}\n${text}`);
  return path;
}

function crashOf(end: JobEnd): Extract<JobEnd, { how: "crash" }> {
  assert.equal(end.how, "crash");
  return end;
}

const done = `say({ type: "ended", exitCode: 0, exitName: "EX_OK", sentence: "Done." });`;

test("a job is sent as it is, and what the process says is handed on in order", async () => {
  const worker = program(`for (const text of JSON.parse(spec).options) say({ type: "line", text }); ${done}`);
  const options = ["--a", "ü\u2028 \"'", "--b=\n"];
  const { end, lines, messages } = startJob({ options }, { worker });
  assert.deepEqual(await end, {
    how: "by itself",
    result: { exitCode: 0, exitName: "EX_OK", sentence: "Done." },
  });
  assert.deepEqual(lines(), options);
  assert.equal(messages.at(-1)?.type, "ended");
});

test("the next message waits until one is taken", async () => {
  const worker = program(`for (let i = 0; i < 50; i++) say({ type: "line", text: String(i) }); ${done}`);
  let atWork = 0;
  const { end, messages } = startJob(
    {},
    {
      worker,
      onMessage: async () => {
        assert.equal(++atWork, 1);
        await new Promise((resolve) => setImmediate(resolve));
        atWork--;
      },
    },
  );
  assert.equal((await end).how, "by itself");
  assert.equal(messages.length, 51);
});

test("a crash comes with the exit code and the last words, without secrets", async () => {
  const worker = program(`process.stderr.write("no pass&=+%;word here\\n"); process.exitCode = 70;`);
  const end = crashOf(await startJob({ secrets: { password1: "pass&=+%;word", password2: "x" } }, { worker }).end);
  assert.equal(end.exitCode, 70);
  assert.equal(end.words, "no [redacted] here");
});

test("long last words are cut, and cannot steer a terminal", async () => {
  const worker = program(
    `process.stderr.write("\\x1b[31m" + "y".repeat(1e6) + "the end\\x1b[0m"); process.exitCode = 1;`,
  );
  const { words } = crashOf(await startJob({}, { worker }).end);
  assert.ok(words.length < 10_000 && words.endsWith("the end\\x1b[0m"));
});

test("a process that dies of a signal did not end by itself", async () => {
  const { end } = startJob(
    {},
    { worker: program(`process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1e6);`) },
  );
  assert.equal(crashOf(await end).signal, "SIGKILL");
});

for (const [what, text] of [
  ["garbage", `fs.writeSync(1, "Hello\\n");`],
  ["JSON that is no message", `fs.writeSync(1, '{"type":"toString"}\\n');`],
  ["an endless line", `for (let i = 0; i < 40; i++) fs.writeSync(1, "x".repeat(65536));`],
] as const)
  test(`whoever says ${what} is ended`, async () => {
    const { end, messages } = startJob({}, { worker: program(`${text} setInterval(() => {}, 1e6);`) });
    const { signal, words } = crashOf(await end);
    assert.equal(signal, "SIGKILL");
    assert.notEqual(words, "");
    assert.deepEqual(messages, []);
  });

test("a receiver that fails ends the job", async () => {
  const worker = program(`say({ type: "line", text: "x" }); setInterval(() => {}, 1e6);`);
  const onMessage = (): never => {
    throw new Error("disk full");
  };
  assert.equal(crashOf(await startJob({}, { worker, onMessage }).end).words, "disk full");
});

test("abort asks, and kill insists", async () => {
  const deaf =
    program(`process.on("SIGTERM", () => say({ type: "line", text: "no" })); say({ type: "line", text: "up" });
    setInterval(() => {}, 1e6);`);
  const { job, end, messages } = startJob(
    {},
    {
      ...{ worker: deaf, graceMs: 1 },
      onMessage: () => {
        if (messages.length === 1) job.abort();
        else job.kill();
      },
    },
  );
  assert.equal(crashOf(await end).signal, "SIGKILL");
});

test("a process that says that it is done and stays is ended", async () => {
  const worker = program(`${done} setInterval(() => {}, 1e6);`);
  assert.equal((await startJob({}, { worker, graceMs: 1 }).end).how, "by itself");
});

test("the process has little of our environment, nothing of it in its arguments", async () => {
  process.env["IMAPSYNC_PASSWORD1"] = "secret";
  const worker =
    program(`say({ type: "line", text: JSON.stringify([process.env, process.argv.slice(2), process.execArgv]) });
    ${done}`);
  const { end, lines } = startJob({}, { worker });
  await end;
  delete process.env["IMAPSYNC_PASSWORD1"];
  const [text = ""] = lines();
  const [env, argv, execArgv] = JSON.parse(text) as [Record<string, string>, string[], string[]];
  const allowed = /^(?:PATH|TZ|LANG|LC_\w+|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+)$/;
  assert.deepEqual(
    Object.keys(env).filter((name) => !allowed.test(name)),
    [],
  );
  assert.deepEqual([argv, execArgv], [[], []]);
});

test("a program that is not there", async () => {
  assert.match(crashOf(await startJob({}, { worker: "/nowhere/x.js" }).end).words, /Cannot find module/);
});
