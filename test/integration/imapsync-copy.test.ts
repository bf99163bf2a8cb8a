// The copier on real servers: what is on host2 afterwards, the exit code, and the lines that other programs read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mail, twoStores } from "../support/two-stores.ts";

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
