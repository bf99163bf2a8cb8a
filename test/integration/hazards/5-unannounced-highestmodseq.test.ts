// Servers differ in when they announce HIGHESTMODSEQ; Cyrus does so hardly ever. Whatever a run changed, the states saved
// at its end are those that a new connection is told, so the next run selects nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Side, sides } from "../../../src/model/side.ts";
import { startCyrus } from "../../support/cyrus.ts";
import { startDovecot } from "../../support/dovecot.ts";
import type { MailServer } from "../../support/mail-server.ts";
import { populate } from "../../support/mail-store.ts";
import type { InterimapHome } from "../../support/run-interimap.ts";
import { startAll } from "../../support/start-all.ts";
import {
  asClient,
  command,
  deliver,
  expunge,
  mails,
  store,
  type TwoStores,
  twoStores,
  userNames,
} from "../../support/two-stores.ts";
import { dump } from "../../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "../converge.ts";

const servers = await startAll({ Dovecot: startDovecot(), Cyrus: startCyrus({ users: userNames }) });

for (const [local, remote] of [
  ["Dovecot", "Cyrus"],
  ["Dovecot", "Dovecot"],
  ["Cyrus", "Cyrus"],
] as const) {
  test(`${local} and ${remote}: the states saved are what STATUS says`, async (t) => {
    const stores = await twoStores(t, { local: servers[local], remote: servers[remote] });
    await populate(stores.local, { mailboxes: 8, messages: 40 });
    await command(stores.remote, "CREATE empty");
    await deliver(stores.remote, "INBOX", ...mails("far", 3));
    await assertStates(stores, "first run");

    await store(stores.local, "1:2 +FLAGS (\\Flagged)");
    await store(stores.remote, "3 +FLAGS (new-keyword)");
    await assertStates(stores, "flags");

    await expunge(stores.local, "1");
    await expunge(stores.remote, "2");
    await assertStates(stores, "expunges");

    await deliver(stores.local, "empty", ...mails("m", 2));
    await store(stores.remote, "3 +FLAGS (\\Seen)");
    await assertStates(stores, "new messages beside flags");

    await expunge(stores.remote, "1:2", "empty");
    await assertStates(stores, "emptied");
    await assertNothingToDo(stores);
  });
}

async function assertStates(stores: TwoStores, context: string): Promise<void> {
  await assertConverges(stores, context);
  for (const side of sides) {
    assert.deepEqual(savedStates(stores.home, side), await toldStates(stores[side]), `${side} after: ${context}`);
  }
}

type States = Record<string, string>;

function savedStates(home: InterimapHome, side: Side): States {
  const { rows } = dump(home.databaseFile);
  const names = new Map((rows["mailboxes"] ?? []).map(([idx, name]) => [idx, String(name).replaceAll("\0", "/")]));
  return sorted((rows[side] ?? []).map(([idx, ...state]) => [names.get(idx)!, state.join(" ")]));
}

function toldStates(server: MailServer): Promise<States> {
  return asClient(server, async (imap) => {
    await imap.run("ENABLE QRESYNC");
    const { untagged } = await imap.run(`LIST "" "*" RETURN (STATUS (UIDVALIDITY UIDNEXT HIGHESTMODSEQ))`);
    const lines = untagged
      .map(({ line }) => /^\* STATUS (?:"(.*)"|(\S+)) \((.*)\)$/.exec(line))
      .filter((one) => one !== null);
    const number = (text: string, item: string): string => new RegExp(`\\b${item} (\\d+)`).exec(text)?.[1] ?? "none";
    return sorted(
      lines.map(([, quoted, atom = "", items = ""]) => [
        quoted ?? atom,
        ["UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ"].map((item) => number(items, item)).join(" "),
      ]),
    );
  });
}

function sorted(entries: readonly (readonly [string, string])[]): States {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
