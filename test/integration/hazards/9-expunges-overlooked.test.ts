// Dovecot 2.3, told to mark and expunge messages by the thousand in one go, overlooks marks written between two expunges and
// says OK nevertheless; marks written right after an expunge fare no better.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../../support/dovecot.ts";
import { startAll } from "../../support/start-all.ts";
import { asClient, contents, deliver, mails, twoStores } from "../../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "../converge.ts";

const { local, remote } = await startAll({
  local: startDovecot(),
  remote: startDovecot(),
});

test("every second of ten thousand messages vanishes", async (t) => {
  const count = 10_000;
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.remote, "INBOX", ...mails("m", count));
  await assertConverges(stores);
  await asClient(stores.remote, async (imap) => {
    await imap.run("SELECT INBOX");
    const odd = Array.from({ length: count / 2 }, (_, i) => 2 * i + 1);
    await imap.run(`UID STORE ${odd.join(",")} +FLAGS.SILENT (\\Deleted)`);
    await imap.run("EXPUNGE");
  });
  await assertConverges(stores);
  assert.equal((await contents(stores.local)).length, count / 2);
  await assertNothingToDo(stores);
});
