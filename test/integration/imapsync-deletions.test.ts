// What a one-way copy expunges, and what it leaves to others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mail, store, twoStores } from "../support/two-stores.ts";

const { host1, host2 } = await startAll({ host1: startDovecot(), host2: startDovecot() });
const servers = { local: host1, remote: host2 };

test("--nouidexpunge2 marks what --delete2 deletes, and expunges nothing", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("m1"));
  await deliver(stores.remote, "INBOX", mail("own"), mail("m1"));
  const { code, lines } = await runImapsync(stores, ["--delete2", "--nouidexpunge2"]);
  assert.equal(code, 0, lines.join("\n"));
  assert.deepEqual(await contents(stores.remote), ["m1", "own \\deleted"]);
});

test("--noexpunge1 marks what --delete1 deletes", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("m1"));
  const { code, lines } = await runImapsync(stores, ["--delete1", "--noexpunge1"]);
  assert.equal(code, 0, lines.join("\n"));
  assert.deepEqual([await contents(stores.local), await contents(stores.remote)], [["m1 \\deleted"], ["m1"]]);
});

test("--expunge1 removes what is marked before it is copied, and --expunge2 what is marked on host2", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("m1"), mail("m2"));
  await deliver(stores.remote, "INBOX", mail("own"), mail("other"));
  await store(stores.local, "1 +FLAGS (\\Deleted)");
  await store(stores.remote, "1 +FLAGS (\\Deleted)");
  const dry = await runImapsync(stores, ["--expunge1", "--expunge2", "--dry"]);
  assert.match(dry.lines.join("\n"), /^Host1: expunged folder \[INBOX\]  ?\(not really since --dry mode\)$/m);
  assert.deepEqual(await contents(stores.local), ["m1 \\deleted", "m2"]);

  const { code, lines } = await runImapsync(stores, ["--expunge1", "--expunge2"]);
  assert.equal(code, 0, lines.join("\n"));
  assert.deepEqual([await contents(stores.local), await contents(stores.remote)], [["m2"], ["m2", "other"]]);
});

for (const args of [
  ["--delete1", "--expunge2"],
  ["--delete1", "--noexpunge1"],
])
  test(`${args.join(" ")}: marks of a run that did not expunge are not carried to host2`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores.local, "INBOX", mail("m1"), mail("m2", { flags: ["\\Seen"] }));
    // The connection is made again, and the messages are marked by then.
    stores.hold("local", "client", { pattern: /UID EXPUNGE/, action: () => "cut" });
    for (let run = 0; run < 2; run++) {
      const { code, lines } = await runImapsync(stores, args);
      assert.equal(code, 0, lines.join("\n"));
    }
    assert.deepEqual(await contents(stores.remote), ["m1", "m2 \\seen"]);
  });

test("with --delete1, what others marked on host1 is copied before it goes", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("m1"), mail("m2"));
  await store(stores.local, "1 +FLAGS (\\Deleted)");
  const { code, lines } = await runImapsync(stores, ["--delete1"]);
  assert.equal(code, 0, lines.join("\n"));
  assert.deepEqual([await contents(stores.local), await contents(stores.remote)], [[], ["m1 \\deleted", "m2"]]);
});

test("--skipemptyfolders creates no folder for which there is no message", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE Empty", "CREATE Old", "CREATE Full");
  await deliver(stores.local, "Old", mail("o1", { header: ["Date: Mon, 02 Mar 2020 10:00:00 +0000"] }));
  await deliver(stores.local, "Full", mail("f1", { header: [`Date: ${new Date().toUTCString()}`] }));
  const { code, lines } = await runImapsync(stores, ["--skipemptyfolders", "--maxage", "30"]);
  assert.equal(code, 0, lines.join("\n"));
  assert.deepEqual(await contents(stores.remote, "Full"), ["f1"]);
  assert.match(lines.join("\n"), /^The sync looks good, /m);
  for (const folder of ["Empty", "Old"]) {
    assert.ok(lines.includes(`Folder [${folder}] of host1 has no message to copy, and is not created on host2`));
    await assert.rejects(command(stores.remote, `STATUS ${folder} (MESSAGES)`));
  }
});
