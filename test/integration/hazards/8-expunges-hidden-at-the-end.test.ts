// Cyrus 3.6.1 with immediate expunge remembers no expunges. Told of a sequence number that no longer exists, it says
// nothing of what vanished from the end of the mailbox (RFC 7162 3.2.5.2); the program must notice and ask again.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startCyrus } from "../../support/cyrus.ts";
import { startDovecot } from "../../support/dovecot.ts";
import type { MailServer } from "../../support/mail-server.ts";
import { contents, deliver, expunge, mails, twoStores, userNames } from "../../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "../converge.ts";

const servers = new Map<string, MailServer>();
let dovecot: MailServer;

before(async () => {
  const modes = ["immediate", "delayed"] as const;
  dovecot = await startDovecot();
  const started = await Promise.all(modes.map((expungeMode) => startCyrus({ expungeMode, users: userNames })));
  modes.forEach((mode, i) => servers.set(mode, started[i]!));
});
after(() => Promise.all([dovecot, ...servers.values()].map((server) => server.stop())));

for (const [mode, what, gone, left] of [
  ["immediate", "the last messages", "18:20", 17],
  ["immediate", "most messages from the end", "3:20", 2],
  ["immediate", "the last message", "20", 19],
  ["immediate", "all messages", "1:20", 0],
  ["immediate", "messages at the beginning and the end", "1,20", 18],
  ["delayed", "the last messages", "18:20", 17],
] as const) {
  test(`expunge mode ${mode}: ${what}, expunged there, vanish here`, async (t) => {
    const stores = await twoStores(
      t,
      { local: dovecot, remote: servers.get(mode)! },
      { settings: { "max-delete": "100%" } },
    );
    await deliver(stores.remote, "INBOX", ...mails("m", 20));
    await assertConverges(stores);
    await expunge(stores.remote, gone);
    await assertConverges(stores);
    assert.equal((await contents(stores.local)).length, left);
    await assertNothingToDo(stores);
  });
}

test("expunge mode immediate: as many new messages as vanished from the end are no disguise", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: servers.get("immediate")! });
  await deliver(stores.remote, "INBOX", ...mails("m", 20));
  await assertConverges(stores);
  await expunge(stores.remote, "18:20");
  await deliver(stores.remote, "INBOX", ...mails("new", 3));
  await assertConverges(stores);
  assert.equal((await contents(stores.local)).length, 20);
  await assertNothingToDo(stores);
});
