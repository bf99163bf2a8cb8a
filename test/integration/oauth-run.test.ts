// From `interimap login` to mail, with Dovecot, which takes the issuer's tokens: runs that refresh by themselves, and those that
// cannot any more.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import { formatDocument, parseDocument, type TokenDocument } from "../../src/credentials/oauth/token-document.ts";
import { startDovecot } from "../support/dovecot.ts";
import { acceptTokensOf } from "../support/dovecot-oauth.ts";
import { becomes } from "../support/eventually.ts";
import { issuerSection } from "../support/issuer-settings.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { type IssuerHabits, type OAuthIssuer, startOAuthIssuer } from "../support/oauth-issuer.ts";
import {
  type InterimapHome,
  makeHome,
  plainText,
  runInterimap,
  type RunResult,
  startInterimap,
} from "../support/run-interimap.ts";
import { asClient } from "../support/two-stores.ts";

let issuer: OAuthIssuer;
let usual: IssuerHabits;
let server: MailServer;
let home: InterimapHome;

before(async () => {
  issuer = await startOAuthIssuer({ rotates: true });
  usual = { ...issuer.habits };
  server = await startDovecot({ extraConfig: acceptTokensOf(issuer) });
  const remote = { ...plainText(server), ...issuerSection(issuer) };
  home = makeHome({ local: asUser(server, "l"), remote });
  await logIn();
});
beforeEach(() => Object.assign(issuer.habits, usual));
after(async () => {
  home.remove();
  await server.stop();
  await issuer.stop();
});

async function logIn(): Promise<void> {
  const { line, finished } = startInterimap(home, ["login", "remote"], {
    env: { BROWSER: "", DISPLAY: "", WAYLAND_DISPLAY: "" },
  });
  await (await fetch((await line(/^ {2}http/)).trim())).text();
  assert.equal((await finished).status, 0);
}

/** Of the file that keeps the tokens. */
function change(what: (document: TokenDocument) => Partial<TokenDocument>): TokenDocument {
  const file = `${home.databaseFile}.remote-token`;
  const document = parseDocument(readFileSync(file, "utf8")) ?? assert.fail();
  const changed = { ...document, ...what(document) };
  writeFileSync(file, formatDocument(changed));
  return changed;
}

const nearItsEnd = (): Partial<TokenDocument> => ({ renewAt: 1 });

async function run(status: number, ...args: readonly string[]): Promise<RunResult> {
  const result = await runInterimap(home, args);
  assert.equal(result.status, status, result.stderr);
  for (const secret of issuer.secrets) assert.ok(!`${result.stdout}${result.stderr}`.includes(secret));
  return result;
}

function refreshes(): number {
  return issuer.requests.filter((request) => request === "/token refresh_token").length;
}

test("a run logs in with the token, and needs nobody", async () => {
  const before = issuer.requests.length;
  await asClient(asUser(server, "l"), (imap) => imap.run("CREATE Archive"));
  await run(0);
  await asClient(server, async (imap) => {
    assert.ok((await imap.list()).some(({ name }) => name === "Archive"));
  });
  assert.equal(issuer.requests.length, before);
});

test("a token near its end is refreshed by the run itself, once for all connections", async () => {
  const { accessToken, refreshToken } = change(nearItsEnd);
  const before = refreshes();
  await run(0, "--debug");
  assert.equal(refreshes(), before + 1);
  const next = change(() => ({}));
  assert.ok(next.accessToken !== accessToken && next.refreshToken !== refreshToken);
});

test("a token that the server takes no more is refreshed, and the login done again", async () => {
  const past = Math.floor(Date.now() / 1000) - 60;
  const expired = await issuer.accessToken({ exp: past });
  change(() => ({ accessToken: expired }));
  const before = refreshes();
  await run(0);
  assert.equal(refreshes(), before + 1);
});

test("a token of somebody else: whose it is, and what to do", async () => {
  issuer.habits.account = "v";
  change(nearItsEnd);
  const { stderr } = await run(77);
  assert.match(
    stderr,
    /login as u refused: .* the token is for v, not for u: .*; then log in again: interimap login remote$/m,
  );
  issuer.habits.account = "u";
  await logIn();
});

test("a daemon waits for an issuer that is out of order, and ends when the login is revoked", async () => {
  change(nearItsEnd);
  Object.assign(issuer.habits, { outage: 503, tokenSeconds: 5 });
  const daemon = startInterimap(home, ["--watch=1"]);
  await daemon.line(/HTTP status 503/);
  const before = refreshes();
  issuer.habits.outage = undefined;
  daemon.child.kill("SIGUSR1");
  await becomes(() => refreshes() > before, true);
  await daemon.line(/connected again/i);
  issuer.revokeAll();
  await becomes(() => Date.now() > change(() => ({})).renewAt, true);
  await server.restart();
  const { status, stderr } = await daemon.finished;
  assert.equal(status, 77, stderr);
  assert.match(stderr, /says invalid_grant.*; log in again: interimap login remote$/m);
});

test("a refresh token that is revoked: exit 77, and the line that says what to do", async () => {
  await logIn();
  issuer.revokeAll();
  change(nearItsEnd);
  const { stderr } = await run(77);
  assert.match(
    stderr,
    /^remote: the access token cannot be refreshed: 127\.0\.0\.1:\d+ says invalid_grant: Token has been expired or revoked; log in again: interimap login remote$/m,
  );
  await logIn();
  await run(0);
});
