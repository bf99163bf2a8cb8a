import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import type { Transport } from "../../../../src/imap/transport/transport.ts";
import { eventually, patienceMs } from "../../../support/eventually.ts";
import { scratchDirectory } from "../../../support/scratch.ts";

function open(command: string, discardStderr = false): Promise<Transport> {
  return openTransport({ type: "tunnel", command, nullStderr: false }, { keepAlive: false, discardStderr });
}

async function readAll({ stream }: Transport): Promise<string> {
  let text = "";
  stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
  await once(stream, "close", { signal: AbortSignal.timeout(patienceMs) });
  return text;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  await eventually(`the end of process ${pid}`, () => !isAlive(pid));
}

test("carries bytes both ways until both ends are done", async () => {
  const transport = await open("cat");
  assert.equal(transport.secure, true);
  transport.stream.write("one ");
  transport.stream.end("two");
  assert.equal(await readAll(transport), "one two");
  assert.equal(transport.epitaph?.(), "the tunnel command cat exited with status 0");
});

test("carries much, in order and whole, when the reader is slow", async () => {
  const { stream } = await open("cat");
  const sent = randomBytes(5_000_000);
  let received = 0;
  stream.on("data", (bytes: Buffer) => {
    assert.ok(bytes.equals(sent.subarray(received, received + bytes.length)));
    received += bytes.length;
    stream.pause();
    setImmediate(() => stream.resume());
  });
  for (let start = 0; start < sent.length; start += 7_777) {
    if (!stream.write(sent.subarray(start, start + 7_777))) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "close");
  assert.equal(received, sent.length);
});

test("many small writes go out together", async () => {
  const transport = await open("head -c 3000");
  transport.stream.cork();
  for (let index = 0; index < 1000; index++) transport.stream.write("abc");
  transport.stream.uncork();
  assert.equal(await readAll(transport), "abc".repeat(1000));
});

test("the exit status is known when the stream ends", async () => {
  const transport = await open("sh -c 'echo hello; echo some words >&2; exit 3'", true);
  assert.equal(transport.epitaph?.(), undefined);
  let told: string | undefined;
  transport.stream.once("end", () => (told = transport.epitaph?.()));
  assert.equal(await readAll(transport), "hello\n");
  assert.equal(told, "the tunnel command sh exited with status 3");
});

test("a command that is not there is an error; one in a shell ends with status 127", async () => {
  await assert.rejects(open("/nonexistent/imapd --password hunter2"), {
    code: "TUNNEL",
    exitCode: 69,
    message: "the tunnel command /nonexistent/imapd cannot be started: not found",
    hint: "check the command setting",
  });
  await assert.rejects(open("/etc/passwd"), { message: /cannot be started: not executable$/ });
  const transport = await open("/nonexistent/imapd | cat; exit 127", true);
  await readAll(transport);
  assert.equal(transport.epitaph?.(), "the tunnel command /nonexistent/imapd exited with status 127");
});

test("a signal is told; writing to a dead command is a TUNNEL error", async () => {
  const transport = await open("kill -9 $$");
  const { stream } = transport;
  const errors: unknown[] = [];
  stream.on("error", (error) => errors.push(error));
  const write = (): void => {
    if (!stream.destroyed) stream.write("x".repeat(100_000), () => setImmediate(write));
  };
  write();
  await once(stream, "close").catch(() => {});
  assert.equal(transport.epitaph?.(), "the tunnel command kill was killed by SIGKILL");
  assert.equal(errors.length, 1);
  assert.equal((errors[0] as { code?: string }).code, "TUNNEL");
});

test("the command is in a session of its own, so that Ctrl-C does not reach it", async () => {
  const text = await readAll(await open("ps -o sid= -p $$"));
  const { stdout } = await promisify(execFile)("ps", ["-o", "sid=", "-p", String(process.pid)]);
  assert.match(text, /^\s*\d+\s*$/);
  assert.notEqual(text.trim(), stdout.trim());
});

/** Opens a command that first prints the process id of something it started. */
async function openPrintingPid(command: string): Promise<{ transport: Transport; pid: number }> {
  const transport = await open(command);
  const [bytes] = (await once(transport.stream, "data")) as [Buffer];
  return { transport, pid: Number(bytes.toString()) };
}

test("destroying the stream ends all processes of the command, at last by force", async (t) => {
  const polite = await openPrintingPid("sleep 60 & echo $!; wait");
  const stubborn = await openPrintingPid("trap '' TERM; echo $$; while :; do sleep 0.2; done");
  assert.ok(isAlive(polite.pid) && isAlive(stubborn.pid));
  const waiting: { readonly ms: number; readonly work: () => void }[] = [];
  t.mock.method(globalThis, "setTimeout", (work: () => void, ms: number) => {
    waiting.push({ ms, work });
    return { unref: () => undefined };
  });
  for (const { transport } of [polite, stubborn]) {
    transport.stream.destroy();
    await once(transport.stream, "close");
  }
  const [moment = 0] = waiting.map(({ ms }) => ms);
  const pass = (ms: number): void => waiting.filter((one) => one.ms === ms).forEach(({ work }) => work());
  assert.ok(isAlive(polite.pid) && isAlive(stubborn.pid), "they get a moment to end by themselves");
  pass(moment);
  await gone(polite.pid);
  assert.ok(isAlive(stubborn.pid));
  pass(2 * moment);
  await gone(stubborn.pid);
});

test("neither a lingering command keeps us running, nor does it outlive us", async () => {
  const pidFile = join(scratchDirectory("tunnel"), "pid");
  const module = new URL("../../../../src/imap/transport/open-transport.ts", import.meta.url).href;
  const script = `
    const { openTransport } = await import(${JSON.stringify(module)});
    // A timer that it waited for would never run out.
    globalThis.setTimeout = ((set) => (work) => set(work, 2 ** 31 - 1))(setTimeout);
    const command = "echo $$ >${pidFile}; echo; exec sleep 600";
    const { stream } = await openTransport({ type: "tunnel", command, nullStderr: false }, { keepAlive: false });
    stream.once("data", () => stream.destroy());`;
  const words = ["--import", "tsx", "--input-type=module", "-e", script];
  await promisify(execFile)(process.execPath, words, { timeout: patienceMs });
  await gone(Number(readFileSync(pidFile, "utf8")));
});
