import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { resolveHost } from "../../../../src/imap/transport/addresses.ts";
import { firstToConnect } from "../../../../src/imap/transport/happy-eyeballs.ts";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import { startBlackHole } from "../../../support/black-hole.ts";
import { patienceMs } from "../../../support/eventually.ts";
import { inetSettings } from "../../../support/inet-settings.ts";

const { signal } = new AbortController();
const never = new Promise<never>(() => {});

test("addresses of both families take turns, beginning with the first", async () => {
  const found = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "2001:db8::1", "192.0.2.2"];
  const order = await resolveHost("mail.example.org", { signal, lookup: () => Promise.resolve(found) });
  assert.deepEqual(order, ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3"]);
});

test("an address is not looked up", async () => {
  const lookup = (): Promise<never> => Promise.reject(new Error("looked up"));
  for (const host of ["192.0.2.1", "2001:db8::1"])
    assert.deepEqual(await resolveHost(host, { signal, lookup }), [host]);
});

test("a look-up that takes too long is given up with the reason", async () => {
  const controller = new AbortController();
  const resolving = resolveHost("mail.example.org", { signal: controller.signal, lookup: () => never });
  controller.abort(new Error("enough"));
  await assert.rejects(resolving, { message: "enough" });
});

test("an attempt that fails makes room for the next at once; a slow one goes on beside it", async () => {
  const begun: string[] = [];
  const ended: string[] = [];
  const winner = new Socket();
  const socket = await firstToConnect(
    ["slow", "refused", "good", "spare"],
    async (address, over) => {
      begun.push(address);
      if (address === "refused") throw new Error("refused");
      if (address === "good") return winner;
      await new Promise((resolve) => over.addEventListener("abort", resolve));
      ended.push(address);
      throw over.reason;
    },
    { signal },
  );
  assert.equal(socket, winner);
  assert.deepEqual(begun, ["slow", "refused", "good"]);
  assert.deepEqual(ended, ["slow"]);
});

test("of two that connect in the same moment one is closed", async () => {
  const sockets = [new Socket(), new Socket()];
  let connectAll = (): void => {};
  const together = new Promise<void>((resolve) => (connectAll = resolve));
  let attempts = 0;
  const socket = await firstToConnect(
    ["a", "b"],
    async () => {
      const mine = sockets[attempts++]!;
      if (attempts === 2) connectAll();
      await together;
      return mine;
    },
    { signal },
  );
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    sockets.map(({ destroyed }) => destroyed),
    sockets.map((one) => one !== socket),
  );
});

/** A server with a greeting, on this address. */
async function serve(t: TestContext, address: string, port: number): Promise<Server> {
  const server = createServer((socket) => socket.on("error", () => {}).end("* BYE hello\r\n")).listen(port, address);
  await once(server, "listening");
  t.after(() => server.close());
  return server;
}

async function greetingOf(port: number, addresses: readonly string[], timeoutMs = patienceMs): Promise<string> {
  const settings = inetSettings(port, { host: "mail.example.org", isIpLiteral: false });
  const lookup = (): Promise<readonly string[]> => Promise.resolve(addresses);
  const { stream } = await openTransport(settings, { keepAlive: false, timeoutMs, lookup });
  let text = "";
  stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
  await once(stream, "close", { signal: AbortSignal.timeout(patienceMs) });
  return text;
}

test("where the first address does not answer, the second one serves", async (t) => {
  for (const [dead, alive] of [
    ["127.0.0.2", "127.0.0.3"],
    ["127.0.0.2", "::1"],
    ["::1", "127.0.0.3"],
  ] as const) {
    const { port } = await startBlackHole(t, dead);
    await serve(t, alive, port);
    assert.equal(await greetingOf(port, [dead, alive]), "* BYE hello\r\n");
  }
});

test("an address that takes seconds is not given up, though the other one refuses", async (t) => {
  const hole = await startBlackHole(t, "127.0.0.2");
  const greeting = greetingOf(hole.port, ["127.0.0.2", "127.0.0.3"]);
  // The first attempt has been made by then, and the second one has failed.
  setTimeout(() => hole.open(), 1_000);
  assert.equal(await greeting, "* BYE\r\n");
});

test("one line names what was tried, and why it failed", async (t) => {
  const { port } = await startBlackHole(t, "127.0.0.2");
  await assert.rejects(greetingOf(port, ["127.0.0.2", "127.0.0.3", "127.0.0.4"], 3_000), {
    code: "CONNECT",
    message: `cannot connect to mail.example.org:${port}: no answer within 3 s (127.0.0.2), connection refused (127.0.0.3, 127.0.0.4)`,
    hint: "check the network, the port, and whether a firewall is in the way; a slow network needs a longer connect-timeout",
  });
  await assert.rejects(greetingOf(port, ["127.0.0.3", "::1"]), {
    code: "CONNECT",
    message: `cannot connect to mail.example.org:${port}: connection refused (127.0.0.3, ::1)`,
    hint: "check host and port, and that the server is running",
  });
});

test("a caller who gives up is told so, whatever was tried", async (t) => {
  const { port } = await startBlackHole(t, "127.0.0.2");
  const controller = new AbortController();
  const settings = inetSettings(port, { host: "mail.example.org", isIpLiteral: false });
  const lookup = (): Promise<readonly string[]> => Promise.resolve(["127.0.0.2", "127.0.0.3"]);
  const opening = openTransport(settings, { keepAlive: false, signal: controller.signal, lookup });
  setTimeout(() => controller.abort(new Error("enough")), 50);
  await assert.rejects(opening, { message: "enough" });
});
