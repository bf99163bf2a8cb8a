// Cyrus reports every message of the selected mailbox as vanished when somebody else renames or deletes the mailbox;
// Dovecot ends the connection, or goes on serving what is no longer there. Nothing of that may reach the other side.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startCyrus } from "../../support/cyrus.ts";
import { startDovecot } from "../../support/dovecot.ts";
import type { MailServer } from "../../support/mail-server.ts";
import { runInterimap } from "../../support/run-interimap.ts";
import { command, contents, deliver, expunge, mails, twoStores, userNames } from "../../support/two-stores.ts";
import { assertConverges } from "../converge.ts";

const changes = {
  renamed: ["RENAME box elsewhere"],
  deleted: ["DELETE box"],
  "deleted and created again": ["DELETE box", "CREATE box"],
};

/** What the program is about to say, there or to the other server, when the mailbox is taken from under it. */
const moments = {
  "before a message is copied there": ["remote", /^\S+ APPEND/],
  "before a message is expunged there": ["remote", /^\S+ UID STORE/],
  "before messages are read there": ["remote", /^\S+ UID FETCH/],
  "before a message is fetched from there": ["remote", /^\S+ UID FETCH .*BODY(?:\.PEEK)?\[\]/],
  "before its state is asked for": ["remote", /^\S+ STATUS/],
  "before its news are asked for": ["remote", /^\S+ NOOP/],
  "while the other side is worked on": ["local", /^\S+ UID FETCH/],
} as const;

type Kind = keyof typeof servers;

const servers = {
  Cyrus: () => startCyrus({ users: userNames, deleteMode: "delayed" }),
  "Cyrus with immediate deletion": () => startCyrus({ users: userNames }),
  Dovecot: () => startDovecot(),
};

const cases: readonly (readonly [server: Kind, what: keyof typeof changes, when: keyof typeof moments])[] = [
  ...(Object.keys(moments) as (keyof typeof moments)[]).map((moment) => ["Cyrus", "renamed", moment] as const),
  ["Cyrus", "deleted", "before a message is fetched from there"],
  ["Cyrus", "deleted and created again", "before a message is fetched from there"],
  ["Cyrus", "deleted", "before its state is asked for"],
  ["Cyrus", "deleted", "before its news are asked for"],
  ["Cyrus", "deleted and created again", "before its news are asked for"],
  ["Cyrus", "deleted and created again", "before a message is copied there"],
  ["Cyrus with immediate deletion", "deleted", "before its news are asked for"],
  ["Cyrus with immediate deletion", "deleted and created again", "before its news are asked for"],
  ["Dovecot", "renamed", "before its news are asked for"],
  ["Dovecot", "renamed", "before a message is fetched from there"],
  ["Dovecot", "deleted", "before a message is fetched from there"],
  ["Dovecot", "deleted and created again", "before a message is fetched from there"],
  ["Cyrus with immediate deletion", "deleted", "before a message is fetched from there"],
  ["Dovecot", "deleted", "before messages are read there"],
  ["Dovecot", "deleted and created again", "before its state is asked for"],
  ["Dovecot", "deleted and created again", "before a message is copied there"],
];

const running = new Map<Kind, MailServer>();
let quiet: MailServer;

before(async () => {
  quiet = await startDovecot();
  await Promise.all(Object.entries(servers).map(async ([name, start]) => running.set(name as Kind, await start())));
});
after(() => Promise.all([quiet, ...running.values()].map((server) => server.stop())));

for (const [server, what, when] of cases) {
  test(`${server}: a mailbox ${what} ${when} loses nothing on the other side`, async (t) => {
    const stores = await twoStores(t, { local: quiet, remote: running.get(server)! });
    await command(stores.local, "CREATE box");
    await deliver(stores.local, "box", ...mails("old", 5));
    await assertConverges(stores);
    await deliver(stores.local, "box", ...mails("new", 1));
    await deliver(stores.remote, "box", ...mails("far", 1));
    await expunge(stores.local, "1", "box");
    const [side, pattern] = moments[when];
    stores.hold(side, "client", { pattern, action: () => command(stores.remote, ...changes[what]) });

    const first = await runInterimap(stores.home);
    const kept = await contents(stores.local, "box");
    assert.deepEqual(
      kept.filter((name) => name !== "far1"),
      ["new1", "old2", "old3", "old4", "old5"],
      first.stderr,
    );

    if (what === "deleted and created again") {
      await assertConverges(stores);
      assert.deepEqual(await contents(stores.remote, "box"), kept);
      return;
    }
    const second = await runInterimap(stores.home);
    if (what === "renamed") {
      // It is the same mailbox: copied under its new name, everything would be there twice.
      assert.equal(second.status, 0, second.stderr);
      for (const one of [stores.local, stores.remote])
        assert.deepEqual(await contents(one, "elsewhere"), ["far1", "new1", "old2", "old3", "old4", "old5"]);
      return;
    }
    assert.equal(second.status, 1, second.stderr);
    const complaints = second.stderr.split("\n").filter((line) => line.startsWith("remote(box): Mailbox skipped: "));
    assert.equal(complaints.length, 1, second.stderr);
    assert.match(complaints[0]!, /disappeared from the remote server/);
    assert.deepEqual(await contents(stores.local, "box"), kept, second.stderr);
  });
}
