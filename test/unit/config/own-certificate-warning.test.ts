import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ownCertificateWarning } from "../../../src/config/own-certificate-warning.ts";
import type { TransportSettings } from "../../../src/model/server-settings.ts";
import { makeAuthority } from "../../support/authority.ts";
import { someCredentials } from "../../support/credentials.ts";
import { inetSettings, tlsSettings } from "../../support/inet-settings.ts";
import { removeScratch } from "../../support/scratch.ts";

const { directory, issue } = makeAuthority();
after(() => {
  removeScratch(directory);
});
const current = issue("current").certFile;
const expired = issue("expired", { validDays: [-10, -5] }).certFile;
const early = issue("early", { validDays: [5, 10] }).certFile;

function showing(certFile: string, more: object = {}): TransportSettings {
  const tls = tlsSettings({ ownCertificate: { certFile, keyFile: undefined } });
  return inetSettings(993, { type: "imaps", tls, ...more });
}

test("a certificate of ours that is not valid today is warned of, and no other", () => {
  const now = Date.now();
  assert.match(
    ownCertificateWarning(showing(expired), now)!,
    /expired\.pem: the certificate in SSL_cert expired on \w+ .* GMT; a server may refuse it$/,
  );
  assert.match(ownCertificateWarning(showing(early), now)!, /SSL_cert is not valid before \w+ .* GMT; /);
  for (const file of [current, "/nonexistent", "/dev/zero", directory])
    assert.equal(ownCertificateWarning(showing(file), now), undefined, file);
});

test("it is for logins under TLS only", () => {
  const tunnel = { type: "tunnel", command: "x", nullStderr: false } as const;
  for (const [transport, counts] of [
    [showing(expired), true],
    [showing(expired, { type: "imap", startTls: true }), true],
    [showing(expired, { type: "imap", startTls: false }), false],
    [inetSettings(993, { type: "imaps" }), false],
    [tunnel, false],
  ] as const) {
    assert.equal(ownCertificateWarning(transport, Date.now()) !== undefined, counts);
    const { kinds } = someCredentials({ transport });
    assert.equal(kinds.has("certificate"), counts);
  }
});
