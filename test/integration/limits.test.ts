// What a server may say at most, as the settings have it: too much of a message costs that message, anything else the run, and
// one line names the setting.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mail, mails, type StoresOptions, twoStores } from "../support/two-stores.ts";
import { refusedIn } from "./refused-messages.ts";

const { dovecot } = await startAll({ dovecot: startDovecot() });
const servers = { local: dovecot, remote: dovecot };

const large = mail("large", { body: "x".repeat(78).concat("\r\n").repeat(1_250) });
const reason = "larger than 64 KiB; to have it copied, raise max-literal of the remote server";

const smallLiterals: StoresOptions = { sections: { remote: { "max-literal": "64 KiB" } } };

for (const isHonest of [true, false]) {
  test(`max-literal: a message whose size the server tells ${isHonest ? "" : "wrongly "}is refused alone`, async (t) => {
    const stores = await twoStores(t, servers, smallLiterals);
    await deliver(stores.remote, "INBOX", ...mails("a", 2), large, ...mails("b", 2));
    const size = / RFC822\.SIZE 1\d{5}\b/;
    if (!isHonest) {
      const action = (line: string) => ({ instead: line.replace(size, " RFC822.SIZE 100") });
      stores.hold("remote", "server", { pattern: size, always: true, action });
    }
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);
    assert.match(stderr, new RegExp(`UID 3 of the remote side was refused: ${reason}$`, "m"));
    assert.deepEqual(await contents(stores.local), ["a1", "a2", "b1", "b2"]);
    assert.deepEqual(refusedIn(stores.home), [
      {
        ...{ side: "remote", uid: 3, size: large.bytes.length, reason, attempts: 1 },
        messageId: isHonest ? "<large@example.org>" : null,
      },
    ]);
    // The other way it is not limited.
    await deliver(stores.local, "INBOX", mail("back", { body: large.bytes }));
    assert.equal((await runInterimap(stores.home)).status, 1);
    assert.deepEqual(await contents(stores.remote), ["a1", "a2", "b1", "b2", "back", "large"]);
  });
}

test("max-mailboxes", async (t) => {
  const stores = await twoStores(t, servers, { sections: { remote: { "max-mailboxes": "3" } } });
  await command(stores.remote, "CREATE a", "CREATE b");
  const within = await runInterimap(stores.home);
  assert.equal(within.status, 0, within.stderr);
  await command(stores.remote, "CREATE c");
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 76);
  assert.equal(
    stderr,
    "remote: the server's list of mailboxes has no end: more than 3 mailboxes, or 1 MiB of names; if there are more, raise max-mailboxes\n",
  );
});

test("max-line", async (t) => {
  const stores = await twoStores(t, servers, { sections: { remote: { "max-line": "64 KiB" } } });
  const pattern = /^\* LIST /;
  stores.hold("remote", "server", { pattern, action: () => ({ instead: `* LIST () "/" "${"x".repeat(70_000)}"` }) });
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 76);
  assert.equal(
    stderr,
    "remote: the server sent a line of more than 64 KiB; if it has good reason to, raise max-line\n",
  );
});

test("silence-timeout", async (t) => {
  const stores = await twoStores(t, servers, { sections: { remote: { "silence-timeout": "2" } } });
  stores.hold("remote", "server", { pattern: /^\* LIST /, action: () => new Promise<never>(() => {}) });
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 75);
  assert.equal(stderr, "remote: no answer for 2 s; if the server needs longer, raise silence-timeout\n");
});
