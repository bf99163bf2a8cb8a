import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { LineOutput } from "../../../src/log/line-output.ts";

test("lines of one turn are written together, after it", async (t) => {
  const { output, written } = outputToFile(t);
  output.write("a\n");
  output.write("b\n");
  assert.equal(written(), "");
  await nextTurn();
  assert.equal(written(), "a\nb\n");
  output.write("c\n");
  await nextTurn();
  assert.equal(written(), "a\nb\nc\n");
});

test("a status is below all lines, until there is another one, or none", async (t) => {
  const { output, written } = outputToFile(t);
  const clear = "\r\x1b[K";
  output.write("a\n");
  output.showStatus("1 of 2");
  assert.equal(written(), "a\n1 of 2");
  output.write("b\n");
  output.write("c\n");
  await nextTurn();
  assert.equal(written(), `a\n1 of 2${clear}b\nc\n1 of 2`);
  output.showStatus("2 of 2");
  output.end();
  assert.equal(written(), `a\n1 of 2${clear}b\nc\n1 of 2${clear}2 of 2${clear}`);
});

test("many lines do not wait for the end of the turn", (t) => {
  const { output, written } = outputToFile(t);
  const line = `${"x".repeat(999)}\n`;
  for (let count = 0; count < 100; count += 1) output.write(line);
  assert.ok(written().length >= 64_000);
});

test("lines can be had at once, and one by one from then on", (t) => {
  const { output, written } = outputToFile(t);
  output.write("a\n");
  output.flush();
  assert.equal(written(), "a\n");
  output.write("b\n");
  output.stopGathering();
  assert.equal(written(), "a\nb\n");
  output.write("ü\n");
  assert.equal(written(), "a\nb\nü\n");
});

// More than a pipe takes.
const much = `for (let i = 0; i < 3000; i += 1) output.write(String(i).padStart(99, "ü") + "\\n");`;
const all = Array.from({ length: 3_000 }, (_, i) => `${String(i).padStart(99, "ü")}\n`).join("");

test("a process that ends at once has said everything, to a slow reader, too", async () => {
  const child = program(`${much} output.write("last\\n"); process.exit(3);`);
  // It writes while nobody reads.
  await once(child.stdout, "began");
  assert.equal(await text(child.stderr), `${all}last\n`);
  assert.equal(await child.ended, 3);
});

test("so has one that crashes, and one that ends when it is done", async () => {
  const crashed = program(
    `process.on("uncaughtException", () => { output.write("crash\\n"); process.exit(4); }); ${much} throw new Error();`,
  );
  assert.equal(await text(crashed.stderr), `${all}crash\n`);
  assert.equal(await crashed.ended, 4);
  const done = program(`${much} process.exitCode = 5;`);
  assert.equal(await text(done.stderr), all);
  assert.equal(await done.ended, 5);
});

test("a reader that pauses does not stop the work", async () => {
  const child = program(`${much} setImmediate(() => console.log("worked"));`);
  await once(child.stdout, "worked");
  assert.equal(await text(child.stderr), all);
  assert.equal(await child.ended, 0);
});

for (const when of ["setTimeout(() => process.exit(6), 500)", "process.exit(6)"]) {
  test(`nor does one that has gone: ${when}`, async () => {
    const child = program(`setTimeout(() => { ${much} output.flush(); ${much} ${when}; }, 300);`);
    child.stderr.destroy();
    assert.equal(await child.ended, 6);
  });
}

test("a process that ends does not wait for ever for a reader that reads nothing", async () => {
  const child = program(`${much} process.exit(7);`);
  assert.equal(await child.ended, 7);
  child.stderr.destroy();
});

test("a full disk ends nothing", { skip: process.platform !== "linux" }, (t) => {
  const fd = openSync("/dev/full", "w");
  t.after(() => {
    closeSync(fd);
  });
  const lost: unknown[] = [];
  const output = new LineOutput(fd, { onLoss: ({ code }) => lost.push(code) });
  output.write("a\n");
  output.flush();
  output.write("b\n");
  output.flush();
  assert.deepEqual(lost, ["ENOSPC", "ENOSPC"]);
});

function outputToFile(t: TestContext): { output: LineOutput; written: () => string } {
  const directory = mkdtempSync(join(tmpdir(), "interimap-output-"));
  const path = join(directory, "output");
  const fd = openSync(path, "w");
  const output = new LineOutput(fd);
  t.after(() => {
    // Or it would write to what has this number next.
    output.flush();
    closeSync(fd);
    rmSync(directory, { recursive: true });
  });
  return { output, written: () => readFileSync(path, "utf8") };
}

type Program = ChildProcessByStdio<null, Readable, Readable> & { readonly ended: Promise<number | null> };

/** A process that does this with an `output`. */
function program(code: string): Program {
  const module = new URL("../../../src/log/line-output.ts", import.meta.url).href;
  const whole = `import { LineOutput } from "${module}";
    const output = new LineOutput();
    console.log("began");
    ${code}`;
  const args = ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", whole];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return Object.assign(child, { ended });
}

/** Resolves when the stream says this. */
function once(stream: Readable, word: string): Promise<void> {
  let said = "";
  return new Promise((resolve) => {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(word)) resolve();
    });
  });
}
