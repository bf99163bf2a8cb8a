// A command that is asked for a secret, with real processes.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { askCommand, type CommandRequest } from "../../../src/credentials/ask-command.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { errorLine } from "../../support/error-line.ts";
import { becomes, eventually, patienceMs } from "../../support/eventually.ts";
import { isRunning } from "../../support/processes.ts";
import { removeScratch, scratchDirectory } from "../../support/scratch.ts";

const directory = scratchDirectory("ask-command");
after(() => removeScratch(directory));

const place = { setting: "password-command", name: "password-command in [remote]" };

async function ask(command: string, more: Partial<CommandRequest> = {}): Promise<string> {
  return (await askCommand({ command, place, mayAsk: false, ...more })).toString();
}

test("one without anything special is started directly", async () => {
  assert.equal(await ask("echo  s3cret   pass"), "s3cret pass\n");
});

test("a shell runs what only a shell understands", async () => {
  assert.equal(await ask("A=s3cret; echo $A | tr a-z A-Z"), "S3CRET\n");
});

const failures: readonly (readonly [what: string, command: string, line: RegExp])[] = [
  [
    "an exit status",
    "sh -c 'echo s3cret; exit 3'",
    /^password-command in \[remote\] \(sh\) exited with status 3; run it by/,
  ],
  ["false", "false s3cret", /^password-command in \[remote\] \(false\) exited with status 1; /],
  ["a signal", "kill -SEGV $$; s3cret", /\(kill\) was killed by SIGSEGV; /],
  [
    "no such program",
    "/nowhere/s3cret",
    /\(\/nowhere\/s3cret\) cannot be started: not found; check the setting password-command$/,
  ],
  ["no program", "/etc/passwd s3cret", /\(\/etc\/passwd\) cannot be started: not executable; /],
  [
    "no such command in a shell",
    "nosuchcommand 's3cret' 2>&1",
    /\(nosuchcommand\) exited with status 127, as a shell does/,
  ],
  ["output without end", "yes s3cret", /\(yes\) printed more than 64 KiB; its first line must be the secret$/],
  ["an assignment in front", "PASSWORD=s3cret false", /^password-command in \[remote\] exited with status 1; /],
];

for (const [what, command, line] of failures) {
  test(`one line says what is wrong, and nothing of what was printed: ${what}`, async () => {
    await assert.rejects(ask(command), (error) => {
      assert.ok(error instanceof InterimapError);
      assert.equal(error.code, "CREDENTIALS");
      assert.match(errorLine(error), line);
      if (what !== "no such program") assert.doesNotMatch(errorLine(error), /s3cret/);
      return true;
    });
  });
}

test("one that does not end is ended when its time is over, with what it started", async () => {
  const pids = join(directory, "limit");
  const asking = ask(`sleep 1000 & echo $$ $! > ${pids}; wait`, { limitMs: 500 });
  await assert.rejects(asking, { code: "CREDENTIALS", message: /did not end within 500 ms$/ });
  await assertEnded(pids);
});

for (const mayAsk of [false, true]) {
  test(`a signal ends it and what it started, also below a shell${mayAsk ? ", on a terminal" : ""}`, async () => {
    const pids = join(directory, `signal-${String(mayAsk)}`);
    const interruption = new AbortController();
    const asking = ask(`(trap '' TERM; sleep 1000 & echo $$ $! > ${pids}.new; mv ${pids}.new ${pids}; wait)`, {
      mayAsk,
      signal: interruption.signal,
    });
    const outcome = assert.rejects(asking, /^Error: enough$/);
    await eventually("it runs", () => existsSync(pids));
    interruption.abort(new Error("enough"));
    await outcome;
    await assertEnded(pids);
  });
}

test("a signal that came before starts nothing", async () => {
  const file = join(directory, "early");
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(ask(`touch ${file}`, { signal }), /^Error: enough$/);
  assert.ok(!existsSync(file));
});

test("a process that it leaves behind, with its output open, is not waited for", async () => {
  const pids = join(directory, "left");
  assert.equal(await ask(`echo s3cret; sleep 1000 & echo $! > ${pids}`, { limitMs: patienceMs }), "s3cret\n");
  process.kill(Number(readFileSync(pids, "utf8")), "SIGKILL");
});

test("its input is empty, and it has no terminal", async () => {
  assert.equal(await ask("cat; (: </dev/tty) 2>/dev/null || echo none"), "none\n");
});

async function assertEnded(file: string): Promise<void> {
  const pids = readFileSync(file, "utf8").trim().split(" ").map(Number);
  assert.equal(pids.length, 2);
  await becomes(() => pids.filter(isRunning), []);
}
