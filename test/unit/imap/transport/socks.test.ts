import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { inspect } from "node:util";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import type { InetSettings, ProxySettings } from "../../../../src/model/server-settings.ts";
import { patienceMs } from "../../../support/eventually.ts";
import { inetSettings, listen, tlsSettings } from "../../../support/inet-settings.ts";
import { readAll } from "../../../support/read-transport.ts";
import { startSocksProxy } from "../../../support/socks-proxy.ts";
import { makeTlsFixtures } from "../../../support/tls-fixtures.ts";

const fixtures = makeTlsFixtures();

function viaProxy(proxy: Partial<ProxySettings>, changes: Partial<InetSettings> = {}): InetSettings {
  const plain = {
    protocol: "socks5",
    host: "127.0.0.1",
    port: 1080,
    username: undefined,
    password: undefined,
  } as const;
  return inetSettings(143, { host: "localhost", isIpLiteral: false, proxy: { ...plain, ...proxy }, ...changes });
}

test("socks5 asks for an address, socks5h for the name", async (t) => {
  const proxy = await startSocksProxy(t, { greeting: "* BYE\r\n" });
  assert.equal(await readAll(viaProxy({ port: proxy.port })), "* BYE\r\n");
  assert.equal(await readAll(viaProxy({ port: proxy.port, protocol: "socks5h" })), "* BYE\r\n");
  assert.match(proxy.requests[0] ?? "", /^address /);
  assert.equal(proxy.requests[1], "name localhost");
});

test("a greeting that comes together with the proxy's answer is not lost, however late somebody reads", async (t) => {
  const proxy = await startSocksProxy(t, { greeting: "* OK hello\r\n" });
  assert.equal(await readAll(viaProxy({ port: proxy.port }), { lateMs: 50 }), "* OK hello\r\n");
});

test("authenticates with user name and password", async (t) => {
  const proxy = await startSocksProxy(t, { credentials: "jane:s3cr3t", greeting: "* BYE\r\n" });
  const text = await readAll(viaProxy({ port: proxy.port, username: "jane", password: "s3cr3t" }));
  assert.equal(text, "* BYE\r\n");
});

test("refused credentials are an error that does not show them", async (t) => {
  const proxy = await startSocksProxy(t, { credentials: "jane:right" });
  const settings = viaProxy({ port: proxy.port, username: "jane", password: "wr0ng" });
  await assert.rejects(openTransport(settings, { keepAlive: false }), (error: Error & { code?: string }) => {
    assert.equal(error.code, "CONNECT");
    assert.match(
      error.message,
      /^cannot connect to localhost:143 through the SOCKS proxy 127\.0\.0\.1:\d+: the proxy refused the user name or/,
    );
    assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /wr0ng/);
    return true;
  });
  await assert.rejects(openTransport(viaProxy({ port: proxy.port }), { keepAlive: false }), {
    message: /the proxy wants another kind of authentication$/,
  });
});

test("TLS and data travel through the proxy", async (t) => {
  const server = createTlsServer(fixtures.trusted, (socket) => {
    socket.on("error", () => {});
    socket.write("* OK hello\r\n");
    socket.on("data", (bytes: Buffer) => socket.end(bytes));
  });
  t.after(() => server.close());
  const proxy = await startSocksProxy(t);
  const settings = viaProxy(
    { port: proxy.port },
    { type: "imaps", port: await listen(server), tls: tlsSettings({ caFile: fixtures.caFile }) },
  );
  const { stream, secure } = await openTransport(settings, { keepAlive: true });
  assert.equal(secure, true);
  let text = "";
  stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
  stream.write("A1 LOGOUT\r\n");
  await once(stream, "close", { signal: AbortSignal.timeout(patienceMs) });
  assert.equal(text, "* OK hello\r\nA1 LOGOUT\r\n");
});

test("socks5 tries the next address when the proxy cannot reach one", async (t) => {
  let calls = 0;
  const proxy = await startSocksProxy(t, { reply: () => (++calls === 1 ? 4 : 0), greeting: "* BYE\r\n" });
  const { lookup } = await import("node:dns/promises");
  const addresses = await lookup("localhost", { all: true });
  const opening = readAll(viaProxy({ port: proxy.port }));
  if (addresses.length > 1) assert.equal(await opening, "* BYE\r\n");
  else await assert.rejects(opening, { code: "CONNECT", message: /: host unreachable$/ });
});

test("says why the proxy could not connect, or that it is none", async (t) => {
  const refusing = await startSocksProxy(t, { reply: () => 5 });
  await assert.rejects(readAll(viaProxy({ port: refusing.port, protocol: "socks5h" })), {
    code: "CONNECT",
    message: `cannot connect to localhost:143 through the SOCKS proxy 127.0.0.1:${refusing.port}: connection refused`,
  });
  const web = createServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
  t.after(() => web.close());
  await assert.rejects(readAll(viaProxy({ port: await listen(web) })), {
    message: /it does not speak SOCKS version 5$/,
  });
  const closed = createServer();
  const port = await listen(closed);
  closed.close();
  await assert.rejects(readAll(viaProxy({ port })), {
    message: `cannot connect to the SOCKS proxy 127.0.0.1:${port}: connection refused`,
  });
});

test("each of the proxy's answers in words (RFC 1928 section 6)", async (t) => {
  let code = 0;
  const { port } = await startSocksProxy(t, { reply: () => code });
  for (const words of [
    "the proxy failed",
    "the proxy does not allow it",
    "network unreachable",
    "host unreachable",
    "connection refused",
    "timed out",
    "the proxy cannot connect to other hosts",
    "the proxy does not know this kind of address",
    "the proxy refused",
  ]) {
    code++;
    await assert.rejects(readAll(viaProxy({ port, protocol: "socks5h" })), {
      code: "CONNECT",
      message: `cannot connect to localhost:143 through the SOCKS proxy 127.0.0.1:${port}: ${words}`,
    });
  }
});

test("an IPv6 address goes to the proxy as such, also where the proxy looks up names", async (t) => {
  const proxy = await startSocksProxy(t, { greeting: "* BYE\r\n" });
  for (const protocol of ["socks5", "socks5h"] as const) {
    const settings = viaProxy({ port: proxy.port, protocol }, { host: "2001:db8::1", isIpLiteral: true });
    assert.equal(await readAll(settings), "* BYE\r\n");
  }
  assert.deepEqual(proxy.requests, ["address IPv6", "address IPv6"]);
});

test("a silent proxy is given up in time and its connection closed", async (t) => {
  let closed: Promise<unknown> | undefined;
  const silent = createServer((socket) => {
    closed = once(socket.resume(), "close");
  });
  t.after(() => silent.close());
  const settings = viaProxy({ port: await listen(silent) });
  await assert.rejects(openTransport(settings, { keepAlive: false, timeoutMs: 2_000 }), {
    code: "CONNECT",
    message: /^cannot connect to localhost:143 through the SOCKS proxy 127\.0\.0\.1:\d+: no answer within 2 s$/,
  });
  await closed;
  const controller = new AbortController();
  const opening = openTransport(settings, { keepAlive: false, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("enough")), 50);
  await assert.rejects(opening, { message: "enough" });
  await closed;
});
