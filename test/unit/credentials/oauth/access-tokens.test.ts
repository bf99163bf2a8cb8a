// Access tokens from what a login left: kept, refreshed in time, by one at a time, and never lost.

import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { AccessTokens } from "../../../../src/credentials/oauth/access-tokens.ts";
import { formatDocument, parseDocument, type TokenDocument } from "../../../../src/credentials/oauth/token-document.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import type { OAuthSettings } from "../../../../src/model/oauth-settings.ts";
import { errorLine } from "../../../support/error-line.ts";
import { issuerSettings } from "../../../support/issuer-settings.ts";
import { type IssuerHabits, type OAuthIssuer, startOAuthIssuer } from "../../../support/oauth-issuer.ts";
import { removeScratch, scratchDirectory } from "../../../support/scratch.ts";

const first = { refused: undefined, signal: undefined };

function insteadOf(refused: string): { refused: string; signal: undefined } {
  return { refused, signal: undefined };
}

let issuer: OAuthIssuer;
let usual: IssuerHabits;
let directory: string;
let file: string;

before(async () => {
  issuer = await startOAuthIssuer();
  usual = { ...issuer.habits };
  directory = scratchDirectory("tokens");
});
beforeEach(() => {
  Object.assign(issuer.habits, usual);
  const place = join(directory, String(Math.random()));
  mkdirSync(place);
  file = join(place, "token");
});
after(async () => {
  await issuer.stop();
  removeScratch(directory);
});

function tokensFor(settings: Partial<OAuthSettings> = {}, given = new Set<string>()): AccessTokens {
  return new AccessTokens(issuerSettings(issuer, file, settings), {
    side: "remote",
    hide: (secret) => given.add(secret),
  });
}

/** As a login left it; `isOld`: the access token is near its end. */
async function leave({
  isOld = true,
  ...more
}: Partial<TokenDocument> & { readonly isOld?: boolean } = {}): Promise<TokenDocument> {
  const document: TokenDocument = {
    ...{ issuer: issuer.url, clientId: issuer.clientId, refreshToken: issuer.refreshToken() },
    accessToken: await issuer.accessToken({ at: Math.random() }),
    renewAt: isOld ? 1 : Date.now() + 3_600_000,
    ...more,
  };
  writeFileSync(file, formatDocument(document), { mode: 0o600 });
  return document;
}

function kept(): TokenDocument {
  return parseDocument(readFileSync(file, "utf8")) ?? assert.fail("no document");
}

/** How often a token was refreshed while `work` was done. */
async function refreshes(work: () => Promise<void>): Promise<number> {
  const before = issuer.requests.length;
  await work();
  return issuer.requests.slice(before).filter((request) => request === "/token refresh_token").length;
}

function failsWith(code: string, pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof InterimapError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(errorLine(error), pattern);
    for (const secret of issuer.secrets) assert.ok(!errorLine(error).includes(secret), errorLine(error));
    return true;
  };
}

test("a token that lasts is used as it is, by one process after the other, and nobody is asked", async () => {
  const { accessToken } = await leave({ isOld: false });
  const before = issuer.requests.length;
  assert.equal(await tokensFor().token(first), accessToken);
  assert.equal(await tokensFor().token(first), accessToken);
  assert.equal(issuer.requests.length, before);
});

test("a token near its end is refreshed and kept before it is used; all secrets are told", async () => {
  const former = await leave();
  const given = new Set<string>();
  const tokens = tokensFor({}, given);
  const token = await tokens.token(first);
  assert.notEqual(token, former.accessToken);
  assert.equal(kept().accessToken, token);
  assert.equal(kept().refreshToken, former.refreshToken);
  assert.ok(kept().renewAt > Date.now() + 3_000_000 && kept().renewAt < Date.now() + 3_400_000);
  for (const secret of [token, former.accessToken, former.refreshToken, issuer.clientSecret])
    assert.ok(given.has(secret));
  assert.equal(await refreshes(async () => void (await tokens.token(first))), 0);
});

test("several connections, and several processes, wait for one refresh", async () => {
  issuer.habits.rotates = true;
  const former = await leave();
  const [one, other] = [tokensFor(), tokensFor()];
  const count = await refreshes(async () => {
    const all = await Promise.all([one, one, other, one, other].map((tokens) => tokens.token(first)));
    assert.equal(new Set(all).size, 1);
  });
  assert.equal(count, 1);
  assert.notEqual(kept().refreshToken, former.refreshToken);
  assert.ok(!existsSync(`${file}.lock`));
});

test("a token that the server refuses is refreshed once for all connections that had it", async () => {
  const { accessToken } = await leave({ isOld: false });
  const tokens = tokensFor();
  await Promise.all([tokens.token(first), tokens.token(first)]);
  const count = await refreshes(async () => {
    const next = await tokens.token(insteadOf(accessToken));
    assert.notEqual(next, accessToken);
    // Another connection, whose refusal came a moment later.
    assert.equal(await tokens.token(insteadOf(accessToken)), next);
  });
  assert.equal(count, 1);
});

test("a refused token that another process has refreshed meanwhile is not refreshed again", async () => {
  const former = await leave({ isOld: false });
  const tokens = tokensFor();
  assert.equal(await tokens.token(first), former.accessToken);
  const next = await leave({ isOld: false, refreshToken: former.refreshToken });
  assert.equal(
    await refreshes(async () => assert.equal(await tokens.token(insteadOf(former.accessToken)), next.accessToken)),
    0,
  );
});

test("a lock that a killed process left is no obstacle", async () => {
  await leave();
  writeFileSync(`${file}.lock`, "4194305\n");
  await tokensFor().token(first);
  writeFileSync(`${file}.lock`, `${process.pid}\n`);
  await leave();
  await tokensFor().token(first);
});

test("each refresh token is good once: rotated ones are followed", async () => {
  issuer.habits.rotates = true;
  await leave();
  const seen = new Set<string>();
  for (let turn = 0; turn < 3; turn++) {
    await tokensFor().token(first);
    seen.add(kept().refreshToken);
    writeFileSync(file, formatDocument({ ...kept(), renewAt: 1 }));
  }
  assert.equal(seen.size, 3);
});

test("a rotated token that cannot be kept is not lost while the process lives, and not used before", async () => {
  issuer.habits.rotates = true;
  const former = await leave();
  const tokens = tokensFor();
  // Whatever is to be written goes there first.
  mkdirSync(`${file}.partial/x`, { recursive: true });
  await assert.rejects(tokens.token(first), failsWith("CREDENTIALS", /cannot be written.*oauth-token-file/));
  assert.equal(kept().refreshToken, former.refreshToken);
  await assert.rejects(tokens.token(first), failsWith("CREDENTIALS", /cannot be written/));
  rmSync(`${file}.partial`, { recursive: true });
  const count = await refreshes(async () => assert.equal(await tokens.token(first), kept().accessToken));
  assert.equal(count, 0);
  assert.notEqual(kept().refreshToken, former.refreshToken);
});

test("a revoked refresh token, and none at all, want a login", async () => {
  await leave();
  issuer.revokeAll();
  const revoked =
    /cannot be refreshed: .* says invalid_grant: Token has been expired or revoked; log in again: interimap login remote$/;
  await assert.rejects(tokensFor().token(first), failsWith("AUTH_FAILED", revoked));
  rmSync(file);
  const missing = /nobody has logged in yet: there are no tokens in .*; run: interimap login remote$/;
  await assert.rejects(tokensFor().token(first), failsWith("AUTH_FAILED", missing));
});

test("tokens are shown to nobody but the issuer and the client that they are of", async () => {
  const before = issuer.requests.length;
  for (const other of [{ issuer: "https://elsewhere.example" }, { clientId: "another" }]) {
    await leave(other);
    await assert.rejects(tokensFor().token(first), failsWith("AUTH_FAILED", /those of another issuer or client/));
  }
  assert.equal(issuer.requests.length, before);
});

test("what is no document wants a login, and does not show", async () => {
  for (const text of ["", "hunter2", "[]", "null", '{"version":2}', '{"version":1,"issuer":"x"}']) {
    writeFileSync(file, text, { mode: 0o600 });
    await assert.rejects(
      tokensFor().token(first),
      failsWith("AUTH_FAILED", /^(?!.*hunter2).*interimap login remote$/),
      text,
    );
  }
});

test("a network that fails, and an issuer that is busy, can be tried again", async () => {
  await leave();
  const tokens = tokensFor();
  issuer.habits.outage = 503;
  await assert.rejects(tokens.token(first), (error: unknown) => {
    assert.ok(error instanceof InterimapError);
    assert.equal(error.retry, "reconnect");
    return failsWith("CONNECT", /cannot be refreshed: .* HTTP status 503; try again later/)(error);
  });
  issuer.habits.outage = undefined;
  await tokens.token(first);
});

test("a file that others can read or write is not believed", async () => {
  await leave({ isOld: false });
  chmodSync(file, 0o640);
  await assert.rejects(tokensFor().token(first), failsWith("CREDENTIALS", /can be read by others; run: chmod 600/));
  chmodSync(file, 0o666);
  await assert.rejects(tokensFor().token(first), failsWith("CREDENTIALS", /can be changed by others/));
});

test("a signal ends the wait of one, not that of others", async () => {
  await leave();
  const tokens = tokensFor();
  const stop = new AbortController();
  const [one, other] = [tokens.token({ ...first, signal: stop.signal }), tokens.token(first)];
  stop.abort(new Error("stopped"));
  await assert.rejects(one, /stopped/);
  assert.equal(await other, kept().accessToken);
});

test("an issuer that does not say how long a token lasts is asked once a process", async () => {
  await leave({ renewAt: 0 });
  const tokens = tokensFor();
  issuer.habits.tokenSeconds = 0;
  assert.equal(await refreshes(async () => void (await tokens.token(first))), 1);
  assert.equal(kept().renewAt, 0);
  assert.equal(await refreshes(async () => void (await tokens.token(first))), 0);
});

test("a command keeps the tokens: they go through pipes, and no argument shows them", async () => {
  await leave();
  const text = readFileSync(file, "utf8");
  rmSync(file);
  const log = `${file}.arguments`;
  const keeper = `${file}.sh`;
  writeFileSync(keeper, `echo "$@" >>'${log}'; case $1 in get) cat '${file}';; store) cat >'${file}';; esac\n`);
  const settings = { tokens: { command: `sh '${keeper}'` } };
  await assert.rejects(
    tokensFor(settings).token(first),
    failsWith("CREDENTIALS", /token-store-command get: .* exit status 1.*interimap login remote/),
  );
  writeFileSync(file, "");
  await assert.rejects(
    tokensFor(settings).token(first),
    failsWith("AUTH_FAILED", /no tokens with token-store-command/),
  );
  writeFileSync(file, text);
  assert.equal(await tokensFor(settings).token(first), kept().accessToken);
  assert.deepEqual(readFileSync(log, "utf8").split("\n"), ["get", "get", "get", "get", "store", ""]);
});
