import assert from "node:assert/strict";
import { appendFileSync, chmodSync, closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { Output } from "../../../../src/copier/process/output.ts";
import { findOtherRun, type OtherRun } from "../../../../src/copier/process/pid-file.ts";
import { followLog } from "../../../../src/copier/process/tail.ts";
import { eventually } from "../../../support/eventually.ts";
import { scratchDirectory } from "../../../support/scratch.ts";
import { type Child, startChild } from "./children.ts";

interface Scene {
  readonly log: string;
  readonly child: Child;
  readonly run: OtherRun;
  readonly output: Output;
  readonly shown: () => string;
}

async function scene(t: TestContext): Promise<Scene> {
  const directory = scratchDirectory("tail");
  const [path, log, out] = ["pid", "log.txt", "out"].map((name) => join(directory, name)) as [string, string, string];
  writeFileSync(log, "first\n", { mode: 0o600 });
  const child = startChild(t, path, log);
  assert.equal(await child.line(), "taken");
  const fd = openSync(out, "a");
  t.after(() => {
    closeSync(fd);
  });
  return {
    ...{ log, child },
    run: findOtherRun(path)!,
    output: new Output({ descriptors: [fd, fd] }),
    shown: () => readFileSync(out, "utf8"),
  };
}

test("the log of another run is shown from its beginning to the end of that run", async (t) => {
  const { log, child, run, output, shown } = await scene(t);
  const followed = followLog(run, output);
  await eventually("the beginning", () => shown().includes("first\n"));
  appendFileSync(log, Buffer.from("häl").subarray(0, 2));
  await eventually("half a character", () => shown().endsWith("h"));
  appendFileSync(log, Buffer.from("häl").subarray(2));
  await eventually("the other half", () => shown().endsWith("häl"));
  appendFileSync(log, "f\n");
  child.send("SIGTERM");
  assert.equal(await followed, true);
  output.end();
  const { pid } = child;
  assert.equal(shown(), `PID ${pid} is already at work: here is its log ${log}\nfirst\nhälf\nPID ${pid} has ended\n`);
});

test("a stop ends it, and the other run goes on", async (t) => {
  const { child, run, output, shown } = await scene(t);
  const stop = new AbortController();
  const followed = followLog(run, output, stop.signal);
  await eventually("the beginning", () => shown().includes("first\n"));
  stop.abort("SIGTERM");
  assert.equal(await followed, true);
  output.end();
  assert.match(shown(), new RegExp(`PID ${child.pid} goes on\n$`));
});

test("where there is no log, or none that can be believed, nothing is shown", async (t) => {
  const { log, run, output, shown } = await scene(t);
  assert.equal(await followLog({ mark: run.mark, logPath: undefined }, output), false);
  assert.equal(await followLog({ mark: run.mark, logPath: `${log}.none` }, output), false);
  chmodSync(log, 0o666);
  assert.equal(await followLog(run, output), false);
  output.end();
  assert.doesNotMatch(shown(), /first/);
});
