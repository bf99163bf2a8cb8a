// Two servers that hold the same mail, and a database that does not know it: the first run must not double anything.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { populate } from "../support/mail-store.ts";
import { assertPairsAreAlike } from "../support/pairs.ts";
import type { AppendMessage } from "../support/raw-imap.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import {
  contents,
  deliver,
  mail,
  type MailParts,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
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

    test("says once of each mailbox how much both hold", async (t) => {
      const stores = await twoStores(t, servers);
      await deliver(stores.local, "INBOX", mail("one"), mail("two"), mail("local"));
      await deliver(stores.remote, "INBOX", mail("two"), mail("one"));
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      const [first, ...others] = stderr.split("\n").filter((line) => line.includes("both servers already have"));
      assert.match(first ?? "", /^"INBOX": both servers already have 2 messages in common/);
      assert.deepEqual(others, []);
      await deliver(stores.local, "INBOX", mail("later"));
      assert.doesNotMatch((await runInterimap(stores.home)).stderr, /both servers/);
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

    test("knows messages that were given another date, or header fields, by whoever copied them", async (t) => {
      const stores = await twoStores(t, servers);
      const twins = [mail("twin", { body: "one\r\n" }), mail("twin", { body: "two\r\n" })];
      const internalDate = "05-May-2021 01:02:03 +0000";
      const altered = { internalDate, header: ["X-TUID: 123456789012"] };
      await deliver(stores.local, "INBOX", mail("dated"), mail("tagged"), ...twins, nameless("n", "text\r\n"));
      await deliver(stores.remote, "INBOX", nameless("n", "text\r\n", altered), mail("tagged", altered));
      await deliver(stores.remote, "INBOX", mail("twin", { ...altered, body: "two\r\n" }), mail("dated", altered));
      await deliver(stores.remote, "INBOX", mail("twin", { ...altered, body: "one\r\n" }));
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      assert.equal(appends(stores), 0);
      await assertPairsAreAlike(stores);
    });

    test("takes different messages for different, whatever they have in common", async (t) => {
      const stores = await twoStores(t, servers);
      const [a, b] = [nameless("backup failed", "text\r\n"), nameless("backup worked", "text\r\n")];
      const [c, d] = [nameless("daily", "yes\r\n"), nameless("daily", "no.\r\n")];
      await deliver(
        stores.local,
        "INBOX",
        a,
        c,
        mail("draft", { body: "one word\r\n" }),
        mail("v", { body: "one\r\n" }),
      );
      const versions = [mail("v", { body: "four\r\n" }), mail("v", { body: "three\r\n" })];
      await deliver(stores.remote, "INBOX", b, d, mail("draft", { body: "more than one word\r\n" }), ...versions);
      await assertConverges(stores);
      assert.equal((await contents(stores.local)).length, 9);
      await assertPairsAreAlike(stores);
    });
  });
}

/** Without Message-ID. */
function nameless(subject: string, body: string, { header = [], ...parts }: MailParts = {}): AppendMessage {
  const fields = [`Subject: ${subject}`, "Date: Sat, 01 Feb 2020 12:34:56 +0200", ...header];
  return { ...mail("", parts), bytes: Buffer.from([...fields, "", body].join("\r\n")) };
}

function appends({ proxies }: TwoStores): number {
  return (proxies.local.counts.get("APPEND") ?? 0) + (proxies.remote.counts.get("APPEND") ?? 0);
}
