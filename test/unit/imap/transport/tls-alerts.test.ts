// How a server ends TLS, and what a user reads then: `openssl s_server` where it can be had to send the alert, else its octets.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, test, type TestContext } from "node:test";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import type { OwnCertificate, TlsSettings } from "../../../../src/model/server-settings.ts";
import { localNames, makeAuthority } from "../../../support/authority.ts";
import { errorLine } from "../../../support/error-line.ts";
import { eventually } from "../../../support/eventually.ts";
import { inetSettings, listen, tlsSettings } from "../../../support/inet-settings.ts";
import { type OpensslServer, startOpensslServer } from "../../../support/openssl-server.ts";
import { removeScratch } from "../../../support/scratch.ts";

const authority = makeAuthority("Users");
const stranger = makeAuthority("Strangers");
after(() => {
  for (const { directory } of [authority, stranger]) removeScratch(directory);
});
const server = authority.issue("server", { altNames: localNames });
const expired = authority.issue("expired", { subject: "/CN=me", validDays: [-20, -10] });
const unknown = stranger.issue("unknown", { subject: "/CN=me" });

async function serve(t: TestContext, args: readonly string[]): Promise<OpensslServer> {
  const started = await startOpensslServer(["-cert", server.certFile, "-key", server.keyFile, ...args]);
  t.after(() => started.stop());
  return started;
}

/** The line that ends the connection, in the handshake or right after it. */
async function lineOf(port: number, tls: Partial<TlsSettings> = {}): Promise<string> {
  const settings = inetSettings(port, {
    ...{ type: "imaps", host: "localhost", isIpLiteral: false },
    tls: tlsSettings({ caFile: authority.certFile, ...tls }),
  });
  try {
    const { stream, explain } = await openTransport(settings, { keepAlive: false });
    const [error] = (await once(stream.resume(), "error").catch((cause: unknown) => [cause])) as [Error];
    return errorLine(explain!(error) as never);
  } catch (error) {
    return errorLine(error as never);
  }
}

const wanting = ["-CAfile", authority.certFile, "-Verify", "1", "-verify_return_error"];

for (const version of ["tls1_2", "tls1_3"]) {
  for (const { what, own, line } of [
    {
      what: "expired",
      own: expired,
      line: /the server does not accept our certificate: it is not valid now \(TLS alert certificate_expired\); see SSL_cert \(subject: CN=me; issuer: CN=Users; valid from .* UTC to .* UTC\)$/,
    },
    {
      what: "of an unknown authority",
      own: unknown,
      line: /the server does not accept our certificate: it does not know the authority \(TLS alert unknown_ca\); see SSL_cert \(subject: CN=me; issuer: CN=Strangers; /,
    },
    {
      what: "missing",
      own: undefined,
      line:
        version === "tls1_3"
          ? /the server wants a certificate of ours \(TLS alert certificate_required\); set SSL_cert and SSL_key$/
          : /the server refused the TLS handshake \(TLS alert handshake_failure\); .*; it may want a certificate: see SSL_cert$/,
    },
  ]) {
    test(`our certificate is ${what} (${version})`, async (t) => {
      const { port } = await serve(t, [...wanting, `-${version}`]);
      const ownCertificate: OwnCertificate | undefined = own;
      assert.match(await lineOf(port, { ownCertificate }), line);
    });
  }
}

test("the server does not know the name", async (t) => {
  const two = ["-cert2", server.certFile, "-key2", server.keyFile];
  const { port } = await serve(t, [...two, "-servername", "mail.example.org", "-servername_fatal"]);
  assert.match(
    await lineOf(port),
    /: the server does not know the name localhost \(TLS alert unrecognized_name\); see SSL_hostname$/,
  );
});

for (const [alert, line] of [
  [10, /: the server ended the TLS handshake \(TLS alert unexpected_message\); see the SSL_ settings$/],
  [42, /: the server wants a certificate of ours \(TLS alert bad_certificate\); set SSL_cert and SSL_key$/],
  [49, /: the server denies access \(TLS alert access_denied\); see SSL_cert$/],
  [70, /: no TLS version in common with the server \(TLS alert protocol_version\); see SSL_protocol_min and SSL_pr/],
  [71, /: the server wants stronger ciphers \(TLS alert insufficient_security\); see SSL_cipherlist and SSL_ciphers/],
  [
    80,
    /: the server reported an error of its own during the TLS handshake \(TLS alert internal_error\); try again later$/,
  ],
  [
    120,
    /: the server speaks another protocol on this port \(TLS alert no_application_protocol\); check host and port$/,
  ],
] as const) {
  test(`alert ${alert}`, async (t) => {
    const listener = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.write(Buffer.from([21, 3, 3, 0, 2, 2, alert])));
    });
    t.after(() => listener.close());
    assert.match(await lineOf(await listen(listener)), line);
  });
}

test("a failure that may pass does not end a daemon", async (t) => {
  const listener = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.write(Buffer.from([21, 3, 3, 0, 2, 2, 80])));
  });
  t.after(() => listener.close());
  const settings = inetSettings(await listen(listener), { type: "imaps" });
  await assert.rejects(openTransport(settings, { keepAlive: false }), { code: "CONNECT", retry: "reconnect" });
});

test("TLS is not negotiated anew on a connection: nobody would look at the certificate", async (t) => {
  const talker = await serve(t, ["-tls1_2"]);
  const tls = tlsSettings({ caFile: authority.certFile });
  const { stream } = await openTransport(inetSettings(talker.port, { type: "imaps", tls }), { keepAlive: false });
  t.after(() => stream.destroy());
  stream.resume();
  // A command of s_server's.
  talker.say("r\n");
  await eventually("the server's complaint", () => /no renegotiation/.test(talker.output()));
});

test("each connection shows its certificate: none takes up an earlier session; no ALPN is offered", async (t) => {
  const talker = await serve(t, ["-alpn", "http/1.1"]);
  const tls = tlsSettings({ caFile: authority.certFile });
  for (let count = 1; count <= 2; count++) {
    const { stream } = await openTransport(inetSettings(talker.port, { type: "imaps", tls }), { keepAlive: false });
    await eventually("the handshake", () => talker.output().split("BEGIN SSL SESSION").length > count);
    stream.destroy();
  }
  assert.doesNotMatch(talker.output(), /Reused session|ALPN protocols advertised/);
});
