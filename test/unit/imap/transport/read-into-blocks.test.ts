// What a socket brings stays as it came, although it is read into one buffer again and again. A message that were altered on
// its way would be the worst that this program can do.

import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer as createTcpServer, Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import { patienceMs } from "../../../support/eventually.ts";
import { inetSettings, listen, tlsSettings } from "../../../support/inet-settings.ts";
import { makeTlsFixtures } from "../../../support/tls-fixtures.ts";

const { caFile, trusted } = makeTlsFixtures();

interface Pair {
  readonly ours: Socket;
  readonly theirs: Socket;
  /** Without TLS. */
  readonly wire: Socket;
}

async function connected(t: TestContext, type: "imap" | "imaps"): Promise<Pair> {
  const server = type === "imaps" ? createTlsServer(trusted) : createTcpServer();
  const port = await listen(server);
  const accepted = once(server, type === "imaps" ? "secureConnection" : "connection") as Promise<[Socket]>;
  const below = once(server, "connection") as Promise<[Socket]>;
  const settings = inetSettings(port, { type, ...(type === "imaps" && { tls: tlsSettings({ caFile }) }) });
  const { stream } = await openTransport(settings, { keepAlive: false, timeoutMs: patienceMs });
  const [theirs] = await accepted;
  const [wire] = await below;
  server.close();
  theirs.on("error", () => {});
  t.after(() => {
    theirs.destroy();
    stream.destroy();
  });
  assert.ok(stream instanceof Socket);
  return { ours: stream, theirs, wire };
}

/** The buffer that Node has for reading alone. */
function readBuffer(socket: Socket): Buffer {
  const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === "kBuffer");
  const buffer = (socket as unknown as Record<symbol, unknown>)[key!];
  assert.ok(buffer instanceof Buffer, "this Node has no buffer for reading alone");
  return buffer;
}

/** Sends it in pieces of any length, large and small. */
async function send(to: Socket, bytes: Buffer): Promise<void> {
  for (let start = 0; start < bytes.length;) {
    const end = start + randomInt(1, [10, 3_000, 40_000, 300_000][randomInt(4)]!);
    if (!to.write(bytes.subarray(start, end))) await once(to, "drain");
    if (randomInt(10) === 0) await new Promise(setImmediate);
    start = end;
  }
  to.end();
}

for (const type of ["imap", "imaps"] as const) {
  test(`${type}: what came stays as it came, whatever is read later`, { timeout: patienceMs }, async (t) => {
    const { ours, theirs } = await connected(t, type);
    const bytes = randomBytes(8_000_000);
    const chunks: Buffer[] = [];
    ours.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      readBuffer(ours).fill(0xaa);
      // It reads on later, and what is there by then may be put back.
      if (randomInt(20) !== 0) return;
      ours.pause();
      if (randomInt(2) === 0) ours.unshift(chunks.pop()!);
      setImmediate(() => ours.resume());
    });
    const sending = send(theirs, bytes);
    await once(ours, "end");
    await sending;
    assert.ok(Buffer.concat(chunks).equals(bytes));
    const blocks = new Set(chunks.map(({ buffer }) => buffer));
    assert.ok(!blocks.has(readBuffer(ours).buffer));
    assert.ok(blocks.size <= 10, `${String(blocks.size)} blocks for 8 MB`);
  });

  test(`${type}: what nobody reads yet stays as it came, too`, { timeout: patienceMs }, async (t) => {
    const { ours, theirs } = await connected(t, type);
    const bytes = randomBytes(400_000);
    const sending = send(theirs, bytes);
    const chunks: Buffer[] = [];
    for await (const chunk of ours) {
      chunks.push(chunk as Buffer);
      readBuffer(ours).fill(0xaa);
      await new Promise(setImmediate);
    }
    await sending;
    assert.ok(Buffer.concat(chunks).equals(bytes));
  });

  test(`${type}: a connection that is reset ends with an error`, { timeout: patienceMs }, async (t) => {
    const { ours, wire } = await connected(t, type);
    const failed = once(ours, "error") as Promise<[Error & { code?: string }]>;
    ours.resume();
    wire.resetAndDestroy();
    const [error] = await failed;
    assert.equal(error.code, "ECONNRESET");
  });
}
