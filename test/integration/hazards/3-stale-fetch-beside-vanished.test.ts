// A server may announce flags of a message that it reports as vanished in the same breath: stale ones, and in any order.
// The message is gone; its flags are no news.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sides } from "../../../src/model/side.ts";
import { startCyrus } from "../../support/cyrus.ts";
import { startDovecot } from "../../support/dovecot.ts";
import { startAll } from "../../support/start-all.ts";
import {
  command,
  contents,
  deliver,
  expunge,
  mails,
  type TwoStores,
  twoStores,
  userNames,
} from "../../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "../converge.ts";

const servers = await startAll({ Dovecot: startDovecot(), Cyrus: startCyrus({ users: userNames }) });

for (const name of ["Dovecot", "Cyrus"] as const) {
  test(`${name}: a message flagged and expunged during a run is gone from both sides`, async (t) => {
    const stores = await synchronised(t, name);
    await deliver(stores.local, "INBOX", ...mails("new", 1));
    stores.hold("remote", "client", {
      pattern: /^\S+ NOOP/,
      action: () =>
        command(
          stores.remote,
          "SELECT INBOX",
          "UID STORE 2,3 +FLAGS.SILENT (\\Flagged todo)",
          "UID STORE 2 +FLAGS (\\Deleted)",
          "UID EXPUNGE 2",
        ),
    });
    await assertConverges(stores);
    assert.deepEqual(await contents(stores.local), ["m1", "m3 \\flagged todo", "new1"]);
    assert.equal(
      stores.proxies.local.clientLines.filter((line) => /UID STORE 2 .*(Flagged|todo)/.test(line)).length,
      0,
    );
    await assertNothingToDo(stores);
  });

  for (const [when, place] of [
    ["before", (vanished: string, fetch: string) => `${fetch}\r\n${vanished}`],
    ["after", (vanished: string, fetch: string) => `${vanished}\r\n${fetch}`],
  ] as const) {
    test(`${name}: stale flags sent ${when} VANISHED go nowhere`, async (t) => {
      const stores = await synchronised(t, name);
      for (const each of sides) {
        stores.hold(each, "server", {
          pattern: /^\* VANISHED/,
          action: (line) => {
            const told = stores.proxies[each].serverLines.findLast((one) => one.includes("HIGHESTMODSEQ "))!;
            const [, highest] = /HIGHESTMODSEQ (\d+)/.exec(told)!;
            const fetch = String.raw`* 2 FETCH (UID 2 MODSEQ (${highest!}) FLAGS (\Deleted \Flagged stale))`;
            return { instead: place(line, fetch) };
          },
        });
      }
      await expunge(stores.remote, "2");
      await assertConverges(stores);
      for (const each of sides) {
        assert.deepEqual(await contents(stores[each]), ["m1", "m3"]);
        assert.ok(!stores.proxies[each].clientLines.some((line) => /stale|Flagged/.test(line)));
      }
      await assertNothingToDo(stores);
    });
  }
}

async function synchronised(t: Parameters<typeof twoStores>[0], name: keyof typeof servers): Promise<TwoStores> {
  const stores = await twoStores(t, { local: servers.Dovecot, remote: servers[name] });
  await deliver(stores.remote, "INBOX", ...mails("m", 3));
  await assertConverges(stores);
  return stores;
}
