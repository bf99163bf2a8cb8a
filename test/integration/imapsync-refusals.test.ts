// What servers refuse, and limits of the run: each has its exit code, costs what it concerns, and nothing else.

import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { type ImapsyncResult, runImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mail, mails, store, type TwoStores, twoStores } from "../support/two-stores.ts";

const { host1, host2, guarded } = await startAll({
  host1: startDovecot(),
  host2: startDovecot(),
  guarded: startDovecot({ acl: true }),
});
const servers = { local: host1, remote: host2 };

function assertEnded({ code, lines }: ImapsyncResult, expected: number, [kind, errors]: [string, number]): void {
  const text = lines.join("\n");
  assert.equal(code, expected, text);
  assert.match(
    text,
    new RegExp(`^Exiting with return value ${expected} \\(EXIT_\\w+: .*\\) ${errors}/50 nb_errors`, "m"),
  );
  assert.ok(lines.includes(`The most frequent error is ${kind}.`), text);
}

/** The messages that are called "refused" arrive on this day only. */
const refused = (name: string) => mail(name, { internalDate: "07-Jul-2017 12:00:00 +0000" });

/** Host2 takes no message of that day. */
function refuseAppends(stores: TwoStores, words: string): void {
  stores.hold("remote", "client", {
    pattern: / APPEND .*07-Jul-2017/,
    always: true,
    action: (line) => ({ instead: line.replace(/APPEND \S+/, "APPEND nowhere") }),
  });
  stores.hold("remote", "server", {
    pattern: /^\S+ NO \[TRYCREATE\]/,
    always: true,
    action: (line) => ({ instead: `${line.split(" ")[0]!} NO ${words}` }),
  });
}

for (const [words, code, kind] of [
  ["Message refused: virus found", 119, "ERR_APPEND_VIRUS"],
  ["[TOOBIG] Message too large", 114, "ERR_APPEND_SIZE"],
  ["[OVERQUOTA] No room is left", 113, "ERR_OVERQUOTA"],
  ["We do not like it", 114, "ERR_APPEND"],
] as const) {
  test(`a message that host2 refuses: ${words}`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores.local, "INBOX", mail("m1"), refused("bad"), mail("m3"));
    refuseAppends(stores, words);
    // One APPEND a message.
    const result = await runImapsync(stores, ["--maxmessagespersecond", "1000"]);
    assertEnded(result, code, [kind, 1]);
    assert.ok(result.lines.some((line) => line.includes(words.replace(/^\[\w+\] /, ""))));
    assert.match(
      result.lines.join("\n"),
      /^The sync is not finished, there is 1 |^The sync is not finished, there are 1 /m,
    );
    assert.deepEqual(await contents(stores.remote), ["m1", "m3"]);
    stores.release("remote");
    const next = await runImapsync(stores);
    assert.deepEqual([next.code, next.figure("Messages transferred")], [0, "1"]);
  });
}

test("a folder of host2 that must not be made, one that must not be opened", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: guarded });
  const user = stores.remote.user;
  await command(stores.local, "CREATE Closed", "CREATE Fixed/New", "CREATE Z");
  for (const name of ["Closed", "Fixed/New", "Z"]) await deliver(stores.local, name, mail(name[0]!));
  await command(stores.remote, "CREATE Closed", `SETACL Closed ${user} lkxa`);
  const closed = await runImapsync(stores, ["--exclude", "Fixed"]);
  assertEnded(closed, 117, ["ERR_SELECT", 1]);
  const leftOut = "That leaves out 1 of 3 folders of host1, which could not be compared with host2.";
  assert.ok(closed.lines.includes(leftOut));
  await command(stores.remote, "DELETE Closed", "CREATE Fixed", `SETACL Fixed ${user} lra`);
  const fixed = await runImapsync(stores, ["--folder", "Fixed/New", "--folder", "Z"]);
  assertEnded(fixed, 116, ["ERR_CREATE", 1]);
  assert.deepEqual([...(await snapshot(stores.remote)).mailboxes.keys()].sort(), ["Fixed", "INBOX", "Z"]);
  assert.deepEqual(await contents(stores.remote, "Z"), ["Z"]);
});

test("a folder of host1 that must not be opened costs its messages only", async (t) => {
  const stores = await twoStores(t, { local: guarded, remote: host2 });
  await command(stores.local, "CREATE Closed", `SETACL Closed ${stores.local.user} lka`, "CREATE Z");
  await deliver(stores.local, "Z", mail("z"));
  assertEnded(await runImapsync(stores), 117, ["ERR_SELECT", 1]);
  assert.deepEqual(await contents(stores.remote, "Z"), ["z"]);
});

test("a message that host1 cannot read is an error, and the others are copied", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", 3));
  const file = join(host1.directory, "home", stores.local.user, "mail/mailboxes/INBOX/dbox-Mails/u.2");
  stores.hold("local", "client", { pattern: / UID FETCH .*BODY\.PEEK\[\]/, action: () => chmodSync(file, 0) });
  const result = await runImapsync(stores);
  assertEnded(result, 115, ["ERR_Host1_FETCH", 1]);
  assert.deepEqual(await contents(stores.remote), ["m1", "m3"]);
  chmodSync(file, 0o666);
  const next = await runImapsync(stores);
  assert.deepEqual([next.code, next.figure("Messages transferred")], [0, "1"]);
});

test("flags that host2 refuses to set are errors, and other messages keep up", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", 2));
  await runImapsync(stores);
  await store(stores.local, "1 +FLAGS (\\Flagged)");
  await deliver(stores.local, "INBOX", mail("m3"));
  stores.hold("remote", "client", {
    pattern: / UID STORE /,
    always: true,
    action: (line) => ({ instead: `${line.split(" ")[0]!} UID COPY 1 nowhere` }),
  });
  assertEnded(await runImapsync(stores), 120, ["ERR_FLAGS", 1]);
  assert.deepEqual(await contents(stores.remote), ["m1", "m2", "m3"]);
});

test("--exitwhenover ends the run with 118 once so many octets are copied; the next run goes on", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", 4, { body: "x".repeat(10_000) }));
  const args = ["--exitwhenover", "15000", "--maxmessagespersecond", "1000"];
  const first = await runImapsync(stores, args);
  assertEnded(first, 118, ["ERR_TRANSFER_EXCEEDED", 1]);
  assert.equal(first.figure("Messages transferred"), "2");
  assert.deepEqual(await contents(stores.remote), ["m1", "m2"]);
  assert.equal((await runImapsync(stores)).figure("Messages transferred"), "2");
});

test("--errorsmax ends the run after that many errors, lists them, and exits by their class", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...Array.from({ length: 100 }, (_, i) => refused(`r${i}`)));
  refuseAppends(stores, "[OVERQUOTA] No room is left");
  const { code, lines } = await runImapsync(stores, ["--errorsmax", "2"]);
  const text = lines.join("\n");
  assert.equal(code, 113, text);
  assert.match(text, /^Err 1\/2: .*\nErr 2\/2: /m);
  const [, errors] = /^Exiting with return value 113 \(EXIT_OVERQUOTA: .*\) (\d+)\/2 nb_errors/m.exec(text)!;
  // What was under way is an error, too.
  assert.ok(Number(errors) < 50, text);
  assert.match(text, /^\+\+\+\+ Listing \d+ errors encountered during the sync/m);
  const silent = await runImapsync(stores, ["--errorsmax", "2", "--noerrorsdump"]);
  assert.equal(silent.code, 113);
  assert.doesNotMatch(silent.lines.join("\n"), /\+\+\+\+ Listing \d+ errors/);
});
