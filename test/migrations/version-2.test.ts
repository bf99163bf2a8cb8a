import assert from "node:assert/strict";
import { test } from "node:test";
import { openStore } from "../../src/state/open-store.ts";
import { dump } from "../unit/state/databases.ts";
import { startChild } from "../unit/state/processes.ts";
import {
  assertKept,
  assertLikeNew,
  assertWaits,
  originalDatabase,
  upgradedCounts,
  upgradedMailboxes,
} from "./original.ts";

/** What they are does not matter: only version 0 has delimiters in its names. */
const unequal = { local: "/", remote: "." };

/** One of them with its marker. */
const mailboxes = upgradedMailboxes.map((one) => ({
  ...one,
  isUnfinished: one.idx === 3,
}));

test("version 2 waits for the servers, unchanged", (t) => {
  assertWaits(t, 2);
});

test("version 2 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 2);
  const before = dump(path);
  const store = openStore({ path });
  store.upgrade(unequal);
  assert.equal(store.needsUpgrade, false);
  assert.deepEqual(store.mailboxes(), mailboxes);
  assert.deepEqual(store.allMessageCounts(), upgradedCounts);
  assert.deepEqual(store.transfers.interruption(3), { local: 0xffff_ffff, remote: 1 });
  assert.equal(store.refusals.messages(1)[0]?.attempts, 3);
  assert.deepEqual(
    store.summaries().map(({ synchronisedAt, mappings, isUnfinished }) => [synchronisedAt, mappings, isUnfinished]),
    [
      [undefined, 3, false],
      [undefined, 1, true],
      [undefined, 0, false],
    ],
  );
  assert.equal(store.addMailbox("new", true), 10);
  store.removeMailbox(10);
  store.close();

  const after = dump(path);
  for (const table of Object.keys(before.rows)) {
    if (table !== "sqlite_sequence") assertKept(table, { before, after });
  }
  assert.deepEqual([after.rows["synchronised"], after.rows["suspects"]], [[], []]);
  assert.deepEqual(dump(`${path}.v2-backup`), before);
});

test("an upgraded database is like a new one", (t) => {
  const path = originalDatabase(t, 2);
  const store = openStore({ path });
  store.upgrade(unequal);
  store.close();
  assertLikeNew(t, path);
});

test("killed in the middle of the upgrade, the next start does it again", async (t) => {
  const path = originalDatabase(t, 2);
  const before = dump(path);
  assert.equal(await startChild(t, "die-upgrading", path).ended(), "SIGKILL");
  assert.deepEqual(dump(path), before);
  const store = openStore({ path });
  store.upgrade(unequal);
  assert.deepEqual(store.mailboxes(), mailboxes);
  store.close();
});
