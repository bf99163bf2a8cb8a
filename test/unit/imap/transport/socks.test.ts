import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { inspect } from "node:util";
import { test, type TestContext } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import type { InetSettings, ProxySettings } from "../../../../src/model/server-settings.ts";
import { inetSettings, listen, tlsSettings } from "../../../support/inet-settings.ts";
import { makeTlsFixtures } from "../../../support/tls-fixtures.ts";

const fixtures = makeTlsFixtures();

interface Script {
  /** Wanted credentials, `user:password`. */
  readonly credentials?: string;
  /** RFC 1928 section 6, for one address or all of them; 0 connects to the target on 127.0.0.1. */
  readonly reply?: (address: string) => number;
  /** Sent in the same packet as the success reply; then the connection is ended. */
  readonly greeting?: string;
}

interface Proxy {
  readonly port: number;
  readonly requests: string[];
  readonly sockets: Socket[];
}

/** Enough of RFC 1928 and RFC 1929 for one request after another; each message comes in one packet here. */
async function startProxy(t: TestContext, script: Script = {}): Promise<Proxy> {
  const requests: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    const next = async (): Promise<Buffer> => ((await once(socket, "data")) as [Buffer])[0];
    const talk = async (): Promise<void> => {
      const methods = [...(await next()).subarray(2)];
      const method = script.credentials === undefined ? 0 : 2;
      if (!methods.includes(method)) return void socket.end(Buffer.from([5, 0xff]));
      socket.write(Buffer.from([5, method]));
      if (method === 2) {
        const message = await next();
        const split = 2 + (message[1] ?? 0);
        const given = `${message.toString("utf8", 2, split)}:${message.toString("utf8", split + 1)}`;
        const isRight = given === script.credentials;
        socket.write(Buffer.from([1, isRight ? 0 : 1]));
        if (!isRight) return;
      }
      const request = await next();
      const type = request[3];
      const address =
        type === 3
          ? request.toString("latin1", 5, request.length - 2)
          : type === 1
            ? [...request.subarray(4, 8)].join(".")
            : "IPv6";
      requests.push(`${type === 3 ? "name" : "address"} ${address}`);
      const code = script.reply?.(address) ?? 0;
      const reply = Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
      if (code !== 0) return void socket.end(reply);
      if (script.greeting !== undefined) return void socket.end(Buffer.concat([reply, Buffer.from(script.greeting)]));
      const target = connect(request.readUInt16BE(request.length - 2), "127.0.0.1");
      await once(target, "connect");
      socket.write(reply);
      socket.pipe(target).pipe(socket);
    };
    void talk().catch(() => {});
  });
  t.after(() => server.close());
  return { port: await listen(server), requests, sockets };
}

function viaProxy(proxy: Partial<ProxySettings>, changes: Partial<InetSettings> = {}): InetSettings {
  const plain = { host: "127.0.0.1", port: 1080, username: undefined, password: undefined, resolvesNames: false };
  return inetSettings(143, { host: "localhost", isIpLiteral: false, proxy: { ...plain, ...proxy }, ...changes });
}

async function readAll(settings: InetSettings): Promise<string> {
  const { stream } = await openTransport(settings, { keepAlive: false, timeoutMs: 2_000 });
  let text = "";
  stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
  await once(stream, "close", { signal: AbortSignal.timeout(5_000) });
  return text;
}

test("socks5 asks for an address, socks5h for the name", async (t) => {
  const proxy = await startProxy(t, { greeting: "* BYE\r\n" });
  assert.equal(await readAll(viaProxy({ port: proxy.port })), "* BYE\r\n");
  assert.equal(await readAll(viaProxy({ port: proxy.port, resolvesNames: true })), "* BYE\r\n");
  assert.match(proxy.requests[0] ?? "", /^address /);
  assert.equal(proxy.requests[1], "name localhost");
});

test("a greeting that comes together with the proxy's answer is not lost, however late somebody reads", async (t) => {
  const proxy = await startProxy(t, { greeting: "* OK hello\r\n" });
  const { stream } = await openTransport(viaProxy({ port: proxy.port }), { keepAlive: false });
  await new Promise((resolve) => setTimeout(resolve, 50));
  let text = "";
  stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
  await once(stream, "close", { signal: AbortSignal.timeout(5_000) });
  assert.equal(text, "* OK hello\r\n");
});

test("authenticates with user name and password", async (t) => {
  const proxy = await startProxy(t, { credentials: "jane:s3cr3t", greeting: "* BYE\r\n" });
  const text = await readAll(viaProxy({ port: proxy.port, username: "jane", password: "s3cr3t" }));
  assert.equal(text, "* BYE\r\n");
});

test("refused credentials are an error that does not show them", async (t) => {
  const proxy = await startProxy(t, { credentials: "jane:right" });
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
  const proxy = await startProxy(t);
  const settings = viaProxy(
    { port: proxy.port },
    { type: "imaps", port: await listen(server), tls: tlsSettings({ caFile: fixtures.caFile }) },
  );
  const { stream, secure } = await openTransport(settings, { keepAlive: true });
  assert.equal(secure, true);
  let text = "";
  stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
  stream.write("A1 LOGOUT\r\n");
  await once(stream, "close", { signal: AbortSignal.timeout(5_000) });
  assert.equal(text, "* OK hello\r\nA1 LOGOUT\r\n");
});

test("socks5 tries the next address when the proxy cannot reach one", async (t) => {
  let calls = 0;
  const proxy = await startProxy(t, { reply: () => (++calls === 1 ? 4 : 0), greeting: "* BYE\r\n" });
  const { lookup } = await import("node:dns/promises");
  const addresses = await lookup("localhost", { all: true });
  const opening = readAll(viaProxy({ port: proxy.port }));
  if (addresses.length > 1) assert.equal(await opening, "* BYE\r\n");
  else await assert.rejects(opening, { code: "CONNECT", message: /: host unreachable$/ });
});

test("says why the proxy could not connect, or that it is none", async (t) => {
  const refusing = await startProxy(t, { reply: () => 5 });
  await assert.rejects(readAll(viaProxy({ port: refusing.port, resolvesNames: true })), {
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

test("a silent proxy is given up in time and its connection closed", async (t) => {
  let closed: Promise<unknown> | undefined;
  const silent = createServer((socket) => {
    closed = once(socket.resume(), "close");
  });
  t.after(() => silent.close());
  const settings = viaProxy({ port: await listen(silent) });
  await assert.rejects(openTransport(settings, { keepAlive: false, timeoutMs: 100 }), {
    code: "CONNECT",
    message: /^cannot connect to localhost:143 through the SOCKS proxy 127\.0\.0\.1:\d+: no answer within 0\.1 s$/,
  });
  await closed;
  const controller = new AbortController();
  const opening = openTransport(settings, { keepAlive: false, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("enough")), 50);
  await assert.rejects(opening, { message: "enough" });
  await closed;
});
