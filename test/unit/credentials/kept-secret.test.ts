// How often a source is asked, and what each login gets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Account } from "../../../src/credentials/account.ts";
import { type Ask, KeptSecret } from "../../../src/credentials/kept-secret.ts";
import { Turns } from "../../../src/credentials/turns.ts";
import type { Credentials } from "../../../src/imap/sasl/credentials.ts";
import { InterimapError } from "../../../src/model/errors.ts";

interface Source {
  readonly asked: () => number;
  readonly failures: readonly string[];
  readonly hidden: readonly string[];
  readonly login: () => Credentials;
}

/** Says these in turn, an Error is thrown; and the last one for ever. */
function source(...says: readonly (string | Error)[]): Source {
  let asked = 0;
  const failures: string[] = [];
  const hidden: string[] = [];
  const ask: Ask = () => {
    const said = says[Math.min(asked++, says.length - 1)]!;
    return typeof said === "string" ? Promise.resolve(said) : Promise.reject(said);
  };
  const password = new KeptSecret(ask, ({ message }) => failures.push(message));
  const hide = (secret: string): void => void hidden.push(secret);
  const sources = { password, token: () => ask(undefined), hasCertificate: false, known: [], turns: new Turns(), hide };
  const account = new Account({ username: "joe", authzid: undefined }, sources);
  return { asked: () => asked, failures, hidden, login: () => account.forLogin() };
}

const first = { rejected: false };
const again = { rejected: true };

test("all logins of a run share one password, which is asked for once", async () => {
  const { login, asked } = source("a", "b");
  const passwords = await Promise.all([1, 2, 3].map(() => login().password(first)));
  assert.deepEqual(passwords, ["a", "a", "a"]);
  assert.equal(await login().password(first), "a");
  assert.equal(asked(), 1);
});

test("a refused password is asked for once more, and others get the new one without asking", async () => {
  const { login, asked } = source("a", "b", "c");
  const [one, other] = [login(), login()];
  assert.deepEqual([await one.password(first), await other.password(first)], ["a", "a"]);
  assert.equal(await one.password(again), "b");
  assert.equal(await other.password(again), "b", "what was refused is the former one");
  assert.equal(await login().password(first), "b");
  assert.equal(asked(), 2);
});

test("a source that has no other is asked once more and no further", async () => {
  const { login, asked } = source("a");
  const one = login();
  assert.equal(await one.password(first), "a");
  assert.equal(await one.password(again), undefined);
  assert.equal(asked(), 2);
});

test("later logins ask anew, for what may have changed meanwhile, and only once as long as it has not", async () => {
  const { login, asked } = source("a", "a", "a", "b");
  const one = login();
  await one.password(first);
  await one.password(again);
  const two = login();
  assert.equal(await two.password(first), "a");
  assert.equal(await two.password(again), undefined);
  assert.equal(asked(), 3);
  assert.equal(await login().password(first), "b");
});

test("a source that fails after a refusal has no other password, and says why", async () => {
  const { login, failures } = source("a", new InterimapError("CREDENTIALS", "no key"));
  const one = login();
  await one.password(first);
  assert.equal(await one.password(again), undefined);
  assert.deepEqual(failures, ["no key"]);
});

test("a source that fails at first fails the login, and the next login asks again", async () => {
  const { login } = source(new InterimapError("CREDENTIALS", "no key"), "a");
  await assert.rejects(login().password(first), { code: "CREDENTIALS" });
  assert.equal(await login().password(first), "a");
});

test("a token is asked for at each login, and once more when it is refused", async () => {
  const { login, asked } = source("a", "b", "c", "c");
  assert.equal(await login().token(first), "a");
  assert.equal(await login().token(first), "b");
  const one = login();
  assert.equal(await one.token(first), "c");
  assert.equal(await one.token(again), undefined, "the same one is no fresh one");
  assert.equal(asked(), 4);
});

test("each secret is hidden before anybody gets it", async () => {
  const { login, hidden } = source("a", "b");
  const one = login();
  await one.password(first);
  await one.password(again);
  assert.deepEqual(hidden, ["a", "b"]);
  assert.deepEqual([...one.secrets], ["a", "b"]);
});

test("who waits for a turn gives up at a signal", async () => {
  const turns = new Turns();
  let finish: () => void = () => undefined;
  const busy = turns.take(() => new Promise<void>((resolve) => (finish = resolve)), undefined);
  const interruption = new AbortController();
  const waiting = turns.take(() => assert.fail("it came to its turn"), interruption.signal);
  interruption.abort(new Error("enough"));
  await assert.rejects(waiting, /^Error: enough$/);
  finish();
  await busy;
  assert.equal(await turns.take(() => Promise.resolve(1), undefined), 1);
});
