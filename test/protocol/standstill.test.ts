// What we send may take long, but not for ever: whether octets are on their way, only a socket knows.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { describe, test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls, TLSSocket } from "node:tls";
import { Capabilities } from "../../src/imap/capabilities.ts";
import { line } from "../../src/imap/codec/write-command.ts";
import { Session } from "../../src/imap/session/session.ts";
import { deflate } from "../../src/imap/transport/deflate.ts";
import { isOut, octetsSent } from "../../src/imap/transport/tcp.ts";
import type { Transport } from "../../src/imap/transport/transport.ts";
import { makeCertificate } from "../support/certificate.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { command, failsWith, recordedLog } from "./fixture.ts";

const limitMs = 600;
/** For what must not be given up, on a busy machine neither. */
const longLimitMs = 3_000;
/** More than the buffers between two sockets hold, and nothing that could be compressed. */
const message = randomBytes(16 << 20);

interface Pair {
  readonly transport: Transport;
  /** The server's end, which reads nothing by itself. */
  readonly server: Duplex;
}

const directory = scratchDirectory("standstill");
const { certificateFile, keyFile } = makeCertificate(directory);
let pairs = 0;

/** Not over TCP, whose buffers may hold as much as a large message. */
async function pair(t: TestContext): Promise<Pair> {
  const path = join(directory, `${String(pairs++)}.sock`);
  const listener: Server = createServer({ pauseOnConnect: true }).listen(path);
  await once(listener, "listening");
  const arrival = once(listener, "connection");
  const socket = connect(path);
  const [server] = (await arrival) as [Socket];
  for (const each of [server, socket]) each.on("error", () => undefined);
  t.after(() => {
    server.destroy();
    socket.destroy();
    listener.close();
  });
  return {
    transport: { stream: socket, secure: false, octetsSent: () => octetsSent(socket), isOut: () => isOut(socket) },
    server,
  };
}

async function encrypted({ transport, server }: Pair): Promise<Pair> {
  const [cert, key] = [readFileSync(certificateFile), readFileSync(keyFile)];
  const above = new TLSSocket(server, { isServer: true, cert, key }).on("error", () => undefined);
  const socket = connectTls({ socket: transport.stream, rejectUnauthorized: false }).on("error", () => undefined);
  await once(socket, "secureConnect");
  above.pause();
  return { transport: { ...transport, stream: socket, secure: true }, server: above };
}

function session(transport: Transport, silenceLimitMs = limitMs): Session {
  const made = new Session(transport, { side: "local", log: recordedLog(), silenceLimitMs });
  made.capabilities = new Capabilities(["LITERAL+"]);
  return made;
}

const append = command("", { parts: line`APPEND box ${{ literal: message }}` });

const ways: readonly (readonly [name: string, over: (pair: Pair) => Pair | Promise<Pair>])[] = [
  ["plain", (pair) => pair],
  ["compressed", ({ transport, server }) => ({ transport: deflate(transport), server })],
  ["encrypted", encrypted],
];

describe("a large message", { concurrency: true }, () => {
  for (const [name, over] of ways) {
    test(`${name}: a server that takes in nothing of a large message is given up`, async (t) => {
      const { transport } = await over(await pair(t));
      await assert.rejects(session(transport).run(append), failsWith("CONNECTION_SILENT", /no answer for 600 ms/));
    });

    test(`${name}: a server that takes in a large message slowly is not given up`, async (t) => {
      const { transport, server } = await over(await pair(t));
      const client = session(transport, longLimitMs);
      void client.run(append);
      let taken = 0;
      server.on("data", (octets: Buffer) => {
        taken += octets.length;
        server.pause();
      });
      const end = performance.now() + 4 * longLimitMs;
      while (performance.now() < end && client.isUsable) {
        server.resume();
        await pause(100);
      }
      assert.ok(client.isUsable, `given up after ${String(taken)} octets`);
      assert.ok(taken < message.length, "not slow enough to show anything");
      client.destroy();
    });
  }
});

test("a connection where nothing is awaited is left alone, however still it is", async (t) => {
  const { transport } = await pair(t);
  const client = session(transport);
  await pause(2 * limitMs);
  assert.ok(client.isUsable);
  client.destroy();
});
