// What is said goes to two outputs and a file. Pipes and full disks need processes of their own.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { openLogFile } from "../../../../src/copier/process/log-file.ts";
import { Output } from "../../../../src/copier/process/output.ts";
import { scratchDirectory } from "../../../support/scratch.ts";
import { smallDisk } from "../../../support/small-disk.ts";

const logOptions = { log: true, logfile: "log.txt", user1: "", user2: "", abort: false } as const;

function files(t: TestContext): { directory: string; descriptors: readonly [number, number] } {
  const directory = scratchDirectory("output");
  const [out, errors] = ["out", "errors"].map((name) => openSync(join(directory, name), "a"));
  t.after(() => {
    closeSync(out!);
    closeSync(errors!);
  });
  return { directory, descriptors: [out!, errors!] };
}

test("lines of both kinds are in the log file, in their order, and details; what is for the moment is not", (t) => {
  const { directory, descriptors } = files(t);
  const { logFile } = openLogFile({ ...logOptions, logdir: directory }, 0);
  const output = new Output({ logFile, descriptors });
  assert.equal(output.logPath, join(directory, "log.txt"));
  output.line("one");
  output.error("two");
  output.display("33%\r");
  output.logged("a detail");
  output.line("three");
  output.end();
  const read = (name: string): string => readFileSync(join(directory, name), "utf8");
  assert.equal(read("out"), "one\n33%\rthree\n");
  assert.equal(read("errors"), "two\n");
  assert.equal(read("log.txt"), "one\ntwo\na detail\nthree\n");
});

test("when the output is for programs, lines are in the log file only", (t) => {
  const { directory, descriptors } = files(t);
  const { logFile } = openLogFile({ ...logOptions, logdir: directory }, 0);
  const output = new Output({ logFile, descriptors, isForPrograms: true });
  output.line("one");
  output.display("{}\n");
  output.end();
  assert.equal(readFileSync(join(directory, "out"), "utf8"), "{}\n");
  assert.equal(readFileSync(join(directory, "log.txt"), "utf8"), "one\n");
});

test("where both outputs go to one place, lines stay in their order", (t) => {
  const directory = scratchDirectory("output");
  const both = openSync(join(directory, "both"), "a");
  t.after(() => {
    closeSync(both);
  });
  const output = new Output({ descriptors: [both, both] });
  output.line("one");
  output.error("two");
  output.line("three");
  output.end();
  assert.equal(readFileSync(join(directory, "both"), "utf8"), "one\ntwo\nthree\n");
});

function script(directory: string, code: string): string[] {
  const module = (name: string): string => new URL(`../../../../src/copier/process/${name}.ts`, import.meta.url).href;
  const whole = `import { Output } from "${module("output")}";
    import { openLogFile } from "${module("log-file")}";
    const options = ${JSON.stringify({ ...logOptions, logdir: directory })};
    const { logFile } = openLogFile(options, 0);
    const output = new Output({ logFile });
    const lines = (from, to) => { for (let i = from; i < to; i++) output.line(String(i).padStart(99, "0")); };
    ${code}`;
  return ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", whole];
}

const numbered = (to: number): string =>
  Array.from({ length: to }, (_, i) => `${String(i).padStart(99, "0")}\n`).join("");

test("a reader that closes the pipe does not end the run, and the log file has everything", async () => {
  const directory = scratchDirectory("output");
  const code = `process.stdin.once("data", () => { lines(0, 5000); output.error("done"); output.end(); process.exit(3); });`;
  const child = spawn(process.execPath, script(directory, code), { stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(child, "exit");
  child.stdout.destroy();
  await once(child.stdout, "close");
  child.stdin.write("go\n");
  const gone = "The standard output has no reader any more: the run goes on without it\n";
  assert.equal(await text(child.stderr), `${gone}done\n`);
  assert.deepEqual(await ended, [3, null]);
  const log = readFileSync(join(directory, "log.txt"), "utf8");
  assert.equal(log.replace(gone, ""), `${numbered(5000)}done\n`);
  assert.ok(log.includes(gone));
});

test("a reader that pauses holds up whoever waits for room, and misses nothing", async () => {
  const directory = scratchDirectory("output");
  const code = `lines(0, 20000); output.error("said"); await output.hasRoom(); output.error("room"); lines(20000, 20001); output.end();`;
  const child = spawn(process.execPath, script(directory, code), { stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
  while (!errors.includes("said")) await once(child.stderr, "data");
  assert.equal(errors, "said\n");
  assert.equal(await text(child.stdout), numbered(20_001));
  assert.equal(errors, "said\nroom\n");
});

test("a disk that is full is said once, and does not end the run", async (t) => {
  const disk = await smallDisk(t);
  if (disk === undefined) return;
  const code = `lines(0, 1000); output.stopGathering(); lines(1000, 30000); lines(0, 1000); output.line("end"); process.exit(0);`;
  const [program, ...args] = disk.inside([process.execPath, ...script(disk.directory, code)]) as [string, ...string[]];
  const { status, stderr, stdout } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 24 });
  assert.equal(
    stderr,
    `The log file ${join(disk.directory, "log.txt")} has no space left: the run goes on, and lines may be missing there\n`,
  );
  assert.equal(status, 0);
  assert.ok(stdout.startsWith(numbered(30_000)) && stdout.endsWith("\nend\n"));
});
