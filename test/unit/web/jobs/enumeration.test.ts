// Whoever tries values or addresses of jobs learns nothing from how long an answer takes: the server does the same, step by step,
// whether there is such a job or not.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { test, type TestContext } from "node:test";
import { asBrowser, begin, formHeaders, formOf, type Site, site } from "../../../support/web-site.ts";

/** What `work` has the system do, in order: what is computed of secrets, what is read and written. */
async function stepsOf(t: TestContext, work: () => Promise<unknown>): Promise<readonly string[]> {
  const steps: string[] = [];
  const watched: readonly (readonly [object, readonly string[]])[] = [
    [crypto, ["createHash", "createHmac", "timingSafeEqual", "randomBytes"]],
    [fs, ["openSync", "mkdirSync", "writeFileSync", "writeSync", "renameSync", "readFileSync", "existsSync", "rmSync"]],
  ];
  const mocks = watched.flatMap(([module, names]) =>
    names.map((name) => {
      const original = Reflect.get(module, name) as (...args: unknown[]) => unknown;
      return t.mock.method(module as Record<string, () => unknown>, name, (...args: unknown[]) => {
        steps.push(name);
        return original(...args);
      });
    }),
  );
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    for (const { mock } of mocks) mock.restore();
    syncBuiltinESMExports();
  }
  return steps;
}

const forms = { password1: "guessed", password2: "guessed" };

async function guess({ server }: Site, fields: Readonly<Record<string, string>>, path = "/jobs"): Promise<void> {
  const headers = { ...formHeaders, ...asBrowser };
  const { statusCode } = await server.inject({ method: "POST", url: path, headers, payload: formOf(fields) });
  assert.equal(statusCode, 303);
}

for (const field of ["password1", "password2"] as const) {
  test(`another ${field} than that of a job does what it does where there is none`, async (t) => {
    const [taken, empty] = [await site(), await site()];
    await begin(taken);
    await begin(empty, { user1: "somebody else" });
    const guessing = { [field]: forms[field] };
    // What is done for the first time only is no matter.
    for (const one of [taken, empty]) await guess(one, { user1: "a first one" });
    const there = await stepsOf(t, () => guess(taken, guessing));
    const nowhere = await stepsOf(t, () => guess(empty, guessing));
    assert.ok(there.includes("createHmac") && there.includes("writeFileSync"), String(there));
    assert.deepEqual(there, nowhere);
  });
}

test("the address of a job does what one does where nothing is, however many browsers know it", async (t) => {
  const made = await site();
  const { id } = await begin(made);
  const nowhere = [...id].reverse().join("");
  const look = async (at: string, cookie: string): Promise<void> => {
    for (const path of ["/", "/state", "/log"]) {
      const { statusCode } = await made.server.inject({ url: `/jobs/${at}${path}`, headers: { cookie } });
      assert.equal(statusCode, 404);
    }
  };
  for (const browsers of [1, 60]) {
    for (let i = 1; i < browsers; i++) await begin(made);
    for (const cookie of ["", `job=${"A".repeat(43)}`]) {
      const there = await stepsOf(t, () => look(id, cookie));
      assert.ok(there.includes("timingSafeEqual"), String(there));
      assert.deepEqual(there, await stepsOf(t, () => look(nowhere, cookie)));
    }
  }
});
