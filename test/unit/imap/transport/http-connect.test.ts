import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { inspect } from "node:util";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import type { InetSettings, ProxySettings } from "../../../../src/model/server-settings.ts";
import { patienceMs } from "../../../support/eventually.ts";
import { inetSettings, listen, tlsSettings } from "../../../support/inet-settings.ts";
import { readAll } from "../../../support/read-transport.ts";
import { makeTlsFixtures } from "../../../support/tls-fixtures.ts";

const fixtures = makeTlsFixtures();

interface ScriptedProxy {
  readonly port: number;
  /** The head of each request. */
  readonly requests: string[];
  readonly sockets: Socket[];
}

/** Answers each request with these octets, and ends the connection if told so. */
async function startProxy(t: TestContext, answer: string | undefined, ends = true): Promise<ScriptedProxy> {
  const requests: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    let head = "";
    socket.on("data", (bytes: Buffer) => {
      head += bytes.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      requests.push(head);
      if (answer !== undefined && ends) socket.end(answer, "latin1");
      else if (answer !== undefined) socket.write(answer, "latin1");
    });
  });
  t.after(() => server.close());
  return { port: await listen(server), requests, sockets };
}

function viaProxy(proxy: Partial<ProxySettings>, changes: Partial<InetSettings> = {}): InetSettings {
  const plain = { protocol: "http", host: "127.0.0.1", port: 80, username: undefined, password: undefined } as const;
  const rest = { host: "mail.example.org", isIpLiteral: false };
  return inetSettings(143, { ...rest, proxy: { ...plain, ...proxy }, ...changes });
}

/** However it came about. */
async function closed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await new Promise((resolve) => socket.resume().once("close", resolve));
}

const open = "HTTP/1.1 200 Connection established\r\n\r\n";

test("asks for the server by its name; an IPv6 address stands in brackets", async (t) => {
  const proxy = await startProxy(t, `${open}* BYE\r\n`);
  assert.equal(await readAll(viaProxy({ port: proxy.port })), "* BYE\r\n");
  assert.equal(await readAll(viaProxy({ port: proxy.port }, { host: "2001:db8::1", isIpLiteral: true })), "* BYE\r\n");
  const lines = proxy.requests.map((head) => head.split("\r\n").slice(0, 2));
  assert.deepEqual(lines, [
    ["CONNECT mail.example.org:143 HTTP/1.1", "host: mail.example.org:143"],
    ["CONNECT [2001:db8::1]:143 HTTP/1.1", "host: [2001:db8::1]:143"],
  ]);
  assert.doesNotMatch(proxy.requests.join(""), /authorization/i);
});

test("any answer of success will do, whatever its header says", async (t) => {
  const { port } = await startProxy(t, `HTTP/1.0 204 Fine\r\nContent-Length: 5\r\nX: y\r\n\r\n* BYE\r\n`);
  assert.equal(await readAll(viaProxy({ port })), "* BYE\r\n");
});

test("a greeting that comes with the proxy's answer is not lost, however late somebody reads", async (t) => {
  const { port } = await startProxy(t, `${open}* OK hello\r\n`);
  assert.equal(await readAll(viaProxy({ port }), { lateMs: 50 }), "* OK hello\r\n");
});

test("octets in clear text before the TLS handshake with the server are noticed behind a proxy, too", async (t) => {
  const { port } = await startProxy(t, `${open}* OK hello\r\n`, false);
  await assert.rejects(readAll(viaProxy({ port }, { type: "imaps" })), { code: "TLS" });
});

test("credentials go to the proxy in the Basic scheme", async (t) => {
  const proxy = await startProxy(t, open);
  await readAll(viaProxy({ port: proxy.port, username: "jäne", password: "s3:cr3t" }));
  const value = Buffer.from("jäne:s3:cr3t").toString("base64");
  assert.match(proxy.requests[0] ?? "", new RegExp(`^proxy-authorization: Basic ${value}\r$`, "m"));
});

const status = (line: string, header = ""): string => `HTTP/1.1 ${line}\r\n${header}\r\n`;
const basic = "Proxy-Authenticate: Basic realm=x\r\n";

for (const { says, answer, words } of [
  {
    says: "credentials are refused",
    answer: status("407 x", basic),
    words: /: the proxy refused the user name or pass/,
  },
  {
    says: "they are refused, by tinyproxy",
    answer: status("401 x", 'WWW-Authenticate: Basic realm="Tinyproxy"\r\n'),
    words: /: the proxy refused the user name or password \(401 Unauthorized\)$/,
  },
  {
    says: "another scheme is wanted",
    answer: status("407 x", "Proxy-Authenticate: Negotiate\r\n"),
    words: /: the proxy wants another authentication than Basic \(407 Proxy Authentication Required\)$/,
  },
  { says: "ports are closed", answer: status("403 x"), words: /: the proxy does not allow it \(403 Forbidden\)$/ },
  {
    says: "it is a web server",
    answer: status("405 x"),
    words: /: it does not connect to other hosts \(405 Method Not/,
  },
  {
    says: "the server is down",
    answer: status("502 x"),
    words: /: the proxy cannot reach the server \(502 Bad Gateway\)$/,
  },
  {
    says: "the server is silent",
    answer: status("504 x"),
    words: /: the server does not answer the proxy \(504 Gateway/,
  },
  { says: "something else", answer: status("299x"), words: /: it does not speak HTTP$/ },
  { says: "a status without a name", answer: status("599 x"), words: /: the proxy answered 599$/ },
  { says: "no HTTP at all", answer: "* OK I am an IMAP server\r\n", words: /: it does not speak HTTP$/ },
  { says: "nothing", answer: "", words: /: the proxy closed the connection$/ },
  { says: "half a header", answer: "HTTP/1.1 200 OK\r\nX: y\r\n", words: /: the proxy closed the connection$/ },
  {
    says: "a header without an end",
    answer: `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(100_000)}`,
    words: /: the answer of the proxy is too long$/,
  },
]) {
  test(`says what the proxy meant: ${says}`, async (t) => {
    const proxy = await startProxy(t, answer.replace(" x", " echo of s3cr3t"));
    const settings = viaProxy({ port: proxy.port, username: "jane", password: "s3cr3t" });
    await assert.rejects(openTransport(settings, { keepAlive: false, timeoutMs: patienceMs }), (error: Error) => {
      assert.equal("code" in error && error.code, "CONNECT");
      const route = `cannot connect to mail.example.org:143 through the HTTP proxy 127.0.0.1:${proxy.port}: `;
      assert.ok(error.message.startsWith(route), error.message);
      assert.match(error.message, words);
      const shown = inspect(error, { depth: 10, showHidden: true });
      assert.doesNotMatch(shown, new RegExp(`s3cr3t|${Buffer.from("jane:s3cr3t").toString("base64")}`));
      return true;
    });
    await Promise.all(proxy.sockets.map(closed));
  });
}

test("a proxy that wants credentials where there are none", async (t) => {
  const { port } = await startProxy(t, status("407 x", basic));
  await assert.rejects(readAll(viaProxy({ port })), {
    message: /: the proxy wants a user name and password \(407 Proxy Authentication Required\)$/,
    hint: "set proxy=http://USER:PASSWORD@HOST:PORT",
  });
});

test("a silent proxy is given up in time and its connection closed", async (t) => {
  const proxy = await startProxy(t, undefined);
  const settings = viaProxy({ port: proxy.port });
  await assert.rejects(openTransport(settings, { keepAlive: false, timeoutMs: 1_000 }), {
    code: "CONNECT",
    message: /through the HTTP proxy 127\.0\.0\.1:\d+: no answer within 1 s$/,
  });
  const controller = new AbortController();
  const opening = openTransport(settings, { keepAlive: false, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("enough")), 50);
  await assert.rejects(opening, { message: "enough" });
  await Promise.all(proxy.sockets.map(closed));
});

test("an https proxy whose certificate is not trusted gets no request", async (t) => {
  const { createServer: createTlsServer } = await import("node:tls");
  let octets = 0;
  const server = createTlsServer(fixtures.selfSigned, (socket) => {
    socket.on("error", () => {}).on("data", (bytes: Buffer) => (octets += bytes.length));
  });
  t.after(() => server.close());
  const port = await listen(server);
  const login = { username: "jane", password: "s3cr3t" };
  const tls = tlsSettings({ caFile: fixtures.caFile });
  await assert.rejects(readAll(viaProxy({ ...login, protocol: "https", port, tls })), {
    code: "TLS",
    message: new RegExp(`^the HTTP proxy 127\\.0\\.0\\.1:${port}: the server's certificate is self-signed \\(`),
    hint: /^check the proxy setting; SSL_CERT_FILE/,
  });
  assert.equal(octets, 0);
});
