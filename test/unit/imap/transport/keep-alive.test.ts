// SO_KEEPALIVE: Linux shows which timer runs for a socket.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { connectTcp } from "../../../../src/imap/transport/tcp.ts";

/** tr of proc_pid_net(5): 02 is the keep-alive timer, 00 none. */
function timerOf({ localPort = 0 }: Socket): string | undefined {
  const port = localPort.toString(16).toUpperCase().padStart(4, "0");
  const fields = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/ +/));
  // sl local_address rem_address st tx_queue:rx_queue tr:tm->when …
  const established = "01";
  return fields.find(([, local, , state]) => state === established && local?.endsWith(`:${port}`))?.[5]?.slice(0, 2);
}

for (const keepAlive of [true, false]) {
  test(`a socket ${keepAlive ? "with" : "without"} keep-alive`, async (t) => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const socket = await connectTcp({ host: "127.0.0.1", port }, { keepAlive, signal: new AbortController().signal });
    t.after(() => socket.destroy());
    assert.equal(timerOf(socket), keepAlive ? "02" : "00");
  });
}
