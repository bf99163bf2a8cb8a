// Certificates of ours, shown to a Dovecot that lets nobody in without one.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeAuthority } from "../support/authority.ts";
import { startDovecot } from "../support/dovecot.ts";
import { requireCertificatesOf } from "../support/dovecot-certificates.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import {
  makeHome,
  overStartTls,
  overTls,
  plainText,
  runInterimap,
  type RunResult,
  type SectionSettings,
} from "../support/run-interimap.ts";
import { removeScratch } from "../support/scratch.ts";

const authority = makeAuthority("Users");
const stranger = makeAuthority("Strangers");
const mine = authority.issue("mine", { subject: "/CN=u" });
const expired = authority.issue("expired", { subject: "/CN=u", validDays: [-10, -5] });
const unknown = stranger.issue("unknown", { subject: "/CN=u" });

let plain: MailServer;
let strict: MailServer;

before(async () => {
  [plain, strict] = await Promise.all([
    startDovecot(),
    startDovecot({ tls: true, extraConfig: requireCertificatesOf(authority) }),
  ]);
});

after(async () => {
  for (const { directory } of [authority, stranger]) removeScratch(directory);
  await Promise.all([plain, strict].map((server) => server.stop()));
});

async function run(remote: SectionSettings): Promise<RunResult> {
  const home = makeHome({ local: plainText(asUser(plain, "local")), remote });
  try {
    return await runInterimap(home);
  } finally {
    home.remove();
  }
}

for (const [name, over] of [
  ["imaps", overTls],
  ["STARTTLS", overStartTls],
] as const) {
  test(`${name}: who shows the right certificate gets in, and nobody else`, async () => {
    const { stderr, status } = await run({ ...over(strict), SSL_cert: mine.certFile, SSL_key: mine.keyFile });
    assert.equal(status, 0, stderr);
    for (const { certFile, keyFile } of [unknown, expired]) {
      const refused = await run({ ...over(strict), SSL_cert: certFile, SSL_key: keyFile });
      assert.equal(refused.status, 77, refused.stderr);
    }
    assert.equal((await run(over(strict))).status, 77);
  });
}

test("what is wrong with it ends the run with a line", async () => {
  const { stderr, status } = await run({ ...overTls(strict), SSL_cert: mine.certFile, SSL_key: unknown.keyFile });
  assert.equal(status, 78, stderr);
  assert.match(
    stderr,
    /^remote: SSL_key: the private key in \S+ is not that of the first certificate in \S+; [^\n]+\n$/,
  );
});

test("an expired one is warned of", async () => {
  const { stderr } = await run({ ...overTls(strict), SSL_cert: expired.certFile, SSL_key: expired.keyFile });
  assert.match(stderr, /expired\.pem: the certificate in SSL_cert expired on .*; a server may refuse it$/m);
});
