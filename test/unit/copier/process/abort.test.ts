import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { abortByFile, abortOtherRun } from "../../../../src/copier/process/abort.ts";
import { abortFileOf } from "../../../../src/copier/process/pid-file.ts";
import { markOf } from "../../../../src/copier/process/running-process.ts";
import { scratchDirectory } from "../../../support/scratch.ts";
import { startChild } from "./children.ts";

function place(): { path: string; said: string[]; say: (line: string) => void } {
  const said: string[] = [];
  return { path: join(scratchDirectory("abort"), "pid"), said, say: (line) => said.push(line) };
}

test("a run is asked to end, and dies of the signal", async (t) => {
  const { path, said, say } = place();
  const child = startChild(t, path, "");
  assert.equal(await child.line(), "taken");
  await abortOtherRun(path, say);
  assert.deepEqual(said, [`Sending signal QUIT to PID ${child.pid}`, `Process PID ${child.pid} ended by signal QUIT`]);
  assert.equal(await child.ended, "SIGQUIT");
  assert.equal(existsSync(path), false);
});

test("one that does not, is killed", async (t) => {
  const { path, said, say } = place();
  const child = startChild(t, path, "", "ignores-quit");
  assert.equal(await child.line(), "taken");
  await abortOtherRun(path, say);
  assert.deepEqual(said.slice(1), [
    `Sending signal KILL to PID ${child.pid}`,
    `Process PID ${child.pid} ended by signal KILL`,
  ]);
  assert.equal(await child.ended, "SIGKILL");
  await abortOtherRun(path, say);
  assert.equal(said[3], `Nothing to abort: by the pid file ${path} no run is alive`);
});

test("a process that only has the number is left alone", async (t) => {
  const { path, said, say } = place();
  const child = startChild(t, join(scratchDirectory("abort"), "pid"), "");
  assert.equal(await child.line(), "taken");
  writeFileSync(path, `${child.pid}\n\nstarted 1@${markOf(child.pid).birth!.split("@")[1]!}\n`);
  await abortOtherRun(path, say);
  abortByFile(path, say);
  assert.equal(said.length, 2);
  for (const line of said) assert.match(line, /^Nothing to abort/);
});

test("without a pid file there is nothing to abort", async () => {
  const { path, said, say } = place();
  await abortOtherRun(path, say);
  assert.equal(said.length, 1);
});

test("a run is asked to end by a file, which is gone then", async (t) => {
  const { path, said, say } = place();
  const child = startChild(t, path, "");
  assert.equal(await child.line(), "taken");
  abortByFile(path, say);
  abortByFile(path, say);
  assert.equal(said[0], `Process PID ${child.pid} is asked to end by the file ${path}abort${child.pid}`);
  assert.equal(await child.ended, 7);
  assert.equal(existsSync(abortFileOf(path, child.pid)), false);
});
