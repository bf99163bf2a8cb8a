import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { LoginLimit } from "../../../src/imap/login-limit.ts";
import type { Credentials } from "../../../src/imap/sasl/credentials.ts";
import { someCredentials } from "../../support/credentials.ts";

const limitMs = 1_000;

/** `asking` ends when `answer` is called. */
function loggingIn(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const reasons: (Error | undefined)[] = [];
  const limit = new LoginLimit({ destroy: (reason) => reasons.push(reason) }, limitMs);
  let answer: (password: string) => void = () => undefined;
  const password: Credentials["password"] = () => new Promise((resolve) => (answer = resolve));
  const credentials = limit.sparing({ ...someCredentials({ username: "joe" }), password });
  return {
    ...{ limit, credentials, reasons },
    answer: (text: string) => answer(text),
    tick: (ms: number) => t.mock.timers.tick(ms),
  };
}

test("a login that takes too long ends the session", async (t) => {
  const { limit, reasons, tick } = loggingIn(t);
  await limit.during(() => {
    tick(limitMs - 1);
    assert.deepEqual(reasons, []);
    tick(1);
    return Promise.resolve();
  });
  assert.match(String(reasons[0]), /no login within 1 s/);
});

test("while the password is asked for, the time stands still", async (t) => {
  const { limit, credentials, reasons, answer, tick } = loggingIn(t);
  assert.equal(credentials.username, "joe");
  await limit.during(async () => {
    const asking = credentials.password({ rejected: false });
    tick(100 * limitMs);
    answer("s3cret");
    assert.equal(await asking, "s3cret");
    tick(limitMs - 1);
    assert.deepEqual(reasons, []);
    tick(1);
    assert.equal(reasons.length, 1);
  });
});

test("when the login is over, so is the limit", async (t) => {
  const { limit, reasons, tick } = loggingIn(t);
  await limit.during(() => Promise.resolve());
  tick(100 * limitMs);
  assert.deepEqual(reasons, []);
});
