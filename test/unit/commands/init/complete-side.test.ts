import assert from "node:assert/strict";
import { test } from "node:test";
import { completeSide } from "../../../../src/commands/init/complete-side.ts";

/** The settings that come of these answers, for a login of which nothing is known. */
async function settingsFor(...answers: readonly string[]): Promise<Record<string, string>> {
  const left = [...answers];
  const next = (): Promise<string> => Promise.resolve(left.shift() ?? "");
  const { settings } = await completeSide({
    side: "remote",
    given: new Map(),
    before: new Map(),
    questions: { ask: (_question, usual = "") => next().then((text) => (text === "" ? usual : text)), askHidden: next },
    find: () => Promise.resolve({ servers: [], provider: undefined }),
    say: () => undefined,
  });
  return Object.fromEntries(settings);
}

test("a server may be answered with its port", async () => {
  const login = { username: "jo", password: "secret" };
  assert.deepEqual(await settingsFor("jo", "mail.example", "secret"), { ...login, host: "mail.example" });
  assert.deepEqual(await settingsFor("jo", "mail.example:1993", "secret"), {
    ...login,
    host: "mail.example",
    port: "1993",
  });
  assert.deepEqual(await settingsFor("jo", "mail.example:143", "secret"), {
    ...login,
    type: "imap",
    host: "mail.example",
    port: "143",
  });
  assert.deepEqual(await settingsFor("jo", "2001:db8::1", "secret"), { ...login, host: "2001:db8::1" });
});

test("the server is asked for until there is an answer", async () => {
  const settings = await settingsFor("jo", "", "", "mail.example", "secret");
  assert.deepEqual(settings, { username: "jo", host: "mail.example", password: "secret" });
});
