// --json: what a program that started a run reads of it. Every second run of the other tests is held against the schema, too.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { type EventLine, eventLines, runLines } from "../support/event-lines.ts";
import { interimapCommand, runInterimap, type RunResult, startInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { command, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const { server } = await startAll({ server: startDovecot() });
const servers = { local: server, remote: server };

function lineOf(lines: readonly EventLine[], kind: string): EventLine {
  const line = lines.find(({ event }) => event === kind);
  assert.ok(line !== undefined, `no ${kind} in ${JSON.stringify(lines)}`);
  return line;
}

async function run(stores: TwoStores, ...args: readonly string[]): Promise<RunResult & { lines: EventLine[] }> {
  const result = await runInterimap(stores.home, ["--json", ...args]);
  return { ...result, lines: runLines(result.stdout) };
}

test("a run tells what it did, and people read on the standard error what they always do", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m1-", 3));
  const { status, lines, stderr } = await run(stores);
  assert.equal(status, 0, stderr);
  const added = lineOf(lines, "messages-added");
  assert.deepEqual([added.side, added.mailbox, added["count"], added["uids"]], ["remote", "INBOX", 3, "1:3"]);
  assert.match(stderr, /^remote\(INBOX\): Added 3 messages/m);
  const { sides, exitCode } = lineOf(lines, "summary") as unknown as {
    sides: { remote: { messagesAdded: number; octetsAdded: number } };
    exitCode: number;
  };
  assert.deepEqual([exitCode, sides.remote.messagesAdded], [0, 3]);
  assert.ok(sides.remote.octetsAdded > 0);
});

test("with --quiet nothing but the events is said", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m2-", 1));
  const { status, lines, stderr } = await run(stores, "--quiet");
  assert.deepEqual([status, stderr], [0, ""]);
  lineOf(lines, "messages-added");
});

test("a dry run tells its plan, in the lines and in the sum", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m3-", 2));
  await run(stores);
  await deliver(stores.local, "INBOX", ...mails("m4-", 2));
  const { lines } = await run(stores, "--dry-run");
  assert.equal(lineOf(lines, "started")["dryRun"], true);
  assert.equal(lineOf(lines, "messages-planned")["copies"], 2);
  const { planned } = lineOf(lines, "summary") as unknown as { planned: { remote: { messagesToAdd: number } } };
  assert.equal(planned.remote.messagesToAdd, 2);
});

test("a mailbox that is gone comes with the commands that settle it, which can be run as they are", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, 'CREATE "two words"');
  await run(stores);
  await command(stores.remote, 'DELETE "two words"');
  const { status, lines } = await run(stores);
  assert.equal(status, 1);
  const skipped = lineOf(lines, "mailbox-skipped");
  assert.deepEqual([skipped["code"], skipped.side, skipped.mailbox], ["MAILBOX_GONE", "remote", "two words"]);
  const { commands } = skipped["remedy"] as { commands: string[][] };
  const [[program, ...args] = []] = commands;
  assert.equal(program, "interimap");
  const settled = await run(stores, ...args);
  assert.equal(settled.status, 0);
  assert.equal(lineOf(settled.lines, "started")["command"], "delete");
  assert.deepEqual(lineOf(settled.lines, "mailbox-deleted").mailbox, "two words");
  assert.equal((await run(stores)).status, 0);
});

test("a run that cannot begin tells why, with the same exit code as without", async (t) => {
  const stores = await twoStores(t, servers);
  stores.home.configure({
    local: { type: "imap", STARTTLS: "NO", host: "127.0.0.1", port: "1", username: "u", password: "p" },
    remote: stores.remote,
  });
  const { status, lines } = await run(stores);
  const failed = lineOf(lines, "failed");
  assert.deepEqual([failed["code"], failed.side, failed["exitCode"], status], ["CONNECT", "local", 69, 69]);
  assert.equal(lineOf(lines, "summary")["exitCode"], 69);

  writeFileSync(stores.home.configFile, "usrname = x\n");
  const wrong = await run(stores);
  assert.equal(wrong.status, 78);
  assert.ok(wrong.lines.filter(({ event, code }) => event === "failed" && code === "CONFIG_INVALID").length > 1);
});

test("a wrong command line is told to people only", async (t) => {
  const { home } = await twoStores(t, servers);
  const { status, stdout, stderr } = await runInterimap(home, ["--json", "--nope"]);
  assert.deepEqual([status, stdout], [64, ""]);
  assert.match(stderr, /unknown option --nope/);
});

test("an error that nobody caught is told, too, and there is a sum", async (t) => {
  const stores = await twoStores(t, servers);
  const file = join(stores.home.directory, "hook.cjs");
  writeFileSync(
    file,
    `require("node:net").Socket.prototype.connect = function () { setImmediate(() => { throw new Error("boom"); }); return this; };`,
  );
  const [node = "", ...program] = interimapCommand();
  const { status, stdout } = await runInterimap(stores.home, ["--json"], {
    program: [node, "--require", file, ...program],
  });
  assert.equal(status, 70);
  assert.equal(lineOf(runLines(stdout), "failed")["code"], "BUG");
});

test("a reader that has gone ends nothing, a disk that is full is an error", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m5-", 1));
  const shell = (script: string): string[] => ["sh", "-c", script, ...interimapCommand()];
  const gone = await runInterimap(stores.home, ["--json"], { program: shell('{ "$0" "$@"; echo $? >&2; } | true') });
  assert.match(gone.stderr, /^0$/m);
  assert.doesNotMatch(gone.stderr, /standard output/);
  const full = await runInterimap(stores.home, ["--json"], { program: shell('exec "$0" "$@" >/dev/full') });
  assert.equal(full.status, 74);
  assert.match(full.stderr, /^cannot write to the standard output: .*ENOSPC/m);
});

test("a process that keeps running tells of each full check, and sums up when it is told to end", async (t) => {
  const stores = await twoStores(t, servers);
  await run(stores);
  const watching = startInterimap(stores.home, ["--json", "--notify"]);
  await watching.line(/"event":"full-check"/);
  await deliver(stores.local, "INBOX", ...mails("m6-", 1));
  const line = await watching.line(/"event":"messages-added"/);
  assert.equal(eventLines(`${line}\n`)[0]?.side, "remote");
  watching.child.kill("SIGHUP");
  await watching.line(/Read the configuration again/);
  await deliver(stores.local, "INBOX", ...mails("m7-", 1));
  await watching.line(/"event":"messages-added".*"uids":"2"/);
  watching.child.kill("SIGTERM");
  const { status, stdout } = await watching.finished;
  const lines = runLines(stdout);
  assert.equal(status, 0);
  assert.equal(lines.filter(({ event }) => event === "started").length, 1);
  const { sides } = lineOf(lines, "summary") as unknown as { sides: { remote: { messagesAdded: number } } };
  assert.equal(sides.remote.messagesAdded, 2);
});

test("a lost connection is told with its code while the process goes on", async (t) => {
  const stores = await twoStores(t, servers);
  await run(stores);
  const watching = startInterimap(stores.home, ["--json", "--notify"]);
  await watching.line(/"event":"full-check"/);
  stores.proxies.remote.cutAll();
  const line = await watching.line(/"event":"connection-failed"/);
  const [failed] = eventLines(`${line}\n`);
  assert.deepEqual([failed?.side, failed?.["code"]], ["remote", "CONNECTION_LOST"]);
  watching.child.kill("SIGTERM");
  await watching.finished;
});
