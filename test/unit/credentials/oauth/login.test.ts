// `interimap login` with an issuer on this machine: both flows, and all that can go wrong in them.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Dialogue } from "../../../../src/credentials/oauth/exchange.ts";
import { logIn } from "../../../../src/credentials/oauth/login.ts";
import { parseDocument } from "../../../../src/credentials/oauth/token-document.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import type { OAuthSettings } from "../../../../src/model/oauth-settings.ts";
import { freePorts } from "../../../support/daemon.ts";
import { errorLine } from "../../../support/error-line.ts";
import { becomes, eventually } from "../../../support/eventually.ts";
import { issuerSettings } from "../../../support/issuer-settings.ts";
import { type IssuerHabits, type OAuthIssuer, startOAuthIssuer } from "../../../support/oauth-issuer.ts";
import { removeScratch, scratchDirectory } from "../../../support/scratch.ts";

let issuer: OAuthIssuer;
let usual: IssuerHabits;
let directory: string;
let file: string;

before(async () => {
  issuer = await startOAuthIssuer({ interval: 0.01 });
  usual = { ...issuer.habits };
  directory = scratchDirectory("login");
});
beforeEach(() => {
  Object.assign(issuer.habits, usual);
  const place = join(directory, String(Math.random()));
  mkdirSync(place);
  file = join(place, "deep", "token");
});
after(async () => {
  await issuer.stop();
  removeScratch(directory);
});

interface Session {
  readonly said: string[];
  readonly done: Promise<string>;
  /** The address that is printed. */
  readonly address: () => Promise<URL>;
  /** As the user does by pasting. */
  readonly paste: (line: string) => void;
}

interface Around {
  readonly settings?: Partial<OAuthSettings>;
  readonly openBrowser?: (url: string) => void;
  readonly pause?: Dialogue["pause"];
  readonly signal?: AbortSignal;
}

/** The issuer counts the time, too. */
const inAMoment: Dialogue["pause"] = () => setTimeout(10);

function logInWith({
  settings = {},
  openBrowser,
  pause = inAMoment,
  signal = new AbortController().signal,
}: Around = {}): Session {
  const said: string[] = [];
  const pasted: string[] = [];
  let wake: () => void = () => undefined;
  async function* lines(): AsyncGenerator<string> {
    for (;;) {
      const line = pasted.shift();
      if (line === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else yield line;
    }
  }
  const dialogue: Dialogue = { say: (...words) => said.push(...words), openBrowser, lines: lines(), pause, signal };
  const done = logIn({ settings: issuerSettings(issuer, file, settings), side: "remote", username: "u", dialogue });
  done.catch(() => undefined);
  return {
    said,
    done,
    address: async () => {
      const shown = eventually("the address", () => said.find((one) => /^ {2}http/.test(one)));
      const line = await Promise.race([shown, done.then(() => assert.fail("no address was shown"))]);
      return new URL(line.trim());
    },
    paste: (line) => {
      pasted.push(line);
      wake();
    },
  };
}

function userCode(said: readonly string[]): string {
  return /^and enter the code (\S+)$/m.exec(said.join("\n"))?.[1] ?? "";
}

function kept(): ReturnType<typeof parseDocument> {
  return parseDocument(readFileSync(file, "utf8"));
}

function failsWith(code: string, pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof InterimapError, String(error));
    assert.equal(error.code, code, error.message);
    const line = errorLine(error);
    assert.match(line, pattern);
    for (const secret of issuer.secrets) assert.ok(!line.includes(secret), line);
    return true;
  };
}

test("a browser that follows all redirects ends at a page that says what to do, and the tokens are kept", async () => {
  const { said, done, address } = logInWith();
  const asked = await address();
  assert.equal(asked.searchParams.get("code_challenge_method"), "S256");
  assert.equal(asked.searchParams.get("scope"), "imap");
  assert.equal(asked.searchParams.get("login_hint"), "u");
  const page = await fetch(asked);
  const text = await page.text();
  assert.equal(page.status, 200);
  assert.match(text, /interimap is logged in/);
  assert.match(text, /close this page/i);
  // Nothing secret stays in the address of the last page.
  assert.equal(new URL(page.url).pathname + new URL(page.url).search, "/end");
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.equal(await done, `in ${file}`);
  const document = kept();
  assert.equal(document?.issuer, issuer.url);
  assert.ok(issuer.secrets.has(document.refreshToken));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  for (const secret of issuer.secrets) assert.ok(!said.join("\n").includes(secret));
});

test("a browser that is opened gets a link that says nothing, and is good once", async () => {
  const opened: string[] = [];
  const { done } = logInWith({ openBrowser: (url) => opened.push(url) });
  const link = await eventually("a browser", () => opened[0]);
  assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/start\/[0-9a-f]{32}$/);
  const page = await fetch(link);
  assert.match(await page.text(), /interimap is logged in/);
  await done;
});

test("a link that somebody else used first ends the login", async () => {
  const opened: string[] = [];
  const { done } = logInWith({ openBrowser: (url) => opened.push(url) });
  const link = await eventually("a browser", () => opened[0]);
  await fetch(link, { redirect: "manual" });
  assert.equal((await fetch(link, { redirect: "manual" })).status, 410);
  await assert.rejects(done, failsWith("AUTH_FAILED", /used twice/));
});

test("the address where a browser on another machine ended can be pasted", async () => {
  const { said, done, address, paste } = logInWith();
  const redirect = await fetch(await address(), { redirect: "manual" });
  paste("hello");
  await becomes(() => said.some((line) => line.startsWith("That is not the address")), true);
  paste(redirect.headers.get("location") ?? "");
  await done;
  assert.ok(kept());
});

test("what others send to the port changes nothing: another state, another host, another path", async () => {
  const { done, address } = logInWith();
  const asked = await address();
  const back = asked.searchParams.get("redirect_uri") ?? "";
  const before = issuer.requests.length;
  for (const query of ["?code=x&state=y", "?code=x", "?error=access_denied"])
    assert.equal((await fetch(`${back}/${query}`)).status, 400, query);
  for (const path of ["/", "/start/0", "/favicon.ico", "/end"])
    assert.equal((await fetch(back + path)).status, 404, path);
  assert.equal((await fetch(`${back}/?state=y`, { method: "POST" })).status, 400);
  assert.equal(issuer.requests.length, before);
  await fetch(asked);
  await done;
});

test("an answer of another issuer ends the login (RFC 9207)", async () => {
  issuer.habits.iss = "https://elsewhere.example";
  const { done, address } = logInWith();
  const page = await fetch(await address());
  assert.match(await page.text(), /not logged in/);
  await assert.rejects(done, failsWith("AUTH_FAILED", /unexpected "iss"/));
  assert.ok(!issuer.requests.slice(-2).includes("/token authorization_code"));
});

test("an answer without an issuer, where it promises to say so, ends the login", async () => {
  issuer.habits.iss = "";
  const { done, address } = logInWith();
  await fetch(await address());
  await assert.rejects(done, failsWith("AUTH_FAILED", /"iss" \(issuer\) missing/));
});

test("consent that is refused", async () => {
  issuer.habits.denies = true;
  const { done, address } = logInWith();
  const page = await fetch(await address());
  assert.match(await page.text(), /did not give its consent/);
  await assert.rejects(
    done,
    failsWith("AUTH_FAILED", /access_denied: the user said no; log in again: interimap login remote/),
  );
});

test("a client that the issuer does not know", async () => {
  const { done, address } = logInWith({ settings: { clientSecret: "wrong-secret" } });
  await fetch(await address());
  await assert.rejects(done, failsWith("AUTH_FAILED", /OAuth client was not found.*check oauth-client-id/));
});

test("a signal ends the wait", async () => {
  const stop = new AbortController();
  const { done, address } = logInWith({ signal: stop.signal });
  await address();
  stop.abort("SIGINT");
  await assert.rejects(done, (reason) => reason === "SIGINT");
});

test("an issuer that cannot be reached, or is out of order", async () => {
  issuer.habits.outage = 503;
  await assert.rejects(logInWith().done, failsWith("CONNECT", /HTTP status 503; try again later/));
  const [port] = await freePorts(1);
  const elsewhere = { provider: { issuer: `http://127.0.0.1:${port}` } };
  await assert.rejects(
    logInWith({ settings: elsewhere }).done,
    failsWith("CONNECT", /cannot be reached: connect ECONNREFUSED/),
  );
  issuer.habits.outage = 404;
  await assert.rejects(logInWith().done, failsWith("AUTH_FAILED", /HTTP status 404.*check oauth-provider/));
});

test("an issuer that describes another one", async () => {
  const { port } = new URL(issuer.url);
  const other = { provider: { issuer: `http://localhost:${port}` } };
  await assert.rejects(
    logInWith({ settings: other }).done,
    failsWith("AUTH_FAILED", /"issuer" property does not match/),
  );
});

test("a device: the user agrees elsewhere", async () => {
  const { said, done, address } = logInWith({ settings: { flow: "device" } });
  assert.equal((await address()).pathname, "/device");
  await becomes(() => issuer.requests.filter((one) => one === "/token device_code").length > 1, true);
  issuer.approve(userCode(said));
  assert.equal(await done, `in ${file}`);
  assert.ok(kept());
  for (const secret of issuer.secrets) assert.ok(!said.join("\n").includes(secret));
});

test("a device that asks too often waits longer from then on", async () => {
  issuer.habits.interval = 1;
  const pauses: number[] = [];
  const pause: Dialogue["pause"] = async (ms) => {
    pauses.push(ms);
    if (pauses.length === 4) throw new Error("enough");
  };
  await assert.rejects(logInWith({ settings: { flow: "device" }, pause }).done, /enough/);
  assert.deepEqual(pauses, [1000, 1000, 6000, 11000]);
});

test("a device: the user says no", async () => {
  const { said, done, address } = logInWith({ settings: { flow: "device" } });
  await address();
  issuer.deny(userCode(said));
  await assert.rejects(done, failsWith("AUTH_FAILED", /access_denied; log in again: interimap login remote/));
});

test("a device: nobody enters the code in time", async () => {
  issuer.habits.deviceSeconds = 1;
  await assert.rejects(
    logInWith({ settings: { flow: "device" } }).done,
    failsWith("AUTH_FAILED", /not entered within 1 s/),
  );
});

test("an issuer that has no devices", async () => {
  issuer.habits.lacks = ["device_authorization_endpoint"];
  const { done } = logInWith({ settings: { flow: "device" } });
  await assert.rejects(done, failsWith("AUTH_FAILED", /does not let devices log in; set oauth-flow = browser/));
});
