// Dovecot and the issuer of test/support: which tokens are taken, and what is said of the others.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { acceptTokensOf } from "../support/dovecot-oauth.ts";
import type { MailServer } from "../support/mail-server.ts";
import { type OAuthIssuer, startOAuthIssuer } from "../support/oauth-issuer.ts";
import { RawImap } from "../support/raw-imap.ts";

let issuer: OAuthIssuer;
let server: MailServer;

before(async () => {
  issuer = await startOAuthIssuer();
  server = await startDovecot({ extraConfig: acceptTokensOf(issuer) });
});
after(async () => {
  await server.stop();
  await issuer.stop();
});

function message(mechanism: string, token: string): string {
  const text =
    mechanism === "XOAUTH2" ? `user=u\x01auth=Bearer ${token}\x01\x01` : `n,a=u,\x01auth=Bearer ${token}\x01\x01`;
  return Buffer.from(text).toString("base64");
}

/** "OK" or "NO", and whether the server explained itself before. */
async function logIn(mechanism: string, token: string): Promise<{ status: string; isExplained: boolean }> {
  const imap = await RawImap.open(server);
  const reply = imap.send(`AUTHENTICATE ${mechanism} ${message(mechanism, token)}`);
  const isExplained = (await Promise.race([reply, imap.continued()])) === undefined;
  if (isExplained) imap.write(mechanism === "XOAUTH2" ? "\r\n" : "AQ==\r\n");
  const { status } = await reply;
  await imap.close();
  return { status, isExplained };
}

for (const mechanism of ["XOAUTH2", "OAUTHBEARER"]) {
  test(`${mechanism}: a token of the issuer lets in, others do not`, async () => {
    const allowed = { status: "OK", isExplained: false };
    const refused = { status: "NO", isExplained: true };
    assert.deepEqual(await logIn(mechanism, await issuer.accessToken()), allowed);
    const past = Math.floor(Date.now() / 1000) - 60;
    for (const claims of [{ exp: past }, { scope: "calendar" }, { email: "v" }, { iss: "http://127.0.0.1:1" }])
      assert.deepEqual(await logIn(mechanism, await issuer.accessToken(claims)), refused, JSON.stringify(claims));
  });
}
