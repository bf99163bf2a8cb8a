// Two servers that hold the same mail, and a database that does not know it: the first run must not double anything.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { populate } from "../support/mail-store.ts";
import type { MailServer } from "../support/mail-server.ts";
import { snapshot } from "../support/snapshot.ts";
import { contents, deliver, mail, twoStores, userNames, type TwoStores } from "../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

for (const [name, startRemote] of [
  ["Dovecot", () => startDovecot()],
  ["Cyrus", () => startCyrus({ users: userNames })],
] as const) {
  describe(`a first run between Dovecot and ${name}`, () => {
    let servers: { readonly local: MailServer; readonly remote: MailServer };

    before(async () => {
      const [local, remote] = await Promise.all([startDovecot(), startRemote()]);
      servers = { local, remote };
    });

    after(async () => {
      await Promise.all([servers.local.stop(), servers.remote.stop()]);
    });

    test("copies nothing that both hold already", async (t) => {
      const stores = await twoStores(t, servers);
      await populate(stores.local, { mailboxes: 8, messages: 120, seed: 5 });
      await assertConverges(stores);
      const wanted = await snapshot(stores.local);
      rmSync(stores.home.databaseFile);
      stores.proxies.local.reset();
      stores.proxies.remote.reset();
      await assertConverges(stores);
      assert.equal(appends(stores), 0);
      assert.deepEqual(await snapshot(stores.remote), wanted);
      await assertNothingToDo(stores);
    });

    test("copies what only one holds, pairs as many twins as there are, and unites flags", async (t) => {
      const stores = await twoStores(t, servers);
      const twin = mail("twin");
      await deliver(stores.local, "INBOX", twin, twin, twin, mail("same", { flags: ["\\Seen"] }), mail("local"));
      await deliver(stores.remote, "INBOX", mail("remote"), twin, mail("same", { flags: ["\\Flagged"] }));
      await assertConverges(stores);
      assert.deepEqual(await contents(stores.local), [
        "local",
        "remote",
        "same \\flagged \\seen",
        "twin",
        "twin",
        "twin",
      ]);
      await assertNothingToDo(stores);
    });
  });
}

function appends({ proxies }: TwoStores): number {
  return (proxies.local.counts.get("APPEND") ?? 0) + (proxies.remote.counts.get("APPEND") ?? 0);
}
