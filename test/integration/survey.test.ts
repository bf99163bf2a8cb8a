// What there was to do is said before and apart from what was done: with --debug, once a run, of all mailboxes together.

import assert from "node:assert/strict";
import { test } from "node:test";
import { otherSide, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, expunge, mails, store, twoStores } from "../support/two-stores.ts";

const onOne = inTurn(sides);

const { server } = await startAll({ server: startDovecot() });

function found(stderr: string): readonly string[] {
  return stderr.match(/Found in .*/g) ?? [];
}

for (const side of sides) {
  const test = onOne(side);
  const other = otherSide(side);

  test(`messages to copy, to delete and with changed flags, the ${side} side first`, async (t) => {
    const stores = await twoStores(t, { local: server, remote: server });
    const { home } = stores;
    for (const name of ["a", "b"]) {
      await command(stores[side], `CREATE ${name}`);
      await deliver(stores[side], name, ...mails(name, 6));
    }
    const first = await runInterimap(home, ["--debug"]);
    assert.equal(first.status, 0, first.stderr);
    assert.equal(found(first.stderr).length, 1, first.stderr);
    assert.match(found(first.stderr)[0]!, /^Found in 2 mailboxes: 12 messages to copy/);

    await deliver(stores[side], "a", ...mails("new", 3));
    await expunge(stores[other], "1:2", "a");
    await expunge(stores[side], "2", "a");
    await store(stores[other], "4 +FLAGS (\\Flagged)", "b");
    await store(stores[side], "5:6 +FLAGS (\\Answered)", "b");
    const second = await runInterimap(home, ["--debug"]);
    assert.equal(second.status, 0, second.stderr);
    const line = /^Found in 2 mailboxes: 3 messages to copy \(\d+ B\), 1 to delete, 3 with changed flags$/;
    assert.match(found(second.stderr).join("\n"), line);
    assert.equal((await contents(stores[other], "a")).length, 7);

    const third = await runInterimap(home, ["--debug"]);
    assert.deepEqual([third.status, found(third.stderr)], [0, []], third.stderr);
  });
}

test("what is held back is no work", async (t) => {
  const stores = await twoStores(t, { local: server, remote: server }, { settings: { "max-delete": "1" } });
  for (const name of ["a", "b"]) {
    await command(stores.local, `CREATE ${name}`);
    await deliver(stores.local, name, ...mails(name, 6));
  }
  assert.equal((await runInterimap(stores.home)).status, 0);
  for (const name of ["a", "b"]) await expunge(stores.local, "1:4", name);
  await deliver(stores.remote, "INBOX", ...mails("new", 1));
  const { status, stderr } = await runInterimap(stores.home, ["--debug"]);
  assert.equal(status, 65, stderr);
  assert.match(found(stderr).join("\n"), /^Found in 1 mailbox: 1 message to copy \(\d+ B\), 0 to delete, 0 with/);
  assert.doesNotMatch((await runInterimap(stores.home)).stderr, /Found in/);
});
