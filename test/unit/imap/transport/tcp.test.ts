import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { connectError } from "../../../../src/imap/transport/connect-error.ts";
import { NoAddress } from "../../../../src/imap/transport/happy-eyeballs.ts";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import { inetSettings, listen } from "../../../support/inet-settings.ts";

test("carries bytes both ways, unread until somebody reads", async (t) => {
  const server = createServer((socket) => {
    socket.write("* OK hello\r\n");
    socket.on("data", (bytes: Buffer) => socket.end(`you said ${bytes.toString()}`));
  });
  t.after(() => server.close());
  const { stream, secure } = await openTransport(inetSettings(await listen(server)), { keepAlive: true });
  assert.equal(secure, false);
  await new Promise((resolve) => setTimeout(resolve, 30));
  let text = "";
  stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
  stream.write("NOOP");
  await once(stream, "close");
  assert.equal(text, "* OK hello\r\nyou said NOOP");
});

test("finds a server that listens on only one address of its name", async (t) => {
  const server = createServer((socket) => socket.end());
  t.after(() => server.close());
  const port = await listen(server);
  const settings = inetSettings(port, { host: "localhost", isIpLiteral: false });
  const { stream } = await openTransport(settings, { keepAlive: false });
  stream.destroy();
});

test("says in words why a server cannot be reached", async () => {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  await assert.rejects(openTransport(inetSettings(port), { keepAlive: false }), {
    code: "CONNECT",
    exitCode: 69,
    message: `cannot connect to 127.0.0.1:${port}: connection refused`,
    hint: "check host and port, and that the server is running",
  });
});

test("names each reason once when several addresses fail", () => {
  const failed = (code: string): Error => Object.assign(new Error("x"), { code });
  const codes = ["ENETUNREACH", "ECONNREFUSED", "ECONNREFUSED"];
  const attempts = codes.map((code, i) => ({ address: `192.0.2.${i}`, error: failed(code) }));
  const { message, hint } = connectError("no", new NoAddress(attempts));
  assert.equal(message, "no: network unreachable (192.0.2.0), connection refused (192.0.2.1, 192.0.2.2)");
  assert.equal(hint, "check the network connection");
  const many = Array.from({ length: 6 }, (_, i) => ({ address: `2001:db8::${i}`, error: failed("ECONNREFUSED") }));
  assert.equal(
    connectError("no", new NoAddress(many)).message,
    "no: connection refused (2001:db8::0, 2001:db8::1, 2001:db8::2, 2001:db8::3 and 2 more)",
  );
  assert.equal(connectError("no", failed("ENOTFOUND")).message, "no: name not found");
  assert.equal(connectError("no", new Error("odd thing")).message, "no: odd thing");
});

test("an aborted attempt rejects with the reason and opens nothing", async (t) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket));
  t.after(() => server.close());
  const port = await listen(server);
  const reason = new Error("enough");
  await assert.rejects(
    openTransport(inetSettings(port), { keepAlive: false, signal: AbortSignal.abort(reason) }),
    reason,
  );

  const controller = new AbortController();
  const opening = openTransport(inetSettings(port), { keepAlive: false, signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(opening, reason);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const open = sockets.filter((socket) => !socket.destroyed);
  await Promise.all(open.map((socket) => once(socket.resume(), "close")));
});
