import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { startDelayProxy } from "../../../bench/lib/delay-proxy.ts";
import { patienceMs } from "../../support/eventually.ts";
import type { MailServer } from "../../support/mail-server.ts";

test("an echo takes a round trip, and so does one of much more", async (t) => {
  const roundTripMs = 1_000;
  const { client, wire } = await echoBehindProxy(t, roundTripMs);
  const sent = Buffer.from(Array.from({ length: 10_000_000 }, (_, i) => (i * 7 + (i >> 8)) % 256));
  const startedAt = performance.now();
  const received = await echoed(client, sent);
  const elapsedMs = performance.now() - startedAt;
  assert.ok(received.equals(sent), "octets in another order");
  assert.ok(elapsedMs >= roundTripMs - 2, `after ${elapsedMs} ms already`);
  // One chunk of 64 KiB for each round trip would take two and a half minutes.
  assert.ok(elapsedMs < patienceMs, `only after ${elapsedMs} ms`);
  assert.deepEqual(wire(), { sent: sent.length, received: sent.length, roundTrips: wire().roundTrips, connections: 1 });
});

test("who speaks after having heard something makes a round trip", async (t) => {
  const { client, wire } = await echoBehindProxy(t, 40);
  for (const word of ["one", "two", "three"]) await echoed(client, Buffer.from(word));
  assert.equal(wire().roundTrips, 2);
  client.write("four");
  client.write("five");
  await once(client, "data");
  assert.equal(wire().roundTrips, 3);
});

async function echoBehindProxy(t: TestContext, roundTripMs: number) {
  const server = createServer((socket) => socket.pipe(socket));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const target = { host: "127.0.0.1", port: (server.address() as AddressInfo).port } as MailServer;
  const proxy = await startDelayProxy(target, { roundTripMs });
  const client = connect({ port: proxy.server.port, host: "127.0.0.1", noDelay: true });
  await once(client, "connect");
  t.after(async () => {
    client.destroy();
    await proxy.stop();
    server.close();
  });
  return { client, wire: () => proxy.wire() };
}

async function echoed(client: Socket, octets: Buffer): Promise<Buffer> {
  const received: Buffer[] = [];
  let missing = octets.length;
  const all = new Promise<void>((resolve) => {
    client.on("data", function take(chunk: Buffer) {
      received.push(chunk);
      missing -= chunk.length;
      if (missing > 0) return;
      client.off("data", take);
      resolve();
    });
  });
  client.write(octets);
  await all;
  return Buffer.concat(received);
}
