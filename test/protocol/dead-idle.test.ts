// A mailbox is watched with IDLE over a connection that dies without a word.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { Session } from "../../src/imap/session/session.ts";
import { watchByIdling } from "../../src/watch/idle-watch.ts";
import { eventually } from "../support/eventually.ts";
import { recordedLog } from "./fixture.ts";

interface IdleServer {
  readonly port: number;
  /** How often each connection has been told to idle, the first one first. */
  readonly idled: readonly number[];
}

/** The first connection answers nothing more once it idles. */
async function startServer(t: TestContext): Promise<IdleServer> {
  const idled: number[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const connection = sockets.push(socket) - 1;
    idled.push(0);
    let tag = "";
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => {
      for (const line of bytes.toString().split("\r\n").slice(0, -1)) {
        if (connection === 0 && idled[0] === 1) return;
        const [first = "", verb] = line.split(" ");
        if (first !== "DONE") tag = first;
        if (verb === "IDLE") idled[connection]!++;
        socket.write(verb === "IDLE" ? "+ idling\r\n" : `${tag} OK done\r\n`);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, idled };
}

test("the next renewal finds out, and another connection idles instead", async (t) => {
  const { port, idled } = await startServer(t);
  const stop = new AbortController();
  let news = 0;
  const watching = watchByIdling({
    wireName: "INBOX",
    connect: async () => {
      const stream = connect(port, "127.0.0.1").on("error", () => {});
      await once(stream, "connect");
      const options = { side: "local", log: recordedLog(), silenceLimitMs: 500 } as const;
      return new Session({ stream, secure: false }, options);
    },
    onNews: () => news++,
    signal: stop.signal,
    renewMs: 50,
  });
  await eventually("a connection that idles again and again", () => idled.slice(1).some((times) => times > 2));
  assert.equal(idled[0], 1);
  assert.ok(news >= 2, "what happened meanwhile is looked at");
  stop.abort();
  await watching;
});
