import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { abortByFile } from "../../../../src/copier/process/abort.ts";
import { type Entered, type EnterOptions, enterRun } from "../../../../src/copier/process/enter-run.ts";
import { Output } from "../../../../src/copier/process/output.ts";
import { abortFileOf } from "../../../../src/copier/process/pid-file.ts";
import { RunSignals } from "../../../../src/copier/process/signals.ts";
import { scratchDirectory } from "../../../support/scratch.ts";
import { startChild } from "./children.ts";

const options: EnterOptions = {
  ...{ tmpdir: undefined, pidfile: undefined, pidfilelocking: false, tail: false, abort: false, abortbyfile: false },
};

interface Scene {
  readonly directory: string;
  readonly signals: RunSignals;
  readonly warnings: string[];
  readonly enter: (given: Partial<EnterOptions>) => Promise<Entered>;
  readonly said: () => string;
}

function scene(t: TestContext): Scene {
  const directory = scratchDirectory("enter");
  const fd = openSync(join(directory, "said"), "a");
  const output = new Output({ descriptors: [fd, fd] });
  const said = (): string => {
    output.end();
    return readFileSync(join(directory, "said"), "utf8");
  };
  t.after(() => {
    output.end();
    closeSync(fd);
  });
  const signals = new RunSignals(
    { sigexit: [], sigreconnect: [], sigignore: [] },
    { say: (line) => output.line(line), onSignal: () => () => undefined },
  );
  const warnings: string[] = [];
  const enter = (given: Partial<EnterOptions>): Promise<Entered> =>
    enterRun({ ...options, ...given }, { output, signals, warn: (text) => warnings.push(text) });
  return { directory, signals, warnings, enter, said };
}

test("a run has a pid file in the directory for temporary files, which is made, until it leaves", async (t) => {
  const { directory, enter, said } = scene(t);
  const tmpdir = join(directory, "a", "b");
  const path = join(tmpdir, "imapsync.pid");
  const entered = await enter({ tmpdir });
  assert.equal(entered.ends, undefined);
  assert.equal(statSync(tmpdir).mode & 0o777, 0o700);
  assert.equal(parseInt(readFileSync(path, "utf8"), 10), process.pid);
  await entered.leave();
  assert.equal(existsSync(path), false);
  assert.match(said(), new RegExp(`^PID file is ${path} .*\nRemoving pidfile ${path}\n$`));
});

test("a device in its place stays one, and there is no pid file", async (t) => {
  const { directory, enter } = scene(t);
  const path = join(directory, "null");
  if (spawnSync("mknod", [path, "c", "1", "3"]).status !== 0) {
    t.skip("only root makes devices");
    return;
  }
  const entered = await enter({ pidfile: path, pidfilelocking: true });
  assert.equal(entered.ends, undefined);
  await entered.leave();
  assert.equal(statSync(path).isCharacterDevice(), true);
});

test("it has none where none is wanted", async (t) => {
  const { directory, enter, said } = scene(t);
  const entered = await enter({ tmpdir: directory, pidfile: "" });
  await entered.leave();
  assert.equal(entered.ends, undefined);
  assert.equal(said(), "");
});

test("it gives way to another run with the lock, and follows its log if told to", async (t) => {
  const { directory, enter, said } = scene(t);
  const pidfile = join(directory, "pid");
  const child = startChild(t, pidfile, "", "lock");
  assert.equal(await child.line(), "taken");
  assert.equal((await enter({ pidfile, pidfilelocking: true })).ends, "EXIT_PID_FILE_ERROR");
  // It has no log.
  assert.equal((await enter({ pidfile, pidfilelocking: true, tail: true })).ends, "EXIT_PID_FILE_ERROR");
  assert.match(said(), new RegExp(`^Another run is at work, PID ${child.pid}: ending\n`));
  assert.equal((await enter({ pidfile, abort: true })).ends, "EX_OK");
  assert.equal(await child.ended, "SIGQUIT");
});

test("a pid file that cannot be written ends a run that asked for it, or for the lock", async (t) => {
  const { enter, warnings } = scene(t);
  assert.equal((await enter({ pidfile: "/proc/none/pid" })).ends, "EXIT_PID_FILE_ERROR");
  assert.deepEqual(warnings, []);
});

test("one that nobody asked for is done without", async (t) => {
  const { enter, warnings, said } = scene(t);
  const entered = await enter({ tmpdir: "/proc" });
  assert.equal(entered.ends, undefined);
  await entered.leave();
  assert.match(warnings.join(), /^the pid file \/proc\/imapsync.pid cannot be used .*; the run goes on without one$/);
  assert.equal((await enter({ tmpdir: "/proc", pidfilelocking: true })).ends, "EXIT_PID_FILE_ERROR");
  assert.equal((await enter({ tmpdir: "/proc/none" })).ends, "EX_CANTCREAT");
  assert.match(said(), /^the directory \/proc\/none cannot be made/m);
});

test("nothing is aborted by a pid file that others could have written", async (t) => {
  const { directory, enter, said } = scene(t);
  const pidfile = join(directory, "pid");
  writeFileSync(pidfile, `${process.ppid}\n`);
  chmodSync(pidfile, 0o666);
  assert.equal((await enter({ pidfile, abort: true })).ends, "EXIT_PID_FILE_ERROR");
  assert.equal((await enter({ pidfile, abortbyfile: true })).ends, "EXIT_PID_FILE_ERROR");
  assert.match(said(), /can be changed by others/);
});

test("a file tells it to end", async (t) => {
  const { directory, enter, signals } = scene(t);
  const pidfile = join(directory, "pid");
  const entered = await enter({ pidfile });
  const stopped = new Promise((resolve) => {
    signals.stop.addEventListener("abort", resolve);
  });
  const keepAlive = setInterval(() => undefined, 1_000);
  const child = startChild(t, pidfile, "");
  assert.equal(await child.line(), "taken");
  // The pid file is the last run's: ours has to be named by hand.
  closeSync(openSync(abortFileOf(pidfile, process.pid), "w", 0o600));
  await stopped;
  clearInterval(keepAlive);
  assert.equal(signals.stop.reason, "abort file");
  abortByFile(pidfile, () => undefined);
  assert.equal(await child.ended, 7);
  await entered.leave();
});
