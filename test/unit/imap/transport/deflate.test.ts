import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { test, type TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  deflateRawSync,
  inflateRawSync,
} from "node:zlib";
import { deflate } from "../../../../src/imap/transport/deflate.ts";
import { Inflate } from "../../../../src/imap/transport/inflate.ts";
import { eventually } from "../../../support/eventually.ts";
import { listen } from "../../../support/inet-settings.ts";

const syncFlush = { finishFlush: constants.Z_SYNC_FLUSH };

/** Two ends of a TCP connection. */
async function socketPair(t: TestContext): Promise<readonly [ours: Socket, theirs: Socket]> {
  const server = createServer();
  const port = await listen(server);
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const ours = connect(port, "127.0.0.1");
  const [theirs] = await accepted;
  server.close();
  for (const socket of [ours, theirs]) {
    socket.on("error", () => {}).setNoDelay(true);
    t.after(() => socket.destroy());
  }
  return [ours, theirs];
}

function compressed(under: Duplex, firstBytes?: Buffer): Duplex {
  return deflate({ stream: under, secure: true }, firstBytes).stream;
}

/** A stream that keeps each write apart and never answers by itself. */
function recorder(): { readonly stream: Duplex; readonly writes: Buffer[] } {
  const writes: Buffer[] = [];
  const stream = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      writes.push(bytes);
      done();
    },
  });
  return { stream, writes };
}

function prose(length: number): Buffer {
  const words = ["* 1 FETCH", "(UID", "FLAGS", "\\Seen", "Received:", "from", randomBytes(6).toString("hex")];
  let text = "";
  while (text.length < length) text += `${words[randomInt(words.length)]} `;
  return Buffer.from(text.slice(0, length));
}

/** Cuts into pieces of random length, empty ones included. */
function* pieces(bytes: Buffer, longest: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length;) {
    const length = randomInt(longest + 1);
    yield bytes.subarray(start, start + length);
    start += length;
  }
}

test("this Node inflates at once", () => {
  const inflate = Inflate.make();
  assert.ok(inflate !== undefined);
  inflate.close();
});

for (const way of ["at once", "as a stream"] as const) {
  const inflating = (t: TestContext): void => {
    if (way === "as a stream") t.mock.method(Inflate, "make", () => undefined);
  };

  test(`what zlib compressed elsewhere is read ${way}, however it is cut`, async (t) => {
    inflating(t);
    for (const longest of [1, 3, 100, 70_000]) {
      const plain = prose(longest === 1 ? 2_000 : 300_000);
      const wire = deflateRawSync(plain, syncFlush);
      const [ours, theirs] = await socketPair(t);
      const first = randomInt(50);
      const stream = compressed(ours, wire.subarray(0, first));
      const received: Buffer[] = [];
      stream.on("data", (bytes: Buffer) => received.push(bytes));
      for (const piece of pieces(wire.subarray(first), longest)) theirs.write(piece);
      theirs.end();
      await once(stream, "close");
      assert.ok(Buffer.concat(received).equals(plain));
    }
  });

  test(`what inflates to far more than it measures is not taken in before it is wanted (${way})`, async (t) => {
    inflating(t);
    const [ours, theirs] = await socketPair(t);
    const stream = compressed(ours);
    const [page, zeros] = [Buffer.alloc(1 << 20), 100];
    const bomb = createDeflateRaw();
    bomb.pipe(theirs);
    for (let i = 0; i < zeros; i++) bomb.write(page);
    bomb.end();
    let received = 0;
    for await (const chunk of stream) {
      received += (chunk as Buffer).length;
      assert.ok((chunk as Buffer).every((octet) => octet === 0));
      assert.ok(stream.readableLength < page.length);
      if (received < 10 * page.length) await new Promise(setImmediate);
    }
    assert.equal(received, zeros * page.length);
  });

  test(`nothing is heard any more once the stream is destroyed (${way})`, async (t) => {
    inflating(t);
    const [ours, theirs] = await socketPair(t);
    const stream = compressed(ours);
    let received = 0;
    stream.on("data", (bytes: Buffer) => {
      received += bytes.length;
      stream.destroy();
    });
    theirs.write(deflateRawSync(Buffer.alloc(10_000_000), syncFlush));
    await once(stream, "close");
    await new Promise(setImmediate);
    assert.ok(received < 1_000_000);
  });

  test(`what comes behind the end of the compressed data is not heard (${way})`, async (t) => {
    inflating(t);
    const [ours, theirs] = await socketPair(t);
    const stream = compressed(ours);
    const plain = prose(200_000);
    theirs.write(Buffer.concat([deflateRawSync(plain), Buffer.from("* BYE\r\n")]));
    const received: Buffer[] = [];
    stream.on("data", (bytes: Buffer) => received.push(bytes));
    await once(stream, "end");
    assert.ok(Buffer.concat(received).equals(plain));
  });

  test(`bytes that are not deflate are a PROTOCOL error (${way})`, async (t) => {
    inflating(t);
    const [ours, theirs] = await socketPair(t);
    const stream = compressed(ours);
    theirs.write(Buffer.from("ffffffffffff", "hex"));
    const [error] = (await once(stream.resume(), "error")) as [Error & { code?: string }];
    assert.equal(error.code, "PROTOCOL");
    assert.equal(ours.destroyed, true);
  });
}

test("what we write is read by zlib elsewhere, however it is cut", async (t) => {
  for (const longest of [1, 3, 100, 70_000]) {
    const plain = prose(longest === 1 ? 2_000 : 300_000);
    const [ours, theirs] = await socketPair(t);
    const received: Buffer[] = [];
    theirs.on("data", (bytes: Buffer) => received.push(bytes));
    const stream = compressed(ours);
    for (const piece of pieces(plain, longest)) {
      if (!stream.write(piece)) await once(stream, "drain");
      if (randomInt(50) === 0) await new Promise(setImmediate);
    }
    stream.end();
    await once(theirs, "end");
    assert.ok(inflateRawSync(Buffer.concat(received), syncFlush).equals(plain));
    await once(stream.resume(), "close");
  }
});

test("writes of one turn travel together, and at once", async () => {
  const { stream: under, writes } = recorder();
  const stream = compressed(under);
  for (let index = 0; index < 1000; index++) stream.write("A1 NOOP\r\n");
  const arrived = (): string => inflateRawSync(Buffer.concat(writes), syncFlush).toString();
  await eventually("all of them", () => writes.length > 0 && arrived() === "A1 NOOP\r\n".repeat(1000));
  assert.equal(writes.length, 1);
  stream.write("A2 LOGOUT\r\n");
  await eventually("the last one", () => arrived().endsWith("A2 LOGOUT\r\n"));
  assert.equal(writes.length, 2);
});

test("each request is answered before the next one is made", async (t) => {
  const [ours, theirs] = await socketPair(t);
  const answers = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  theirs.pipe(createInflateRaw()).pipe(answers).pipe(theirs);
  const stream = compressed(ours);
  const rounds = 300;
  for (let round = 0; round < rounds; round++) {
    stream.write(`A${round} NOOP\r\n`);
    const [bytes] = (await once(stream, "data")) as [Buffer];
    assert.equal(bytes.toString(), `A${round} NOOP\r\n`);
  }
});

test("carries 50 MB there and back", async (t) => {
  const [ours, theirs] = await socketPair(t);
  theirs.pipe(theirs);
  const stream = compressed(ours);
  const block = prose(1_000_000);
  const blocks = 50;
  let received = 0;
  stream.on("data", (bytes: Buffer) => {
    for (let at = 0; at < bytes.length;) {
      const start = (received + at) % block.length;
      const length = Math.min(bytes.length - at, block.length - start);
      assert.equal(bytes.compare(block, start, start + length, at, at + length), 0);
      at += length;
    }
    received += bytes.length;
  });
  const start = performance.now();
  for (let count = 0; count < blocks; count++) {
    for (const piece of pieces(block, 40_000)) {
      if (!stream.write(piece)) await once(stream, "drain");
    }
  }
  stream.end();
  await once(stream, "close");
  assert.equal(received, blocks * block.length);
  t.diagnostic(`${(blocks / ((performance.now() - start) / 1000)).toFixed(0)} MB/s`);
});

test("a reader that does not read stops the server, a server that does not read stops the writer", async (t) => {
  const [ours, theirs] = await socketPair(t);
  const stream = compressed(ours);
  const noise = randomBytes(64 * 1024);
  // Nobody reads at either end. Far less than 100 MB may be taken in before both are told to wait.
  let written = 0;
  while (stream.write(noise) && written < 100_000_000) written += noise.length;
  while (written < 100_000_000) {
    const drained = await Promise.race([once(stream, "drain"), setTimeout(200, "stuck")]);
    if (drained === "stuck") break;
    while (stream.write(noise) && written < 100_000_000) written += noise.length;
  }
  assert.ok(written < 100_000_000, `${written} bytes went out`);

  const server: DeflateRaw = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  server.pipe(theirs, { end: false });
  let pushed = 0;
  for (;;) {
    if (!server.write(noise) && (await Promise.race([once(server, "drain"), setTimeout(200, "stuck")])) === "stuck")
      break;
    pushed += noise.length;
    assert.ok(pushed < 100_000_000, `${pushed} bytes came in`);
  }
  assert.ok(stream.readableLength < 1_000_000);
});

test("an error below surfaces once", async (t) => {
  const [ours] = await socketPair(t);
  const stream = compressed(ours);
  const errors: unknown[] = [];
  stream.on("error", (error) => errors.push(error));
  stream.write("A1 NOOP\r\n");
  const failure = new Error("cable cut");
  ours.destroy(failure);
  await new Promise((resolve) => stream.once("close", resolve));
  assert.deepEqual(errors, [failure]);
  assert.equal(stream.destroyed, true);
});

test("a connection cut below closes the stream; destroying the stream closes the connection", async (t) => {
  const [ours, theirs] = await socketPair(t);
  const stream = compressed(ours);
  theirs.resume();
  stream.destroy();
  await once(theirs, "close");
  const [again] = await socketPair(t);
  const other = compressed(again);
  again.destroy();
  await once(other, "close");
});

test("writing goes on harmlessly when the server has closed the connection", async (t) => {
  const [ours, theirs] = await socketPair(t);
  const stream = compressed(ours);
  const errors: unknown[] = [];
  stream.on("error", (error) => errors.push(error));
  stream.on("end", () => stream.write("A9 NOOP\r\n"));
  theirs.end(deflateRawSync("* BYE\r\n", syncFlush));
  let text = "";
  stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
  await once(stream, "close");
  assert.equal(text, "* BYE\r\n");
  assert.deepEqual(errors, []);
});
