// log-format = json, and lines that go to the journal.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { interimapCommand, plainText, runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { command, twoStores } from "../support/two-stores.ts";
import { assertNoSecret, password, passwordConfig, withPassword } from "./refusal.ts";

const { server: started } = await startAll({ server: startDovecot({ extraConfig: passwordConfig }) });
const server = withPassword(started);

function objects(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("each line is an object, with what an event has", async (t) => {
  const { home, local } = await twoStores(t, { local: server, remote: server }, { settings: { "log-format": "json" } });
  await command(local, "CREATE Entw&APw-rfe");
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 0, stderr);
  const created = objects(stderr).find(({ event }) => event === "mailbox-created");
  assert.ok(created !== undefined, stderr);
  const { time, ...rest } = created;
  assert.ok(typeof time === "string" && time.endsWith("Z"));
  assert.deepEqual(rest, {
    level: "info",
    side: "remote",
    mailbox: "Entwürfe",
    event: "mailbox-created",
    message: "Created mailbox",
  });
});

for (const auth of ["PLAIN", "LOGIN"]) {
  for (const debug of [["--debug"], ["--debug", "--debug"]]) {
    test(`no password is in it, neither with ${debug.join(" ")} nor when a login with ${auth} fails`, async (t) => {
      const settings = { "log-format": "json", logfile: "log" };
      const sections = { local: { auth }, remote: { auth } };
      const { home, local, remote } = await twoStores(t, { local: server, remote: server }, { settings, sections });
      const good = await runInterimap(home, debug);
      assert.equal(good.status, 0, good.stderr);
      // As it would be noticed, too, if it were part of another word.
      const wrong = `${password}-wrong`;
      home.configure({
        local: { ...plainText(local), auth, password: wrong },
        remote: { ...plainText(remote), auth },
        settings,
      });
      const bad = await runInterimap(home, debug);
      const logged = readFileSync(join(home.directory, "log"), "utf8");
      assert.ok(objects(logged).some(({ message }) => /LOGIN|AUTHENTICATE/.test(String(message))));
      assert.equal(bad.status, 77, bad.stderr);
      assert.equal(objects(bad.stderr)[0]?.["code"], "AUTH_FAILED");
      for (const text of [logged, good.stderr, bad.stderr]) assertNoSecret(text);
    });
  }
}

test("lines have their priority where the error output is the journal, and only there", async (t) => {
  const stores = await twoStores(t, { local: server, remote: server });
  await command(stores.local, "CREATE a");
  const journal = (stream: string): string[] => [
    "sh",
    "-c",
    `JOURNAL_STREAM=${stream} exec "$0" "$@"`,
    ...interimapCommand(),
  ];
  const here = "$(stat -Lc %d:%i /proc/self/fd/2)";
  const first = await runInterimap(stores.home, [], { program: journal(here) });
  assert.match(first.stderr, /^<6>remote\(a\): Created mailbox$/m);
  const wrong = await runInterimap(stores.home, ["--nope"], { program: journal(here) });
  assert.match(wrong.stderr, /^<3>unknown option/);
  await command(stores.local, "CREATE b");
  const other = await runInterimap(stores.home, [], { program: journal("1:1") });
  assert.match(other.stderr, /^remote\(b\): Created mailbox$/m);
});

for (const { name, hook, words } of [
  {
    name: "an error that nobody caught",
    hook: `net.Socket.prototype.connect = function () { setImmediate(() => { throw new TypeError("boom ${password}"); }); return this; };`,
    words: /^internal error: boom \[redacted\]; please report it/,
  },
  {
    name: "a process that waits for nothing",
    hook: `net.Socket.prototype.connect = function () { return this; };
      const { setTimeout } = globalThis;
      globalThis.setTimeout = (...how) => setTimeout(...how).unref();`,
    words: /^internal error: nothing is left to wait for; please report it/,
  },
]) {
  test(`${name} is a line like any other, also in the log file`, async (t) => {
    const settings = { "log-format": "json", logfile: "log" };
    const { home } = await twoStores(t, { local: server, remote: server }, { settings });
    const file = join(home.directory, "hook.cjs");
    writeFileSync(file, `const net = require("node:net"); ${hook}`);
    const [node = "", ...program] = interimapCommand();
    const { status, stderr } = await runInterimap(home, [], { program: [node, "--require", file, ...program] });
    assert.equal(status, 70, stderr);
    const [last] = objects(stderr);
    assert.match(String(last?.["message"]), words);
    assert.equal(last?.["code"], "BUG");
    assert.deepEqual(objects(readFileSync(join(home.directory, "log"), "utf8")).at(-1), last);
  });
}
