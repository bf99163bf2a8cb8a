import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createServer, type TlsOptions, type TLSSocket } from "node:tls";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import { upgradeToTls } from "../../../../src/imap/transport/tls.ts";
import type { Transport } from "../../../../src/imap/transport/transport.ts";
import type { InetSettings, TlsSettings } from "../../../../src/model/server-settings.ts";
import { patienceMs } from "../../../support/eventually.ts";
import { inetSettings, listen, tlsSettings } from "../../../support/inet-settings.ts";
import { makeTlsFixtures } from "../../../support/tls-fixtures.ts";

const fixtures = makeTlsFixtures();
const { caFile, caPath, trusted, otherName, commonNameOnly, expired, selfSigned } = fixtures;
const wrongDigest = "00".repeat(32);

interface Peer {
  readonly port: number;
  /** What clients said, and how often a connection ended. */
  readonly heard: string[];
  readonly names: TLSSocket["servername"][];
  readonly closed: Promise<unknown>;
}

/** A TLS server that greets; it must never hear anything from a client that did not trust it. */
async function serve(t: TestContext, options: TlsOptions): Promise<Peer> {
  const heard: string[] = [];
  const names: TLSSocket["servername"][] = [];
  const server = createServer(options, (socket: TLSSocket) => {
    names.push(socket.servername);
    socket.on("data", (bytes: Buffer) => heard.push(bytes.toString()));
    socket.on("error", () => {});
    socket.write("* OK hello\r\n");
  });
  server.on("tlsClientError", () => {});
  const closed = new Promise((resolve) => {
    server.on("connection", (socket: Socket) => socket.once("close", resolve));
  });
  t.after(() => server.close());
  return { port: await listen(server), heard, names, closed };
}

function imaps(port: number, tls: Partial<TlsSettings> = {}, changes: Partial<InetSettings> = {}): InetSettings {
  return inetSettings(port, { type: "imaps", tls: tlsSettings({ caFile, ...tls }), ...changes });
}

const named = { host: "localhost", isIpLiteral: false } as const;

async function greeting({ stream }: Transport): Promise<string> {
  const [bytes] = (await once(stream, "data")) as [Buffer];
  stream.destroy();
  return bytes.toString();
}

async function open(settings: InetSettings): Promise<string> {
  const transport = await openTransport(settings, { keepAlive: false, timeoutMs: patienceMs });
  assert.equal(transport.secure, true);
  return greeting(transport);
}

interface Refusal {
  readonly message: RegExp;
  readonly hint?: RegExp;
}

async function refused(peer: Peer, settings: InetSettings, { message, hint }: Refusal): Promise<void> {
  await assert.rejects(open(settings), (error: Error & { code?: string; exitCode?: number; hint?: string }) => {
    assert.equal(error.code, "TLS", String(error.stack));
    assert.equal(error.exitCode, 76);
    assert.ok(error.message.startsWith(`${settings.host}:${settings.port}: `), error.message);
    assert.doesNotMatch(error.message, /\n/);
    assert.match(error.message, message);
    assert.match(error.hint ?? "", hint ?? /./);
    return true;
  });
  await peer.closed;
  assert.deepEqual(peer.heard, []);
}

test("accepts a certificate of an authority in SSL_CAfile, by name and by address", async (t) => {
  const { port } = await serve(t, trusted);
  assert.equal(await open(imaps(port)), "* OK hello\r\n");
  assert.equal(await open(imaps(port, {}, named)), "* OK hello\r\n");
});

test("accepts an authority in SSL_CApath", async (t) => {
  const { port } = await serve(t, trusted);
  assert.equal(await open(imaps(port, { caFile: undefined, caPath })), "* OK hello\r\n");
});

test("falls back to the common name when there are no alternative names", async (t) => {
  const { port } = await serve(t, commonNameOnly);
  assert.equal(await open(imaps(port, {}, named)), "* OK hello\r\n");
});

test("the system's authorities do not count once SSL_CAfile or SSL_CApath is set, and ours does not without", async (t) => {
  const peer = await serve(t, trusted);
  await refused(peer, imaps(peer.port, { caFile: undefined }), { message: /authority that is not trusted/ });
  await refused(peer, imaps(peer.port, { caFile: undefined, caPath: "/proc/self/fd" }), {
    message: /authority that is not trusted/,
  });
});

test("refuses a self-signed certificate and shows the key to pin", async (t) => {
  const peer = await serve(t, selfSigned);
  await refused(peer, imaps(peer.port), {
    message: /certificate is self-signed \(subject: CN=localhost; .*; key: sha256\$[0-9a-f]{64}\)$/,
    hint: new RegExp(`SSL_fingerprint=sha256\\$${selfSigned.sha256} and SSL_verify=NO`),
  });
});

test("refuses an expired certificate and says since when", async (t) => {
  const peer = await serve(t, expired);
  await refused(peer, imaps(peer.port), {
    message: /certificate expired on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(/,
    hint: /clock, which says 2.*if the server is right/,
  });
});

test("refuses a certificate for another name and lists its names", async (t) => {
  const peer = await serve(t, otherName);
  await refused(peer, imaps(peer.port, {}, named), { message: /is for mail\.example\.org, not for localhost \(/ });
});

test("SSL_hostname does not change the name that the certificate must have", async (t) => {
  const names: string[] = [];
  const SNICallback: NonNullable<TlsOptions["SNICallback"]> = (name, done) => {
    names.push(name);
    done(null);
  };
  const peer = await serve(t, { ...otherName, SNICallback });
  await refused(peer, imaps(peer.port, { hostname: "mail.example.org" }, named), { message: /not for localhost \(/ });
  assert.deepEqual(names, ["mail.example.org"]);
});

test("SSL_verify=NO accepts anything", async (t) => {
  for (const identity of [selfSigned, expired, otherName]) {
    const { port } = await serve(t, identity);
    assert.equal(await open(imaps(port, { verify: false, caFile: undefined }, named)), "* OK hello\r\n");
  }
});

test("a pinned key is enough with SSL_verify=NO; one match of several is enough", async (t) => {
  const { port } = await serve(t, selfSigned);
  const fingerprints = [
    { algorithm: "sha256", digest: wrongDigest },
    { algorithm: "sha256", digest: selfSigned.sha256 },
  ];
  assert.equal(await open(imaps(port, { verify: false, fingerprints })), "* OK hello\r\n");
});

test("a wrong key is refused whatever the chain says, and shown", async (t) => {
  const peer = await serve(t, trusted);
  const fingerprints = [{ algorithm: "sha256", digest: wrongDigest }];
  for (const verify of [true, false]) {
    await refused(peer, imaps(peer.port, { verify, fingerprints }), {
      message: new RegExp(
        `key sha256\\$${trusted.sha256} is not in SSL_fingerprint, which has sha256\\$${wrongDigest} \\(`,
      ),
      hint: new RegExp(`SSL_fingerprint=sha256\\$${trusted.sha256}`),
    });
  }
});

test("a pinned key does not replace the chain while SSL_verify=YES", async (t) => {
  const peer = await serve(t, selfSigned);
  const fingerprints = [{ algorithm: "sha256", digest: selfSigned.sha256 }];
  await refused(peer, imaps(peer.port, { fingerprints }), {
    message: /self-signed \(/,
    hint: /by setting SSL_verify=NO$/,
  });
});

test("sends the host as SNI name, nothing for addresses and for an empty SSL_hostname", async (t) => {
  const { port, names } = await serve(t, trusted);
  await open(imaps(port, {}, named));
  await open(imaps(port, { hostname: "other.example.org" }));
  await open(imaps(port));
  await open(imaps(port, { hostname: "" }, named));
  assert.deepEqual(names, ["localhost", "other.example.org", false, false]);
});

test("keeps to the protocol versions of the settings", async (t) => {
  const modern = await serve(t, { ...trusted, minVersion: "TLSv1.3" });
  assert.equal(await open(imaps(modern.port)), "* OK hello\r\n");
  const noCommon = { message: /no TLS version in common with the server \(TLS alert protocol_version\)$/ };
  await refused(modern, imaps(modern.port, { maxVersion: "TLSv1.2" }), noCommon);
  await refused(modern, imaps(modern.port, { versions: ["TLSv1.2"] }), noCommon);
  const old = await serve(t, { ...trusted, maxVersion: "TLSv1.2" });
  assert.equal(await open(imaps(old.port, { maxVersion: "TLSv1.2" })), "* OK hello\r\n");
  await refused(old, imaps(old.port, { minVersion: "TLSv1.3" }), noCommon);
});

test("hands on cipher lists and suites; each leaves the default of the other alone", async (t) => {
  const ciphers: string[] = [];
  const note = async (options: TlsOptions, tls: Partial<TlsSettings>): Promise<void> => {
    const server = createServer({ ...trusted, ...options }, (socket) => {
      ciphers.push(socket.getCipher().name);
      socket.end("* BYE\r\n");
    });
    t.after(() => server.close());
    await open(imaps(await listen(server), tls));
  };
  const list = "ECDHE-ECDSA-AES256-GCM-SHA384";
  const suite = "TLS_CHACHA20_POLY1305_SHA256";
  await note({ maxVersion: "TLSv1.2" }, { cipherList: list });
  await note({}, { cipherList: list });
  await note({}, { cipherSuites: suite });
  await note({ maxVersion: "TLSv1.2" }, { cipherSuites: suite });
  assert.equal(ciphers[0], list);
  assert.match(ciphers[1] ?? "", /^TLS_/);
  assert.equal(ciphers[2], suite);
  assert.match(ciphers[3] ?? "", /^ECDHE-ECDSA-/);
});

test("a server without a cipher in common is said to refuse", async (t) => {
  const peer = await serve(t, { ...trusted, maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" });
  await refused(peer, imaps(peer.port, { cipherList: "ECDHE-ECDSA-AES256-GCM-SHA384" }), {
    message: /server refused the TLS handshake \(TLS alert handshake_failure\)$/,
    hint: /SSL_cipherlist/,
  });
});

async function tcpServer(t: TestContext, onConnection: (socket: Socket) => void): Promise<number> {
  const server: Server = createTcpServer((socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  t.after(() => server.close());
  return listen(server);
}

test("a server that does not speak TLS is recognised, whether it greets or answers", async (t) => {
  const expected = { code: "TLS", message: /: the server does not speak TLS on this port$/ };
  const greeter = await tcpServer(t, (socket) => socket.write("* OK IMAP4rev1 ready\r\n"));
  await assert.rejects(open(imaps(greeter)), expected);
  const answerer = await tcpServer(t, (socket) =>
    socket.once("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")),
  );
  await assert.rejects(open(imaps(answerer)), expected);
});

test("a connection that ends or stalls in the handshake can be tried again", async (t) => {
  const ender = await tcpServer(t, (socket) => socket.once("data", () => socket.end()));
  await assert.rejects(open(imaps(ender)), {
    code: "CONNECT",
    retry: "reconnect",
    message: /broke during the TLS handshake/,
  });
  const resetter = await tcpServer(t, (socket) => socket.once("data", () => socket.resetAndDestroy()));
  await assert.rejects(open(imaps(resetter)), { code: "CONNECT", message: /broke during the TLS handshake/ });
  let closed: Promise<unknown> | undefined;
  const staller = await tcpServer(t, (socket) => {
    closed = once(socket.resume(), "close");
  });
  await assert.rejects(openTransport(imaps(staller), { keepAlive: false, timeoutMs: 2_000 }), {
    code: "CONNECT",
    message: `127.0.0.1:${staller}: the TLS handshake failed: no answer within 2 s`,
  });
  await closed;
});

test("an abort in the middle of the handshake closes the connection", async (t) => {
  const controller = new AbortController();
  let closed: Promise<unknown> | undefined;
  const port = await tcpServer(t, (socket) => {
    closed = once(socket, "close");
    socket.once("data", () => controller.abort(new Error("enough")));
  });
  await assert.rejects(openTransport(imaps(port), { keepAlive: false, signal: controller.signal }), {
    message: "enough",
  });
  await closed;
});

test("settings that OpenSSL or the file system refuse are named", async (t) => {
  const { port } = await serve(t, trusted);
  const fails = (tls: Partial<TlsSettings>, message: RegExp): Promise<void> =>
    assert.rejects(open(imaps(port, tls)), { code: "CONFIG_INVALID", message });
  await fails({ caFile: "/nonexistent/ca.pem" }, /^SSL_CAfile: cannot read \/nonexistent\/ca\.pem: /);
  await fails({ caPath: "/nonexistent" }, /^SSL_CApath: cannot read \/nonexistent: /);
  await fails({ cipherList: "NO-SUCH-CIPHER" }, /OpenSSL does not accept the SSL_ settings: no cipher match$/);
  await fails({ maxVersion: "SSLv3" }, /leave no usable TLS version/);
});

interface StartTlsServer {
  readonly port: number;
  readonly answer: string;
}

/** Speaks plain text until STARTTLS, then TLS with the trusted identity. */
async function startTlsServer(t: TestContext, answer = "A1 OK begin\r\n"): Promise<StartTlsServer> {
  const inner = createServer(trusted, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => socket.write(`secret: ${bytes.toString()}`));
  });
  inner.on("tlsClientError", () => {});
  const port = await tcpServer(t, (socket) => {
    socket.write("* OK hello\r\n");
    socket.once("data", () => {
      socket.write(answer);
      inner.emit("connection", socket);
    });
  });
  return { port, answer };
}

/** Reads until the answer to STARTTLS is there, then leaves the stream alone, still flowing. */
async function askForTls({ stream }: Transport): Promise<string> {
  let text = "";
  await new Promise<void>((resolve) => {
    const read = (bytes: Buffer): void => {
      text += bytes.toString();
      if (text === "* OK hello\r\n") stream.write("A1 STARTTLS\r\n");
      if (!text.includes("A1 OK")) return;
      stream.off("data", read);
      resolve();
    };
    stream.on("data", read);
  });
  return text;
}

test("upgrades a connection after STARTTLS", async (t) => {
  const { port } = await startTlsServer(t);
  const settings = inetSettings(port, { startTls: true, tls: tlsSettings({ caFile }) });
  const plain = await openTransport(settings, { keepAlive: false });
  assert.equal(plain.secure, false);
  await askForTls(plain);
  const transport = await upgradeToTls(plain, settings);
  assert.equal(transport.secure, true);
  transport.stream.write("hello");
  assert.equal(await greeting(transport), "secret: hello");
  await once(plain.stream, "close");
});

test("plain text injected behind the answer to STARTTLS ends the connection", async (t) => {
  const { port } = await startTlsServer(t);
  const settings = inetSettings(port, { startTls: true, tls: tlsSettings({ caFile }) });
  const plain = await openTransport(settings, { keepAlive: false });
  await askForTls(plain);
  plain.stream.pause();
  plain.stream.unshift(Buffer.from("A2 OK injected\r\n"));
  await assert.rejects(upgradeToTls(plain, settings), { code: "TLS", message: /plain text where TLS must begin$/ });
  assert.equal(plain.stream.destroyed, true);
});
