// A server that lists QRESYNC and does not confirm that it is enabled, as iCloud does: mailboxes are followed by mod-sequences.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { inTurn } from "../support/turns.ts";
import { contents, deliver, expunge, mails, store, twoStores } from "../support/two-stores.ts";

const onOne = inTurn(sides);

let dovecot: MailServer;

before(async () => {
  dovecot = await startDovecot();
});

after(() => dovecot.stop());

for (const side of sides) {
  const test = onOne(side);
  test(`${side} does not confirm QRESYNC: messages, flags and deletions are synchronised all the same`, async (t) => {
    const stores = await twoStores(t, { local: dovecot, remote: dovecot });
    stores.hold(side, "client", {
      pattern: /ENABLE QRESYNC$/,
      always: true,
      action: (line) => ({ instead: `${line.split(" ")[0]} NOOP` }),
    });
    await deliver(stores[side], "INBOX", ...mails("m", 3));
    for (const change of [
      () => Promise.resolve(),
      () => store(stores[side], "1 +FLAGS (\\Seen)"),
      () => expunge(stores[side], "2"),
    ]) {
      await change();
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      assert.deepEqual(await contents(stores.local), await contents(stores.remote));
    }
    assert.deepEqual(await contents(stores.local), ["m1 \\seen", "m3"]);
    assert.ok(!stores.proxies[side].clientLines.some((line) => line.includes("(QRESYNC (")));
  });
}
