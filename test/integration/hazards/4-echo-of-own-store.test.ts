// Cyrus answers a STORE with the flags it set, even when asked to be silent. That is no change by somebody else: it goes
// no further, neither in this run nor in the next.

import assert from "node:assert/strict";
import { test } from "node:test";
import { otherSide, type PerSide, sides } from "../../../src/model/side.ts";
import { startCyrus } from "../../support/cyrus.ts";
import { startDovecot } from "../../support/dovecot.ts";
import type { MailServer } from "../../support/mail-server.ts";
import { startAll } from "../../support/start-all.ts";
import { inTurn } from "../../support/turns.ts";
import { contents, deliver, expunge, mails, store, twoStores, userNames } from "../../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "../converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ Dovecot: startDovecot(), Cyrus: startCyrus({ users: userNames }) });

for (const [local, remote] of [
  ["Dovecot", "Cyrus"],
  ["Cyrus", "Cyrus"],
  ["Dovecot", "Dovecot"],
] as const) {
  for (const side of sides) {
    const test = onOne(side);
    test(`${local} and ${remote}: a flag set on the ${side} side takes one STORE on the other`, async (t) => {
      const stores = await twoStores(t, pairOf(local, remote));
      await deliver(stores.local, "INBOX", ...mails("m", 6));
      await assertConverges(stores);
      await store(stores[side], "2:4 +FLAGS (\\Flagged urgent)");

      await converge();
      assert.equal(stores.proxies[otherSide(side)].counts.get("STORE"), 1);
      assert.equal(stores.proxies[side].counts.get("STORE"), undefined);
      await assertNothingToDo(stores);

      async function converge(): Promise<void> {
        for (const each of sides) stores.proxies[each].reset();
        await assertConverges(stores);
      }
    });
  }

  test(`${local} and ${remote}: flags and deletions on both sides take one STORE each way`, async (t) => {
    const stores = await twoStores(t, pairOf(local, remote));
    await deliver(stores.local, "INBOX", ...mails("m", 6));
    await assertConverges(stores);
    await store(stores.local, "1 +FLAGS (\\Seen)");
    await store(stores.remote, "2 +FLAGS (\\Answered)");
    await expunge(stores.local, "3");
    await expunge(stores.remote, "4");
    for (const side of sides) stores.proxies[side].reset();

    await assertConverges(stores);
    // The flag, and \Deleted.
    for (const side of sides) assert.equal(stores.proxies[side].counts.get("STORE"), 2);
    assert.deepEqual(await contents(stores.local), ["m1 \\seen", "m2 \\answered", "m5", "m6"]);
    await assertNothingToDo(stores);
  });
}

function pairOf(local: keyof typeof servers, remote: keyof typeof servers): PerSide<MailServer> {
  return { local: servers[local], remote: servers[remote] };
}
