// A password that the server refuses, and a source that has another one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../../src/imap/connect.ts";
import type { Credentials } from "../../src/imap/sasl/credentials.ts";
import { withScript } from "../support/scripted-server.ts";
import { failsWith, recordedLog, serverSettings } from "./fixture.ts";

/** Hands out these, the next one each time after the former was refused. */
function credentials(...passwords: readonly string[]): Credentials {
  let turn = 0;
  return {
    account: {},
    username: "joe",
    authzid: undefined,
    kinds: new Set(["password"]),
    secrets: passwords,
    password: ({ rejected }) => Promise.resolve(passwords[(turn += rejected ? 1 : 0)]),
    token: () => Promise.reject(new Error("nobody wants a token")),
  };
}

function connecting(script: string, ...passwords: readonly string[]): Promise<void> {
  return withScript(script, async ({ port }) => {
    const options = { side: "remote", log: recordedLog(), keepAlive: false } as const;
    const session = await connect(serverSettings(port), { ...options, credentials: credentials(...passwords) });
    session.destroy();
  });
}

const greeting = "S: * OK [CAPABILITY IMAP4rev1] hello";

test("after a refusal, the source's new password is tried on the same connection", async () => {
  const script = `
    ${greeting}
    C: a LOGIN joe former
    S: a NO [AUTHENTICATIONFAILED] no
    C: b LOGIN joe latter
    S: b OK [CAPABILITY IMAP4rev1] in`;
  await connecting(script, "former", "latter");
});

test("a source that has no other ends the login with the refusal", async () => {
  const script = `${greeting}\nC: a LOGIN joe former\nS: a NO [AUTHENTICATIONFAILED] wrong`;
  await assert.rejects(connecting(script, "former"), failsWith("AUTH_FAILED", /login as joe refused: .*wrong/));
});

test("a second refusal is the last one", async () => {
  const script = `
    ${greeting}
    C: a LOGIN joe former
    S: a NO [AUTHENTICATIONFAILED] wrong
    C: b LOGIN joe latter
    S: b NO [AUTHENTICATIONFAILED] wrong again`;
  await assert.rejects(connecting(script, "former", "latter", "third"), failsWith("AUTH_FAILED", /wrong again/));
});

test("a server that accepts no logins now has refused no password", async () => {
  const script = `${greeting}\nC: a LOGIN joe former\nS: a NO [UNAVAILABLE] later`;
  await assert.rejects(connecting(script, "former", "latter"), failsWith("CONNECT", /later/));
});
