// --status: what the database knows, what a daemon answers in its place, and what there is to say when there is neither.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { statusDocument } from "../../src/commands/gather-status.ts";
import { statusSocket } from "../../src/config/directories.ts";
import { displayName } from "../../src/model/mailbox-name.ts";
import { otherSide, sides } from "../../src/model/side.ts";
import type { WatchState } from "../../src/model/watch-state.ts";
import type { RefusedChangeStatus, StatusDocument } from "../../src/service/status-document.ts";
import { serveStatus } from "../../src/service/status-socket.ts";
import { openStore } from "../../src/state/open-store.ts";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import {
  type InterimapHome,
  makeHome,
  runInterimap,
  type RunResult,
  startInterimap,
} from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { command, deliver, expunge, mail, mails, store, type TwoStores, twoStores } from "../support/two-stores.ts";
import { recordingLog } from "../unit/service/recording-log.ts";
import { bytesOf, dump, execute } from "../unit/state/databases.ts";
import { answerAppends, refuse } from "./refused-messages.ts";

const onOne = inTurn(sides);

const { local, remote } = await startAll({ local: startDovecot({ separator: "/" }), remote: startDovecot() });

const big = mail("big", { body: "x".repeat(76).concat("\r\n").repeat(3000) });

/** Two mailboxes in step, one message refused. */
async function synchronised(t: TestContext): Promise<TwoStores> {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 3));
  await command(stores.local, "CREATE Entw&APw-rfe/alt", "SUBSCRIBE Entw&APw-rfe/alt");
  assert.equal((await runInterimap(stores.home)).status, 0);
  await deliver(stores.local, "INBOX", big);
  answerAppends(stores, { target: "remote", box: "INBOX" }, ["NO [TOOBIG] Message is too large"]);
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 1, stderr);
  return stores;
}

/** The directory for sockets is this home's. */
function ask(home: InterimapHome, ...options: string[]): Promise<RunResult> {
  return runInterimap(home, ["--status", ...options], { env: environment(home) });
}

function environment(home: InterimapHome): { XDG_RUNTIME_DIR: string } {
  return { XDG_RUNTIME_DIR: join(home.directory, "run") };
}

async function askJson(home: InterimapHome): Promise<StatusDocument> {
  const { status, stdout, stderr } = await ask(home, "--json");
  // unit/service/status-json.test.ts is about the other names that it has, and about the state.
  const found = JSON.parse(stdout) as StatusDocument &
    Record<"lastFullCheck" | "state" | "reasons" | "exitCode", unknown>;
  const { lastFullCheck: _, state: __, reasons: ___, lastFailure: ____, exitCode, ...document } = found;
  assert.deepEqual({ status, stderr }, { status: exitCode, stderr: "" });
  return document;
}

function emptyHome(t: TestContext): InterimapHome {
  const nowhere = { type: "tunnel", command: "false" };
  const home = makeHome({ local: nowhere, remote: nowhere });
  t.after(() => home.remove());
  return home;
}

test("the mailboxes and what was refused, as text; the database stays as it is", async (t) => {
  const { home } = await synchronised(t);
  const before = bytesOf(home.databaseFile);
  const { status, stdout, stderr } = await ask(home);
  assert.deepEqual({ status, stderr }, { status: 1, stderr: "" });
  const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \((now|\d+ s ago)\)`;
  const next = String.raw`(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(in (1 min|\d+ s)\)|next run)`;
  const lines = stdout.split("\n");
  const expected = [
    `Database {9}${home.databaseFile}`,
    "State {12}left out: 1 message refused",
    "Daemon {11}not running",
    `Last full check {2}${time}, took \\d+ (ms|s), 1 skipped`,
    "",
    "MAILBOX {7}LOCAL {2}REMOTE {2}REFUSED {2}LAST SYNCHRONISED",
    `INBOX {13}4 {7}3 {8}1 {2}${time}`,
    `Entwürfe/alt {6}0 {7}0 {8}- {2}${time}`,
    "",
    `REFUSED IN {2}SIDE {3}UID {6}SIZE {2}ATTEMPTS {2}NEXT ATTEMPT +REASON`,
    `INBOX {7}local {4}4 {2}\\d+[.]\\d kB {9}1 {2}${next} {2}[^ ].*`,
    "",
  ];
  assert.equal(lines.length, expected.length, stdout);
  for (const [i, line] of lines.entries()) assert.match(line, new RegExp(`^${expected[i]!}$`), stdout);
  assert.equal(bytesOf(home.databaseFile), before);
});

test("the same as JSON; the numbers are those of the database", async (t) => {
  const before = Math.floor(Date.now() / 1_000) * 1_000;
  const { home } = await synchronised(t);
  const isSinceThen = (time: string): boolean => Date.parse(time) >= before && Date.parse(time) <= Date.now();
  const { at, version, mailboxes, refused, waiting, refusedChanges, lastLook, ...rest } = await askJson(home);
  assert.ok(isSinceThen(at), at);
  assert.equal(version, (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version);
  assert.deepEqual(rest, {
    database: { path: home.databaseFile, state: "current" },
    daemon: null,
    run: null,
    mailboxesSkipped: [],
  });
  assert.ok(lastLook !== null && isSinceThen(lastLook.at) && lastLook.durationMs > 0);
  assert.equal(lastLook.skipped, 1, "a message");

  assert.deepEqual({ waiting, refusedChanges }, { waiting: [], refusedChanges: [] });
  const inbox = mailboxes.find(({ name }) => name === "INBOX")!;
  const { rows } = dump(home.databaseFile);
  const state = (side: "local" | "remote"): unknown => {
    const [, uidValidity, uidNext, highestModSeq] = rows[side]!.find(([idx]) => idx === idxOf(rows["mailboxes"]!))!;
    return { uidValidity: Number(uidValidity), uidNext: Number(uidNext), highestModSeq: String(highestModSeq) };
  };
  assert.ok(isSinceThen(inbox.synchronisedAt!), inbox.synchronisedAt!);
  assert.deepEqual(inbox, {
    name: "INBOX",
    subscribed: false,
    messages: { local: 4, remote: 3 },
    mapped: 3,
    ...{ refused: 1, waiting: false, refusedDeletions: 0, refusedFlags: 0 },
    synchronisedAt: inbox.synchronisedAt,
    unfinished: false,
    states: { local: state("local"), remote: state("remote") },
  });
  assert.equal(mailboxes.find(({ name }) => name === "Entwürfe/alt")?.subscribed, true);
  const [message] = refused;
  assert.deepEqual(message, {
    messageId: "<big@example.org>",
    ...{ mailbox: "INBOX", side: "local", uid: 4, size: big.bytes.length, attempts: 1 },
    reason: "[TOOBIG] Message is too large",
    firstAttemptAt: message!.lastAttemptAt,
    lastAttemptAt: message!.lastAttemptAt,
    nextAttemptAt: isoAfter(message!.lastAttemptAt, 60),
  });
});

function isoAfter(at: string, seconds: number): string {
  return new Date(Date.parse(at) + seconds * 1000).toISOString();
}

function idxOf(mailboxes: readonly unknown[][]): unknown {
  return mailboxes.find(([, name]) => displayName(String(name)) === "INBOX")?.[0];
}

for (const target of sides) {
  const test = onOne(target);
  const source = otherSide(target);

  test(`the ${target} server takes no message for now, and refused changes: text, JSON, figures`, async (t) => {
    const stores = await twoStores(t, { local, remote });
    await deliver(stores.local, "INBOX", ...mails("m", 6));
    assert.equal((await runInterimap(stores.home)).status, 0);
    answerAppends(stores, { target, box: "INBOX" }, ["NO [OVERQUOTA] Full", "NO [OVERQUOTA] Full"]);
    refuse(stores, target, { pattern: /UID STORE \S+ \+FLAGS\.SILENT/, answer: "NO [NOPERM] Not you" });
    refuse(stores, target, { pattern: /UID STORE 6 \(UNCHANGEDSINCE/, answer: "NO [NOPERM] Not you either" });
    await deliver(stores[source], "INBOX", mail("new"));
    await store(stores[source], "6 +FLAGS (\\Flagged)");
    await expunge(stores[source], "2,4:5");
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);

    const { mailboxes, waiting, refusedChanges, refused } = await askJson(stores.home);
    const { messages, mapped, ...inbox } = mailboxes.find(({ name }) => name === "INBOX")!;
    assert.deepEqual([inbox.refused, inbox.waiting, inbox.refusedDeletions, inbox.refusedFlags], [0, true, 3, 1]);
    assert.deepEqual({ messages, mapped }, { messages: { [source]: 4, [target]: 6 }, mapped: 6 });
    assert.deepEqual(refused, []);
    const [wait] = waiting;
    assert.deepEqual(waiting, [
      {
        ...{ mailbox: "INBOX", side: source, firstUid: 7, reason: "[OVERQUOTA] Full", attempts: 1 },
        since: wait!.since,
        nextAttemptAt: isoAfter(wait!.since, 60),
      },
    ]);
    const [deletions, flags] = refusedChanges;
    const common = { mailbox: "INBOX", side: target, attempts: 1 };
    const times = ({ lastAttemptAt }: RefusedChangeStatus): Partial<RefusedChangeStatus> => ({
      ...{ firstAttemptAt: lastAttemptAt, lastAttemptAt },
      nextAttemptAt: isoAfter(lastAttemptAt, 60),
    });
    assert.deepEqual(refusedChanges, [
      {
        ...{ ...common, change: "deletion", uids: "2,4:5", messages: 3, reason: "[NOPERM] Not you" },
        ...times(deletions!),
      },
      {
        ...{ ...common, change: "flags", uids: "6", messages: 1, reason: "[NOPERM] Not you either" },
        ...times(flags!),
      },
    ]);

    const { stdout } = await ask(stores.home);
    assert.match(stdout, /^NOT COPIED FOR NOW FROM {2}SIDE +SINCE +ATTEMPTS {2}NEXT ATTEMPT +REASON$/m);
    assert.match(stdout, new RegExp(`^INBOX +${source} .* {2}1 .* {2}\\[OVERQUOTA\\] Full$`, "m"));
    assert.match(stdout, new RegExp(`^INBOX +${target} +deletion +3 {2}2,4:5 +1 .* {2}\\[NOPERM\\] Not you$`, "m"));
    assert.match(stdout, new RegExp(`^INBOX +${target} +flags +1 {2}6 +1 .* {2}\\[NOPERM\\] Not you either$`, "m"));
  });
}

test("a run that has nothing to do changes none of it", async (t) => {
  const { home } = await synchronised(t);
  const { at: _, lastLook: former, ...before } = await askJson(home);
  const rows = dump(home.databaseFile);
  await runInterimap(home);
  assert.deepEqual(dump(home.databaseFile), rows);
  const { at: __, lastLook, ...now } = await askJson(home);
  assert.deepEqual(now, before);
  assert.ok(former!.at < lastLook!.at, "but it is the last look");
});

test("a round that was cut off shows", async (t) => {
  const { home } = await synchronised(t);
  execute(home.databaseFile, "INSERT INTO rounds SELECT idx, 1, 1 FROM mailboxes WHERE mailbox = X'494e424f58'");
  assert.equal((await askJson(home)).mailboxes.find(({ name }) => name === "INBOX")?.unfinished, true);
  assert.match((await ask(home)).stdout, /^INBOX .*( ago|now)\); unfinished, \d+ on both sides so far$/m);
});

/** As of now: what is shown says how long ago everything was. */
function watchState(): WatchState {
  return {
    pid: 4711,
    startedAt: Date.now() - 3_600_000,
    sides: {
      local: { state: "connected", since: Date.now() - 3_600_000, detection: "notify", connections: 1 },
      remote: {
        ...{ state: "waiting", since: Date.now() - 60_000, retryAt: Date.now() + 60_000 },
        ...{ reason: "connection refused", connections: 2 },
      },
    },
    activity: "waiting",
    lastLook: { at: Date.now() - 120_000, durationMs: 50, skipped: 0, mailboxesSkipped: [] },
    looks: 5,
    mailboxesSynchronised: 7,
  };
}

test("a daemon that holds the database answers in its place; when it does not, the database is locked", async (t) => {
  const { home } = await synchronised(t);
  const watch = watchState();
  const store = openStore({ path: home.databaseFile });
  t.after(() => {
    store.close();
  });
  mkdirSync(environment(home).XDG_RUNTIME_DIR);
  const log = recordingLog();
  const socket = statusSocket(environment(home), home.databaseFile);
  const answer = (): string => JSON.stringify(statusDocument({ database: home.databaseFile, store, watch }));
  const server = serveStatus(socket, answer, log);
  t.after(() => {
    server.close();
  });
  const { status, stdout } = await ask(home);
  assert.equal(status, 3);
  assert.match(stdout, /^Daemon {11}process 4711 since .* \(1 h ago\)$/m);
  assert.match(stdout, /^Local {12}connected since .* \(1 h ago\); the server reports changes \(NOTIFY\)$/m);
  assert.match(
    stdout,
    /^Remote {11}not connected since .* \(1 min( \d+ s)? ago\), next attempt .*: connection refused$/m,
  );
  assert.match(stdout, /^INBOX +4 +3 +1 {2}/m);
  const { daemon, lastLook, mailboxes } = await askJson(home);
  assert.equal(daemon?.sides.remote.retryAt, new Date(watch.sides.remote.retryAt!).toISOString());
  assert.deepEqual(lastLook, { at: new Date(watch.lastLook!.at).toISOString(), durationMs: 50, skipped: 0 });
  assert.ok(mailboxes.length >= 2);
  assert.deepEqual(log.warnings, []);

  server.close();
  const locked = await ask(home);
  assert.deepEqual({ status: locked.status, stdout: locked.stdout }, { status: 75, stdout: "" });
  assert.match(locked.stderr, /^the database .* is in use by /);
});

for (const args of [[], ["--repair"], ["--watch"]]) {
  test(`mailboxes that were skipped are shown, until they no longer are: interimap ${args.join(" ")}`, async (t) => {
    const stores = await twoStores(t, { local, remote });
    await command(stores.local, "CREATE box", "CREATE other");
    assert.equal((await runInterimap(stores.home)).status, 0);
    await command(stores.remote, "DELETE box");
    const look = async (): Promise<void> => {
      const isDaemon = args.includes("--watch");
      const run = startInterimap(stores.home, args, { env: environment(stores.home) });
      if (isDaemon) {
        await eventually("a look", async () => (await askJson(stores.home)).daemon?.activity === "waiting");
        run.child.kill("SIGTERM");
      }
      await run.finished;
    };
    mkdirSync(environment(stores.home).XDG_RUNTIME_DIR);
    await look();
    const reason =
      "disappeared from the remote server; to delete it everywhere: interimap --delete box; " +
      "if it was renamed: interimap --target=local,database --rename box NEWNAME";
    const { lastLook, mailboxesSkipped } = await askJson(stores.home);
    assert.equal(lastLook?.skipped, 1);
    assert.deepEqual(mailboxesSkipped, [{ mailbox: "box", side: "remote", reason }]);
    const { stdout } = await ask(stores.home);
    assert.match(stdout, /^Last full check {2}\d.* took \d.*, 1 skipped$/m);
    assert.ok(stdout.includes(`\n\nSKIPPED  SIDE    REASON\nbox      remote  ${reason}\n`), stdout);
    assert.equal((await runInterimap(stores.home, ["other"])).status, 0);
    assert.equal((await askJson(stores.home)).mailboxesSkipped.length, 1, "that was about another one");
    assert.equal((await runInterimap(stores.home, ["--delete", "box"])).status, 0);
    const settled = await askJson(stores.home);
    assert.deepEqual([settled.lastLook?.skipped, settled.mailboxesSkipped], [0, []], "before anybody looks again");
    await look();
    const later = await askJson(stores.home);
    assert.deepEqual([later.lastLook?.skipped, later.mailboxesSkipped], [0, []]);
  });
}

function shownNames({ mailboxesSkipped }: StatusDocument): string[] {
  return mailboxesSkipped.map(({ mailbox }) => mailbox ?? "").sort((a, b) => (a < b ? -1 : 1));
}

test("of those that were skipped, what is renamed is shown no more, and others still are", async (t) => {
  const stores = await twoStores(t, { local, remote }, { settings: { "follow-renames": "NO" } });
  await command(stores.local, "CREATE box", "CREATE box/below", "CREATE boxes", "CREATE gone");
  assert.equal((await runInterimap(stores.home)).status, 0);
  await command(stores.remote, "RENAME box new", "DELETE gone", "DELETE boxes");
  assert.equal((await runInterimap(stores.home)).status, 1);
  const before = await askJson(stores.home);
  const names = shownNames(before);
  assert.ok(
    ["box", "boxes", "gone"].every((name) => names.includes(name)),
    names.join(" "),
  );
  const renaming = ["--target=local,database", "--rename", "box", "new"];
  assert.equal((await runInterimap(stores.home, renaming)).status, 0);
  const after = await askJson(stores.home);
  assert.deepEqual(shownNames(after), ["boxes", "gone"]);
  assert.equal(after.lastLook?.skipped, before.lastLook!.skipped - (names.length - 2));
  assert.equal((await runInterimap(stores.home, ["--delete", "nosuch"])).status, 1);
  assert.equal((await askJson(stores.home)).mailboxesSkipped.length, 2);
});

for (const args of [[], ["--repair"]]) {
  test(`a run in progress answers with what it has done so far: interimap ${args.join(" ")}`, async (t) => {
    const stores = await twoStores(t, { local, remote });
    await deliver(stores.local, "INBOX", ...mails("m", 3));
    let [reach, letGo] = [(): void => undefined, (): void => undefined];
    const reached = new Promise<void>((resolve) => (reach = resolve));
    const goOn = new Promise<void>((resolve) => (letGo = resolve));
    stores.hold("remote", "client", {
      pattern: / APPEND /,
      action: async () => {
        reach();
        await goOn;
      },
    });
    mkdirSync(environment(stores.home).XDG_RUNTIME_DIR);
    const run = startInterimap(stores.home, args, { env: environment(stores.home) });
    await reached;
    const { database, daemon, run: shown, mailboxes } = await askJson(stores.home);
    assert.deepEqual([database.state, daemon, shown?.pid], ["current", null, run.child.pid]);
    assert.equal(mailboxes.find(({ name }) => name === "INBOX")?.unfinished, true);
    const { stdout } = await ask(stores.home);
    assert.match(stdout, new RegExp(`^Run {7}in progress, process ${String(run.child.pid)} since `, "m"));
    assert.match(stdout, /^INBOX .* {2}unfinished, 0 on both sides so far$/m);
    letGo();
    const { status, stderr } = await run.finished;
    assert.deepEqual({ status, warnings: /socket/.exec(stderr) }, { status: 0, warnings: null });
    assert.equal((await askJson(stores.home)).run, null);
    assert.doesNotMatch((await ask(stores.home)).stdout, /^Run/m);
  });
}

describe("what is no answer counts for none, and is told", () => {
  const escape = "\x1b]0;x\x07\u202e\u009b";
  const mailbox = { name: escape, subscribed: true, messages: null, mapped: 0, synchronisedAt: null };
  const undone = { refused: 0, waiting: false, refusedDeletions: 0, refusedFlags: 0 };
  const states = { local: null, remote: null };
  const status = { version: "1", at: "2026-01-01T00:00:00.000Z", database: { path: escape, state: "current" } };
  const whole = {
    ...{
      ...status,
      daemon: null,
      run: null,
      lastLook: null,
      mailboxesSkipped: [],
      refused: [],
      waiting: [],
      refusedChanges: [],
    },
    mailboxes: [{ ...mailbox, ...undone, unfinished: false, states }],
  };

  for (const answer of ['{"version": "1', "null", "{}", JSON.stringify({ ...whole, mailboxes: [mailbox] })]) {
    test(answer.slice(0, 40), async (t) => {
      const home = emptyHome(t);
      serveAnswer(t, home, answer);
      const { status, stdout, stderr } = await ask(home);
      assert.equal(status, 2, stderr);
      assert.match(stdout, /There is no database yet/);
      assert.match(stderr, /^what answers at \S+ is not interimap of this version, or ended meanwhile\n$/);
    });
  }

  test("and what steers a terminal is shown escaped, as JSON too", async (t) => {
    const home = emptyHome(t);
    serveAnswer(t, home, JSON.stringify(whole));
    const text = await ask(home);
    assert.doesNotMatch(text.stdout, /[^\n\P{Cc}]|\u202e/u);
    assert.match(text.stdout, /^\\x1b\]0;x\\x07\\u202e\\x9b /m);
    const json = await ask(home, "--json");
    assert.doesNotMatch(json.stdout, /[^\n\P{Cc}]|\u202e/u);
    assert.equal((JSON.parse(json.stdout) as StatusDocument).mailboxes[0]?.name, escape);
  });
});

function serveAnswer(t: TestContext, home: InterimapHome, answer: string): void {
  mkdirSync(environment(home).XDG_RUNTIME_DIR);
  const server = serveStatus(statusSocket(environment(home), home.databaseFile), () => answer, recordingLog());
  t.after(() => {
    server.close();
  });
}

test("a missing database is not made, an empty file stays empty", async (t) => {
  const home = emptyHome(t);
  const { status, stdout, stderr } = await ask(home);
  assert.deepEqual({ status, stderr }, { status: 2, stderr: "" });
  assert.match(stdout, /\nThere is no database yet: nothing has been synchronised\.\n$/);
  assert.equal((await askJson(home)).database.state, "missing");
  assert.equal(existsSync(home.databaseFile), false);
  writeFileSync(home.databaseFile, "");
  assert.equal((await askJson(home)).database.state, "missing");
  assert.equal(readFileSync(home.databaseFile).length, 0);
});

test("a database of an older version is not upgraded", async (t) => {
  const home = emptyHome(t);
  execute(home.databaseFile, readFileSync("test/migrations/version-1.sql", "utf8"));
  const before = bytesOf(home.databaseFile);
  const { status, stdout, stderr } = await ask(home);
  assert.deepEqual({ status, stderr }, { status: 2, stderr: "" });
  assert.match(stdout, /\nThe database is of an older version\. The next run upgrades it; /);
  const { database, mailboxes } = await askJson(home);
  assert.deepEqual([database.state, mailboxes], ["outdated", []]);
  assert.equal(bytesOf(home.databaseFile), before);
});

test("a file that is no database is named", async (t) => {
  const home = emptyHome(t);
  writeFileSync(home.databaseFile, "mail\n".repeat(1000));
  const { status, stdout, stderr } = await ask(home);
  assert.deepEqual({ status, stdout }, { status: 74, stdout: "" });
  assert.match(stderr, /is not a database of interimap/);
});
