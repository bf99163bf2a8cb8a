import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { askStatus, distrustOfSocket, serveStatus, type StatusServer } from "../../../src/service/status-socket.ts";
import { patienceMs } from "../../support/eventually.ts";
import { temporaryDirectory } from "../state/databases.ts";
import { type RecordingLog, recordingLog } from "./recording-log.ts";

interface Served {
  readonly path: string;
  readonly log: RecordingLog;
  readonly server: StatusServer;
}

function serve(t: TestContext, answer: () => string, path = join(temporaryDirectory(t), "run", "x.sock")): Served {
  const log = recordingLog();
  const server = serveStatus(path, answer, log);
  t.after(() => {
    server.close();
  });
  return { path, log, server };
}

test("everybody who asks is told what is so at that moment, however long it is", async (t) => {
  let count = 0;
  const { path, log } = serve(t, () => `${++count} ${"é".repeat(1_000_000)}`);
  const answers = await Promise.all([askStatus(path), askStatus(path)]);
  assert.deepEqual(new Set(answers.map((text) => text?.slice(0, 2))), new Set(["1 ", "2 "]));
  for (const text of answers) assert.equal(text?.length, 1_000_002);
  assert.deepEqual(log.warnings, []);
});

test("the socket and its directory are for this user only, whatever the umask, which stays", (t) => {
  const umask = process.umask(0);
  try {
    const { path } = serve(t, () => "x");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(path, "..")).mode & 0o777, 0o700);
    assert.equal(process.umask(umask), 0);
  } finally {
    process.umask(umask);
  }
});

test("a directory that is there is taken as it is", async (t) => {
  const directory = temporaryDirectory(t);
  chmodSync(directory, 0o755);
  const { path } = serve(t, () => "x", join(directory, "x.sock"));
  assert.equal(await askStatus(path), "x");
  assert.equal(statSync(directory).mode & 0o777, 0o755);
});

test("close removes the socket; nobody answers then", async (t) => {
  const { path, server } = serve(t, () => "x");
  server.close();
  assert.equal(existsSync(path), false);
  assert.equal(await askStatus(path), undefined);
});

test("what a killed daemon left behind is replaced", async (t) => {
  const path = join(temporaryDirectory(t), "x.sock");
  const script = `require("node:net").createServer().listen(process.argv[1], () => console.log("listening"))`;
  const child = spawn(process.execPath, ["-e", script, path], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.ok(statSync(path).isSocket());
  assert.equal(await askStatus(path), undefined, "nobody listens");
  const { log } = serve(t, () => "new", path);
  assert.equal(await askStatus(path), "new");
  assert.deepEqual(log.warnings, []);
});

test("not being able to listen is one warning", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "file");
  writeFileSync(file, "precious");
  const long = join(directory, "x".repeat(107 - directory.length));
  assert.equal(Buffer.byteLength(long), 108);
  for (const [path, reason] of [
    [file, /a file of that name is there/],
    [join(file, "x.sock"), /ENOTDIR/],
    [join(directory, "missing", "run", "x.sock"), /ENOENT/],
    [long, /longer than 107 octets/],
    [join(directory, "é".repeat(53)), /longer than 107 octets/],
  ] as const) {
    const { log, server } = serve(t, () => "x", path);
    assert.equal(await askStatus(path), undefined);
    assert.equal(log.warnings.length, 1);
    assert.match(log.warnings[0]!, /^--status cannot reach this process: no socket /);
    assert.match(log.warnings[0]!, reason);
    server.close();
  }
  assert.equal(readFileSync(file, "utf8"), "precious");
});

test("the longest path there may be", async (t) => {
  const directory = temporaryDirectory(t);
  const { path, log } = serve(t, () => "x", join(directory, "x".repeat(106 - directory.length)));
  assert.equal(Buffer.byteLength(path), 107);
  assert.equal(await askStatus(path), "x");
  assert.deepEqual(log.warnings, []);
});

test("an answer that fails ends nothing but this connection", async (t) => {
  let fails = true;
  const { path, log } = serve(t, () => {
    if (fails) throw new Error("no idea");
    return "better";
  });
  assert.equal(await askStatus(path), undefined);
  assert.deepEqual(log.warnings, ["the status cannot be sent: no idea"]);
  fails = false;
  assert.equal(await askStatus(path), "better");
});

test("those who hang up at once, or never read, are no trouble", async (t) => {
  const { path, log } = serve(t, () => "x".repeat(5_000_000));
  for (let i = 0; i < 5; i++) connect(path).destroy();
  const silent = connect(path).pause();
  t.after(() => silent.destroy());
  assert.equal((await askStatus(path))?.length, 5_000_000);
  assert.deepEqual(log.warnings, []);
});

test("who does not answer is given up after five seconds", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const path = join(temporaryDirectory(t), "x.sock");
  const server = createServer().listen(path);
  t.after(() => server.close());
  const connected = once(server, "connection");
  const answer = askStatus(path);
  await connected;
  t.mock.timers.tick(5000);
  assert.equal(await answer, undefined);
});

for (const [name, closes] of [
  ["the server does not keep the process running", false],
  ["nor does a client that does not read, once the server is closed", true],
] as const) {
  test(name, async (t) => {
    const path = join(temporaryDirectory(t), "x.sock");
    const module = JSON.stringify(new URL("../../../src/service/status-socket.ts", import.meta.url).href);
    // Not even the limit for those who do not read may be needed.
    const script = `
      const { Socket } = await import("node:net");
      Socket.prototype.setTimeout = function () { return this; };
      const { serveStatus } = await import(${module});
      const answer = () => {
        console.log("asked");
        if (${closes}) setTimeout(() => { server.close(); clearInterval(lives); }, 100);
        return "x".repeat(5_000_000);
      };
      const server = serveStatus(${JSON.stringify(path)}, answer, { warn: console.error });
      const lives = ${closes} ? setInterval(() => undefined, 1000) : undefined;
      console.log("listening");`;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.after(() => child.kill("SIGKILL"));
    const ended = once(child, "exit", { signal: AbortSignal.timeout(patienceMs) });
    await once(child.stdout, "data");
    if (closes) {
      const silent = connect(path).pause();
      silent.on("error", () => undefined);
      t.after(() => silent.destroy());
    }
    assert.deepEqual(await ended, [0, null]);
  });
}

describe("a socket in others' hands", { skip: process.getuid?.() !== 0 }, () => {
  const stranger = 65534;

  test("is not asked", async (t) => {
    const { path } = serve(t, () => "x");
    assert.equal(await askStatus(path), "x");
    chownSync(path, stranger, stranger);
    assert.equal(await askStatus(path), undefined);
    assert.match(distrustOfSocket(path)?.problem ?? "", /belongs to another user/);
    chownSync(path, 0, 0);
    chmodSync(join(path, ".."), 0o777);
    assert.equal(await askStatus(path), undefined);
  });

  test("is not made in another user's folder", async (t) => {
    const directory = temporaryDirectory(t);
    chownSync(directory, stranger, stranger);
    const { path, log } = serve(t, () => "x", join(directory, "x.sock"));
    assert.match(log.warnings[0] ?? "", /which belongs to another user/);
    assert.equal(existsSync(path), false);
  });
});

test("an answer without end is none", async (t) => {
  const path = join(temporaryDirectory(t), "x.sock");
  const piece = Buffer.alloc(1 << 20, "x");
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    const write = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on("drain", write);
    write();
  });
  t.after(() => server.close());
  const umask = process.umask(0o177);
  server.listen(path);
  process.umask(umask);
  await once(server, "listening");
  assert.equal(await askStatus(path), undefined);
});
