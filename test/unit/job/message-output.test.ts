// What a job says, to a reader that may be slow: here a pipe that takes no more than its buffer has room for.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import type { JobMessage } from "../../../src/job/job-message.ts";
import { MessageOutput } from "../../../src/job/message-output.ts";
import { removeScratch, scratchDirectory } from "../../support/scratch.ts";

const directory = scratchDirectory("message-output");
after(() => {
  removeScratch(directory);
});

let count = 0;

/** Both ends of it are one descriptor. */
function pipe(t: TestContext): number {
  const path = join(directory, `pipe${String(++count)}`);
  execFileSync("mkfifo", [path]);
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  t.after(() => {
    closeSync(descriptor);
  });
  return descriptor;
}

/** What is in it now. */
function readAll(descriptor: number): string {
  const parts: Buffer[] = [];
  const part = Buffer.alloc(1 << 16);
  try {
    for (;;) parts.push(Buffer.from(part.subarray(0, readSync(descriptor, part))));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "EAGAIN");
  }
  return Buffer.concat(parts).toString();
}

const filling = "x".repeat(1000);

test("a million messages wait to be made until there is room, and later ones wait behind them", async (t) => {
  const descriptor = pipe(t);
  const output = new MessageOutput({ descriptor });
  const total = 20_000;
  let made = 0;
  function* messages(): Generator<JobMessage> {
    while (made < total) yield { type: "line", text: `${String(made++)} ${filling}` };
  }
  output.sendAll(messages());
  output.send({ type: "line", text: "last" });
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(made > 0 && made < total / 2, `${made}`);
  let text = "";
  const reading = setInterval(() => {
    text += readAll(descriptor);
  }, 1);
  await output.end();
  clearInterval(reading);
  text += readAll(descriptor);
  const lines = text.trimEnd().split("\n");
  assert.equal(lines.length, total + 1);
  assert.deepEqual(JSON.parse(lines.at(-1)!), { type: "line", text: "last" });
  assert.match(lines[total - 1]!, new RegExp(`"${total - 1} `));
});

test("who waits for room gives up with the signal", async (t) => {
  const output = new MessageOutput({ descriptor: pipe(t) });
  for (let i = 0; i < 3000; i++) output.send({ type: "line", text: filling });
  await new Promise((resolve) => setImmediate(resolve));
  const stop = new AbortController();
  const waiting = output.hasRoom(stop.signal);
  assert.equal(await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 60, "waits"))]), "waits");
  stop.abort();
  await waiting;
});
