// A database in which somebody wrote what cannot be: the mailbox it belongs to is left alone, with a reason; --repair mends it, and
// neither deletes anything.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, expunge, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { startDaemon } from "../support/watching.ts";
import { execute, makeVersion1 } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const { server } = await startAll({ server: startDovecot() });

const inbox = "idx = (SELECT idx FROM mailboxes WHERE CAST(mailbox AS TEXT) = 'INBOX')";

async function synchronised(t: TestContext): Promise<TwoStores> {
  const stores = await twoStores(t, { local: server, remote: server });
  await deliver(stores.local, "INBOX", ...mails("m", 8));
  await command(stores.local, "CREATE other");
  await deliver(stores.local, "other", ...mails("o", 8));
  await assertConverges(stores);
  return stores;
}

function spoil({ home }: TwoStores, change: string): void {
  execute(home.databaseFile, `PRAGMA ignore_check_constraints = ON; ${change}`);
}

async function assertMended(stores: TwoStores): Promise<void> {
  assert.deepEqual(diffSnapshots(await snapshot(stores.local), await snapshot(stores.remote)), []);
  await assertNothingToDo(stores);
}

for (const side of sides) {
  const test = onOne(side);
  const [here, there] = side === "local" ? ["lUID", "rUID"] : ["rUID", "lUID"];
  const places = [
    { place: `mapping.${here}`, change: `UPDATE mapping SET ${here} = '1:*' WHERE ${inbox} AND ${there} = 3` },
    { place: `mapping.${here}`, change: `UPDATE mapping SET ${here} = -3 WHERE ${inbox} AND ${there} = 3` },
    { place: `${side}.UIDNEXT`, change: `UPDATE ${side} SET UIDNEXT = 'abc' WHERE ${inbox}` },
    { place: `${side}.UIDVALIDITY`, change: `UPDATE ${side} SET UIDVALIDITY = 'abc' WHERE ${inbox}` },
    { place: `${side}.HIGHESTMODSEQ`, change: `UPDATE ${side} SET HIGHESTMODSEQ = 1.5 WHERE ${inbox}` },
  ];
  for (const { place, change } of places) {
    test(`${side}: ${change}`, async (t) => {
      const stores = await synchronised(t);
      spoil(stores, change);
      // What would reach the row: its message is gone on the other side, and so is one of the other mailbox.
      await expunge(stores[otherSide(side)], "3");
      await expunge(stores[otherSide(side)], "3", "other");
      await deliver(stores[side], "INBOX", ...mails("new", 1));
      for (let run = 0; run < 2; run++) {
        const { status, stderr } = await runInterimap(stores.home, ["--quiet"]);
        assert.equal(status, 1, stderr);
        const line = new RegExp(
          `^Mailbox "INBOX" skipped: the database \\S+ has an impossible value in ${place.replace(".", "\\.")}: .*interimap --repair\\n$`,
        );
        assert.match(stderr, line);
      }
      assert.equal((await contents(stores[side], "other")).length, 7, "the other mailbox goes on");
      assert.equal((await contents(stores[side])).length, 9);
      assert.equal((await contents(stores[otherSide(side)])).length, 7);

      const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^Dropped .* invalid entr.* of "INBOX" from the database\./m);
      assert.equal((await contents(stores.local)).length, 9, "nothing is deleted, nothing is there twice");
      await assertMended(stores);
    });
  }
}

describe("a database of an older version", () => {
  test("is upgraded without such rows: the messages are matched, and nothing is deleted or copied", async (t) => {
    const stores = await synchronised(t);
    const { databaseFile } = stores.home;
    makeVersion1(databaseFile);
    spoil(stores, `UPDATE mapping SET lUID = '1:*' WHERE ${inbox} AND rUID = 3`);
    await expunge(stores.remote, "5");
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^Dropped an invalid entry of "INBOX" from the database\./m);
    assert.equal((await contents(stores.local)).length, 7);
    await assertMended(stores);
  });
});

test("a daemon leaves such a mailbox alone, too", async (t) => {
  const stores = await synchronised(t);
  spoil(stores, `UPDATE mapping SET lUID = '1:*' WHERE ${inbox} AND rUID = 3`);
  await expunge(stores.remote, "3");
  await deliver(stores.local, "other", ...mails("late", 1));
  const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
  await daemon.says(/Mailbox "INBOX" skipped: the database \S+ has an impossible value in mapping\.lUID/, 1);
  await daemon.says(/remote\(other\): Added 1 message/, 1);
  assert.equal((await contents(stores.local)).length, 8);
});
