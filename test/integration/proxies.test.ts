// Every kind of proxy, of Debian's packages, over IPv4 and IPv6, to a Dovecot behind TLS.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, test, type TestContext } from "node:test";
import { openTransport } from "../../src/imap/transport/open-transport.ts";
import type { InetSettings, ProxyProtocol, ProxySettings } from "../../src/model/server-settings.ts";
import { startMicrosocks, startTinyproxy, startTlsFront } from "../support/debian-proxies.ts";
import { startDovecot } from "../support/dovecot.ts";
import { patienceMs } from "../support/eventually.ts";
import { inetSettings, listen, tlsSettings } from "../support/inet-settings.ts";
import type { MailServer } from "../support/mail-server.ts";

let server: MailServer;

before(async () => {
  server = await startDovecot({ tls: true, extraConfig: "listen = 127.0.0.1, ::1" });
});

after(() => server.stop());

// tinyproxy takes letters only.
const right = { username: "jane", password: "s3cr3t" };
const wrong = { username: "jane", password: "wr0ng" };

type Credentials = typeof right | undefined;

/** A proxy that wants these credentials, and the settings for it. */
async function startProxy(
  t: TestContext,
  protocol: ProxyProtocol,
  place: { readonly address: string; readonly wants: Credentials },
): Promise<ProxySettings> {
  const { address, wants: credentials } = place;
  const options = { address, ...(credentials === undefined ? {} : { credentials }) };
  const nobody = { username: undefined, password: undefined };
  if (protocol === "socks5" || protocol === "socks5h") {
    return { protocol, host: address, port: await startMicrosocks(t, options), ...nobody };
  }
  const inner = await startTinyproxy(t, options);
  if (protocol === "http") return { protocol, host: address, port: inner, ...nobody };
  const front = await startTlsFront(t, address, inner);
  return { protocol, host: address, port: front.port, ...nobody, tls: tlsSettings({ caFile: front.certificateFile }) };
}

/** The first octets of the server's greeting. */
async function greeting(settings: InetSettings): Promise<string> {
  const { stream } = await openTransport(settings, { keepAlive: false, timeoutMs: patienceMs });
  try {
    const [bytes] = (await once(stream, "data", { signal: AbortSignal.timeout(patienceMs) })) as [Buffer];
    return bytes.toString("latin1").slice(0, 4);
  } finally {
    stream.destroy();
  }
}

function toServer(host: string, proxy: ProxySettings): InetSettings {
  // The certificate names no IPv6 address.
  const tls = host === "::1" ? { verify: false } : { caFile: server.certificateFile };
  return inetSettings(server.tlsPort!, {
    type: "imaps",
    host,
    isIpLiteral: host !== "localhost",
    proxy,
    tls: tlsSettings(tls),
  });
}

const protocols = ["socks5", "socks5h", "http", "https"] as const;

for (const protocol of protocols) {
  for (const address of ["127.0.0.1", "::1"]) {
    test(`${protocol} at ${address}: to IPv4, IPv6, and a name`, async (t) => {
      const proxy = await startProxy(t, protocol, { address, wants: undefined });
      for (const host of ["127.0.0.1", "::1", "localhost"]) {
        assert.equal(await greeting(toServer(host, proxy)), "* OK", host);
      }
    });

    test(`${protocol} at ${address}: with user name and password`, async (t) => {
      const proxy = await startProxy(t, protocol, { address, wants: right });
      assert.equal(await greeting(toServer("127.0.0.1", { ...proxy, ...right })), "* OK");
      const name = `${protocol.startsWith("http") ? "HTTP" : "SOCKS"} proxy ${address === "::1" ? "[::1]" : address}`;
      for (const [credentials, reason] of [
        [wrong, /: the proxy refused the user name or password/],
        [{}, /: the proxy wants /],
      ] as const) {
        await assert.rejects(greeting(toServer("127.0.0.1", { ...proxy, ...credentials })), (error: Error) => {
          assert.equal("code" in error && error.code, "CONNECT");
          assert.ok(error.message.includes(` through the ${name}:${proxy.port}: `), error.message);
          assert.match(error.message, reason);
          assert.doesNotMatch(error.message, /wr0ng/);
          return true;
        });
      }
    });
  }

  test(`${protocol}: who refused, the proxy or the server`, async (t) => {
    const closed = createServer();
    const port = await listen(closed);
    closed.close();
    const proxy = await startProxy(t, protocol, { address: "127.0.0.1", wants: undefined });
    await assert.rejects(greeting(inetSettings(port, { proxy })), {
      code: "CONNECT",
      message:
        /^cannot connect to 127\.0\.0\.1:\d+ through the \w+ proxy 127\.0\.0\.1:\d+: (?:connection refused|the proxy cannot reach the server \(50\d [A-Za-z ]+\))$/,
    });
    await assert.rejects(greeting(inetSettings(server.tlsPort!, { proxy: { ...proxy, port } })), {
      code: "CONNECT",
      message: /^cannot connect to the \w+ proxy 127\.0\.0\.1:\d+: connection refused$/,
    });
  });
}
