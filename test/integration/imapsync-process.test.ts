// The copier as a process among others: pid files, signals, rates.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync, startImapsync } from "../support/run-imapsync.ts";
import type { RunningInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const { dovecot, other } = await startAll({ dovecot: startDovecot(), other: startDovecot() });

async function stored(t: TestContext, count = 3, octets = 10): Promise<TwoStores> {
  const stores = await twoStores(t, { local: dovecot, remote: other });
  await deliver(stores.local, "INBOX", ...mails("m", count, { body: "x".repeat(octets) }));
  return stores;
}

function pidFile(stores: TwoStores): string {
  return join(stores.home.directory, "imapsync.pid");
}

/** One that has copied a message, and will not copy the next one for long. */
async function atWork(stores: TwoStores, ...args: readonly string[]): Promise<RunningInterimap> {
  const run = startImapsync(stores, ["--maxmessagespersecond", "0.001", ...args]);
  await run.line(/^msg INBOX\/1 .* copied to INBOX/);
  return run;
}

async function stop(run: RunningInterimap): Promise<void> {
  run.child.kill("SIGTERM");
  await run.finished;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `m${i + 1}`).sort();
}

test("the pid file says who is at work, and goes with it", async (t) => {
  const stores = await stored(t);
  const run = await atWork(stores, "--log");
  const [pid, log] = readFileSync(pidFile(stores), "utf8").split("\n");
  assert.equal(Number(pid), run.child.pid);
  assert.ok(existsSync(log!), log);
  await stop(run);
  assert.equal(existsSync(pidFile(stores)), false);
});

test("--pidfilelocking: another run is given way to; what no run has left behind is not", async (t) => {
  const stores = await stored(t);
  const run = await atWork(stores);
  const locked = await runImapsync(stores, ["--pidfilelocking"]);
  assert.equal(locked.code, 8);
  assert.match(locked.stderr, new RegExp(`^Another run is at work, PID ${run.child.pid}: ending$`, "m"));
  assert.match(locked.lines.join("\n"), /^Exiting with return value 8 \(EXIT_PID_FILE_ERROR: /m);
  assert.deepEqual(await contents(stores.remote), ["m1"]);
  run.child.kill("SIGKILL");
  await run.finished;
  assert.ok(existsSync(pidFile(stores)));
  assert.equal((await runImapsync(stores, ["--pidfilelocking"])).code, 0);
  assert.deepEqual(await contents(stores.remote), names(3));
  for (const text of ["garbage\n", "4194305\n\n", `${process.pid}\n\nstarted 1@x\n`]) {
    writeFileSync(pidFile(stores), text);
    assert.equal((await runImapsync(stores, ["--pidfilelocking", "--justlogin"])).code, 0, text);
  }
});

test("a pid file that cannot be written ends a run that named it", async (t) => {
  const stores = await stored(t);
  const { code, stderr } = await runImapsync(stores, ["--pidfile", "/proc/none/pid"]);
  assert.equal(code, 8);
  assert.match(stderr, /the pid file \/proc\/none\/pid cannot be used/);
  assert.deepEqual(await contents(stores.remote), []);
});

test("--tail shows the other run's log from its beginning to its end", async (t) => {
  const stores = await stored(t);
  const run = await atWork(stores, "--log");
  const tail = startImapsync(stores, ["--pidfilelocking", "--tail"]);
  await tail.line(/^msg INBOX\/1 .* copied to INBOX/);
  await stop(run);
  const { status, stdout } = await tail.finished;
  assert.equal(status, 0);
  const [log] = readdirSync(join(stores.home.directory, "LOG_imapsync"));
  const shown = readFileSync(join(stores.home.directory, "LOG_imapsync", log!), "utf8");
  assert.match(shown, /^Exiting with return value 6 \(EXIT_BY_SIGNAL: /m);
  assert.ok(stdout.includes(shown));
  assert.match(stdout, new RegExp(`^PID ${run.child.pid} has ended$`, "m"));
});

test("--abort has the other run end with its figures, and die of the signal", async (t) => {
  const stores = await stored(t);
  const run = await atWork(stores);
  const abort = await runImapsync(stores, ["--abort", "--log"]);
  assert.equal(abort.code, 0);
  assert.match(abort.lines.join("\n"), new RegExp(`^Process PID ${run.child.pid} ended by signal QUIT$`, "m"));
  assert.match(readdirSync(join(stores.home.directory, "LOG_imapsync")).join(), /_abort\.txt$/);
  const { signal, stdout } = await run.finished;
  assert.equal(signal, "SIGQUIT");
  assert.match(stdout, /^Messages transferred +: 1$/m);
  assert.equal(existsSync(pidFile(stores)), false);
  const again = await runImapsync(stores, ["--abort"]);
  assert.equal(again.code, 0);
  assert.match(again.lines.join("\n"), /^Nothing to abort/m);
});

test("--abortbyfile has it end with 7", async (t) => {
  const stores = await stored(t);
  const run = await atWork(stores);
  assert.equal((await runImapsync(stores, ["--abortbyfile"])).code, 0);
  const { status, stdout } = await run.finished;
  assert.equal(status, 7);
  assert.match(stdout, /^Exiting with return value 7 \(EXIT_BY_FILE: /m);
  assert.deepEqual(
    readdirSync(stores.home.directory).filter((name) => name.includes("abort")),
    [],
  );
});

for (const signals of [["SIGTERM"], ["SIGINT", "SIGINT"]] as const) {
  test(`${signals.join(", ")}: the run shows its figures and dies of the signal; the next one finishes its work`, async (t) => {
    const stores = await stored(t);
    const run = await atWork(stores);
    for (const [i, signal] of signals.entries()) {
      run.child.kill(signal);
      // Two at once are one.
      if (i + 1 < signals.length) await run.line(/^Got a signal/);
    }
    const { signal, stdout } = await run.finished;
    assert.equal(signal, signals.at(-1));
    assert.match(stdout, /^Messages transferred +: 1$/m);
    assert.match(stdout, /^Exiting with return value 6 \(EXIT_BY_SIGNAL: /m);
    assert.deepEqual((await runImapsync(stores)).figure("Messages transferred"), "2");
    assert.deepEqual(await contents(stores.remote), names(3));
  });
}

for (const [signal, what] of [
  ["SIGTERM", "greets"],
  ["SIGINT", "lets anybody in"],
] as const) {
  test(`${signal} ends a run before host2 ${what}`, async (t) => {
    const stores = await stored(t);
    let isHeld = (): void => undefined;
    const held = new Promise<void>((resolve) => (isHeld = resolve));
    let letGo = (): void => undefined;
    stores.hold("remote", "server", {
      pattern: what === "greets" ? /^\* OK/ : /^\S+ OK .*Logged in/,
      action: () => {
        isHeld();
        return new Promise((resolve) => (letGo = () => resolve("cut")));
      },
    });
    const run = startImapsync(stores);
    await held;
    run.child.kill(signal);
    const ended = await run.finished;
    letGo();
    assert.equal(ended.signal, signal, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /^Exiting with return value 6 \(EXIT_BY_SIGNAL: /m);
    assert.equal(ended.stderr, "");
    assert.equal(existsSync(pidFile(stores)), false);
  });
}

test("SIGTERM ends a run whose server does not answer any more", async (t) => {
  const stores = await stored(t);
  let isHeld = (): void => undefined;
  const held = new Promise<void>((resolve) => (isHeld = resolve));
  let letGo = (): void => undefined;
  stores.hold("remote", "client", {
    pattern: / APPEND /,
    action: () => {
      isHeld();
      return new Promise((resolve) => (letGo = () => resolve("cut")));
    },
  });
  const run = startImapsync(stores, ["--timeout", "0"]);
  await held;
  run.child.kill("SIGTERM");
  const { signal, stdout } = await run.finished;
  letGo();
  assert.equal(signal, "SIGTERM", stdout);
  assert.match(stdout, /^Messages transferred +: 0$/m);
});

test("the first SIGINT has both sides connected again, and nothing is there twice", async (t) => {
  const stores = await stored(t, 4);
  const run = await atWork(stores);
  const before = stores.proxies.local.connections;
  run.child.kill("SIGINT");
  await run.line(/^Got a signal INT: connecting to both sides again/);
  run.child.kill("SIGUSR1");
  const { status, stdout } = await run.finished;
  assert.equal(status, 0, stdout);
  assert.ok(stores.proxies.local.connections > before);
  assert.deepEqual(await contents(stores.remote), names(4));
});

test("SIGHUP is only said; SIGUSR1 lets go of the rates", async (t) => {
  const stores = await stored(t);
  const run = await atWork(stores);
  run.child.kill("SIGHUP");
  await run.line(/^Got a signal HUP: the run goes on$/);
  run.child.kill("SIGUSR1");
  const { status } = await run.finished;
  assert.equal(status, 0);
  assert.deepEqual(await contents(stores.remote), names(3));
});

test("--sigignore, --sigexit, --sigreconnect", async (t) => {
  const stores = await stored(t);
  const run = await atWork(stores, "--sigignore", "TERM", "--sigexit", "HUP USR2");
  run.child.kill("SIGTERM");
  run.child.kill("SIGUSR2");
  assert.equal((await run.finished).signal, "SIGUSR2");
  assert.equal((await runImapsync(stores, ["--log", "--sigexit", "NONE"])).code, 64);
  assert.equal(existsSync(join(stores.home.directory, "LOG_imapsync")), false);
});

test("rates are held, of messages and of octets", async (t) => {
  const stores = await stored(t, 4, 20_000);
  const began = performance.now();
  // The first passes at once, and each of the others waits for the one before.
  assert.equal((await runImapsync(stores, ["--maxmessagespersecond", "4"])).figure("Messages transferred"), "4");
  assert.ok(performance.now() - began >= 750);
  const more = await stored(t, 4, 20_000);
  const then = performance.now();
  assert.equal((await runImapsync(more, ["--maxbytespersecond", "40000"])).figure("Messages transferred"), "4");
  assert.ok(performance.now() - then >= 1_500);
});
