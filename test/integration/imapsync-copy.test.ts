// The copier on real servers: what is on host2 afterwards, the exit code, and the lines that other programs read.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, expunge, mail, mails, twoStores } from "../support/two-stores.ts";

const { dovecot, other } = await startAll({ dovecot: startDovecot(), other: startDovecot() });
const servers = { local: dovecot, remote: other };

test("a first copy has everything, a second one nothing to do", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE A", "CREATE A/B", "SUBSCRIBE A");
  await deliver(stores.local, "INBOX", mail("m1", { flags: ["\\Seen"] }), mail("m2", { flags: ["work", "\\Flagged"] }));
  await deliver(stores.local, "A/B", mail("b1", { internalDate: "15-Jul-2019 23:59:58 +0530" }));
  const first = await runImapsync(stores);
  assert.deepEqual([first.code, first.figure("Messages transferred")], [0, "3"], first.lines.join("\n"));
  assert.deepEqual(await snapshot(stores.remote), await snapshot(stores.local));
  assert.match(first.lines.join("\n"), /^The sync looks good, all 3 identified messages in host1 are on host2\.$/m);
  const second = await runImapsync(stores);
  assert.deepEqual(
    [second.code, second.figure("Messages transferred"), second.figure("Messages skipped")],
    [0, "0", "3"],
  );
});

test("flags follow host1, new messages are added, and what only host2 has stays", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("m1"), mail("m2"));
  await runImapsync(stores);
  await command(stores.local, "SELECT INBOX", "UID STORE 1 +FLAGS (\\Answered)");
  await deliver(stores.local, "INBOX", mail("m3"));
  await deliver(stores.remote, "INBOX", mail("own"));
  const { code, figure, lines } = await runImapsync(stores);
  assert.deepEqual([code, figure("Messages transferred")], [0, "1"]);
  assert.match(lines.join("\n"), /^The sync is not strict/m);
  assert.equal((await contents(stores.remote, "INBOX")).length, 4);
});

test("--delete2 leaves nothing that host1 has not, --delete1 nothing that host2 has", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("m1"), mail("m2"));
  await deliver(stores.remote, "INBOX", mail("m1"), mail("own"), mail("m1"));
  const strict = await runImapsync(stores, ["--delete2"]);
  assert.deepEqual([strict.code, strict.figure("Messages deleted on host2")], [0, "2"]);
  assert.deepEqual(await contents(stores.remote, "INBOX"), ["m1", "m2"]);
  const moved = await runImapsync(stores, ["--delete1"]);
  assert.deepEqual([moved.code, moved.figure("Messages deleted on host1")], [0, "2"]);
  assert.deepEqual([await contents(stores.local, "INBOX"), await contents(stores.remote, "INBOX")], [[], ["m1", "m2"]]);
});

test("--dry changes nothing, and says what it would do", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE A");
  await deliver(stores.local, "A", mail("a1"));
  await deliver(stores.local, "INBOX", mail("m1"));
  await deliver(stores.remote, "INBOX", mail("own"));
  const before = await snapshot(stores.remote);
  const { code, figure, lines } = await runImapsync(stores, ["--dry", "--delete2", "--delete2folders"]);
  assert.equal(code, 0);
  assert.ok(
    lines.includes("That leaves out 1 message in 1 folder that host2 does not have. Without --dry, it is created."),
    lines.join("\n"),
  );
  assert.match(figure("Messages transferred") ?? "", /could be 2 /);
  assert.deepEqual(await snapshot(stores.remote), before);
});

for (const side of ["local", "remote"] as const)
  test(`a connection to ${side} that is lost again and again costs nothing, and doubles nothing`, async (t) => {
    const stores = await twoStores(t, servers);
    const many = mails("m", 30, { body: "x".repeat(200_000) });
    await deliver(stores.local, "INBOX", ...many);
    const from = side === "local" ? "server" : "client";
    const pattern = side === "local" ? /FETCH \(.*BODY\[\]/ : /APPEND/;
    for (let i = 0; i < 2; i++) stores.hold(side, from, { pattern, action: () => "cut" });
    const { code, lines, figure } = await runImapsync(stores);
    assert.equal(code, 0, lines.join("\n"));
    assert.equal(figure("Messages transferred"), "30");
    assert.equal((await contents(stores.remote, "INBOX")).length, 30);
  });

test("what host2 took before the connection was lost is not copied again", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", 5));
  stores.hold("remote", "server", { pattern: /OK \[APPENDUID/, action: () => "cut" });
  const { code, figure } = await runImapsync(stores);
  assert.deepEqual([code, figure("Messages transferred")], [0, "5"]);
  assert.deepEqual(await contents(stores.remote, "INBOX"), ["m1", "m2", "m3", "m4", "m5"]);
});

test("--useuid copies what has no header too, and each message once", async (t) => {
  const stores = await twoStores(t, servers);
  const nameless = { ...mail("n"), bytes: Buffer.from("Subject: none\r\n\r\ntext\r\n") };
  await deliver(stores.local, "INBOX", mail("m1"), mail("m1"), nameless);
  for (const copied of ["3", "0"]) {
    const { code, figure } = await runImapsync(stores, ["--useuid"]);
    assert.deepEqual([code, figure("Messages transferred")], [0, copied]);
  }
  assert.equal((await contents(stores.remote, "INBOX")).length, 3);
});

test("with --state, no header is asked for where nothing is new, and flags follow all the same", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("m1"), mail("m2"), mail("m2"));
  const state = ["--state", join(stores.home.directory, "state.db")];
  await runImapsync(stores, state);
  await command(stores.local, "SELECT INBOX", "UID STORE 2 +FLAGS (\\Flagged)");
  stores.proxies.local.reset();
  const { code, figure } = await runImapsync(stores, state);
  assert.deepEqual([code, figure("Messages transferred"), figure("Messages skipped")], [0, "0", "3"]);
  assert.deepEqual(
    stores.proxies.local.clientLines.filter((line) => line.includes("HEADER")),
    [],
  );
  assert.deepEqual(await contents(stores.remote, "INBOX"), ["m1", "m2 \\flagged"]);
  await deliver(stores.local, "INBOX", mail("m1"), mail("m3"));
  const third = await runImapsync(stores, state);
  assert.equal(third.figure("Messages transferred"), "1");
  await expunge(stores.remote, "1");
  const fourth = await runImapsync(stores, state);
  assert.equal(fourth.figure("Messages transferred"), "1");
  assert.deepEqual(await contents(stores.remote, "INBOX"), ["m1", "m2 \\flagged", "m3"]);
});

test("with --state, folders that are as they were are not opened, until something happens in them", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE A");
  await deliver(stores.local, "INBOX", ...mails("m", 3));
  await deliver(stores.local, "A", ...mails("a", 2));
  const state = ["--state", join(stores.home.directory, "state.db"), "--nofoldersizes"];
  const opened = async (...more: readonly string[]): Promise<string[]> => {
    for (const side of ["local", "remote"] as const) stores.proxies[side].reset();
    const { code, lines } = await runImapsync(stores, [...state, ...more]);
    assert.equal(code, 0, lines.join("\n"));
    const said = [...stores.proxies.local.clientLines, ...stores.proxies.remote.clientLines];
    return [...new Set(said.flatMap((line) => /(?:SELECT|EXAMINE) (\S+)/.exec(line)?.[1] ?? []))].sort();
  };
  await opened();
  assert.deepEqual(await opened(), ["A", "INBOX"], "the first run changed something");
  assert.deepEqual(await opened(), []);
  assert.deepEqual(await opened("--delete2"), ["A", "INBOX"], "other options");
  await command(stores.local, "SELECT A", "UID STORE 1 +FLAGS (\\Flagged)");
  assert.deepEqual(await opened("--delete2"), ["A"]);
  assert.deepEqual(await contents(stores.remote, "A"), ["a1 \\flagged", "a2"]);
  await deliver(stores.remote, "INBOX", mail("own"));
  assert.deepEqual(
    (await opened("--delete2")).filter((name) => name === "INBOX"),
    ["INBOX"],
  );
  assert.deepEqual(await contents(stores.remote, "INBOX"), ["m1", "m2", "m3"]);
});
