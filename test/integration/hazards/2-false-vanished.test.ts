// Cyrus reports every message of the selected mailbox as vanished when somebody else renames or deletes the mailbox;
// Dovecot ends the connection, or goes on serving what is no longer there. Nothing of that may reach the other side.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Side } from "../../../src/model/side.ts";
import { startCyrus } from "../../support/cyrus.ts";
import { startDovecot } from "../../support/dovecot.ts";
import type { MailServer } from "../../support/mail-server.ts";
import { runInterimap } from "../../support/run-interimap.ts";
import { command, contents, deliver, expunge, mails, twoStores } from "../../support/two-stores.ts";
import { userNames } from "../../support/two-stores.ts";
import { assertConverges } from "../converge.ts";

const changes = {
  renamed: ["RENAME box elsewhere"],
  deleted: ["DELETE box"],
  "deleted and created again": ["DELETE box", "CREATE box"],
};

/** What the program is about to say when the mailbox is taken from under it. */
const moments: readonly (readonly [name: string, side: "changed" | "other", pattern: RegExp])[] = [
  ["before it copies a message there", "changed", /^\S+ APPEND/],
  ["before it asks for flags", "changed", /^\S+ UID FETCH/],
  ["before it asks for the state", "changed", /^\S+ STATUS/],
  ["before it asks for news", "changed", /^\S+ NOOP/],
  ["while it works on the other side", "other", /^\S+ (STATUS|UID FETCH)/],
];

const messages = mails("m", 5);
const names = messages.map((_, index) => `m${index + 1}`);

for (const [name, start] of [
  ["Cyrus", () => startCyrus({ users: userNames })],
  ["Cyrus with delayed deletion", () => startCyrus({ users: userNames, deleteMode: "delayed" })],
  ["Dovecot", () => startDovecot()],
] as const) {
  describe(name, () => {
    let quiet: MailServer;
    let changing: MailServer;

    before(async () => {
      [quiet, changing] = await Promise.all([startDovecot(), start()]);
    });
    after(() => Promise.all([quiet.stop(), changing.stop()]));

    for (const [what, commands] of Object.entries(changes)) {
      for (const [when, where, pattern] of moments) {
        test(`mailbox ${what} ${when}: nothing is deleted on the other side`, async (t) => {
          const stores = await twoStores(t, { local: quiet, remote: changing });
          await command(stores.local, "CREATE box");
          await deliver(stores.local, "box", ...messages);
          await assertConverges(stores);
          await deliver(stores.local, "box", ...mails("new", 1));
          await deliver(stores.remote, "box", ...mails("far", 1));
          const side: Side = where === "changed" ? "remote" : "local";
          stores.hold(side, "client", { pattern, action: () => command(stores.remote, ...commands) });

          const first = await runInterimap(stores.home);
          console.log(name, what, when, first.status, first.stderr);
          const kept = await contents(stores.local, "box");
          assert.deepEqual(kept.filter((line) => line !== "far1"), [...names, "new1"], first.stderr);
          const second = await runInterimap(stores.home);
          console.log(name, what, when, second.status, second.stderr);
          assert.deepEqual(await contents(stores.local, "box"), kept, first.stderr);
        });
      }
    }
  });
}
