// `interimap login` as a user types it: the tokens it keeps, what it prints, and what never shows.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { issuerSection } from "../support/issuer-settings.ts";
import { type OAuthIssuer, startOAuthIssuer } from "../support/oauth-issuer.ts";
import {
  type InterimapHome,
  makeHome,
  runInterimap,
  type RunResult,
  startInterimap,
} from "../support/run-interimap.ts";

let issuer: OAuthIssuer;
let home: InterimapHome;

const local = { type: "tunnel", command: "false" };

before(async () => {
  issuer = await startOAuthIssuer({ interval: 0.05 });
});
beforeEach(() => {
  home = makeHome({ local, remote: { username: "u", ...issuerSection(issuer) } });
});
afterEach(() => home.remove());
after(() => issuer.stop());

function tokenFile(side = "remote"): string {
  return `${home.databaseFile}.${side}-token`;
}

function requireNoSecrets({ stdout, stderr }: RunResult): void {
  for (const secret of issuer.secrets) assert.ok(!`${stdout}${stderr}`.includes(secret));
}

test("login in a browser, on a machine without one", async () => {
  const { line, finished } = startInterimap(home, ["login", "remote"], { env: noBrowser });
  const page = await fetch((await line(/^ {2}http/)).trim());
  assert.match(await page.text(), /interimap is logged in/);
  const result = await finished;
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /^To log in at 127\.0\.0\.1:\d+, open this address/);
  assert.ok(
    result.stdout.endsWith(`\nLogged in. The tokens are kept in ${tokenFile()}, and refreshed when necessary.\n`),
  );
  assert.equal(statSync(tokenFile()).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(home.directory, "data/interimap")), ["test.db.remote-token"]);
  requireNoSecrets(result);
});

test("login in a browser that the program opens: its arguments say nothing", async () => {
  const browser = join(home.directory, "browser");
  // It follows all redirects, as browsers do.
  writeFileSync(
    browser,
    `#!/bin/sh\necho "$*" >>'${browser}.arguments'\n'${process.execPath}' -e 'fetch(process.argv[1])' "$1"\n`,
    { mode: 0o700 },
  );
  const result = await runInterimap(home, ["login"], { env: { ...noBrowser, BROWSER: browser } });
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /^A browser opens to log in/);
  const given = readFileSync(`${browser}.arguments`, "utf8");
  assert.match(given, /^http:\/\/127\.0\.0\.1:\d+\/start\/[0-9a-f]{32}\n$/);
  requireNoSecrets(result);
});

test("login on a device, with the code that is printed", async () => {
  home.configure({ local, remote: { username: "u", ...issuerSection(issuer), "oauth-flow": "device" } });
  const { line, finished } = startInterimap(home, ["--debug", "login"], { env: noBrowser });
  issuer.approve((await line(/^and enter the code/)).split(" ").at(-1)!);
  const result = await finished;
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /Logged in\./);
  requireNoSecrets(result);
});

test("what cannot log in says so: which side, no provider, a signal", async () => {
  const run = async (args: readonly string[], status: number, pattern: RegExp): Promise<void> => {
    const result = await runInterimap(home, args, { env: noBrowser });
    assert.equal(result.status, status, result.stderr);
    assert.match(result.stderr, pattern);
  };
  await run(["login", "local"], 78, /\[local\] has no oauth-provider; set oauth-provider and oauth-client-id/);
  await run(["login", "elsewhere"], 64, /login takes local or remote, not "elsewhere"; .*-- login/);
  await run(["login", "--same-accounts"], 64, /login and --same-accounts exclude each other/);
  const both = { username: "u", ...issuerSection(issuer) };
  home.configure({ local: both, remote: both });
  await run(["login"], 64, /login needs local or remote/);
  const { child, line, finished } = startInterimap(home, ["login", "local"], { env: noBrowser });
  await line(/^ {2}http/);
  child.kill("SIGINT");
  assert.equal((await finished).status, 130);
});

test("after --, and with another command, login is a mailbox", async () => {
  const result = await runInterimap(home, ["--", "login"], { env: noBrowser });
  assert.doesNotMatch(result.stdout, /log in/);
  assert.match(result.stderr, /tunnel/);
});

const noBrowser = { BROWSER: "", DISPLAY: "", WAYLAND_DISPLAY: "" };
