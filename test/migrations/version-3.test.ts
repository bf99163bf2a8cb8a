import assert from "node:assert/strict";
import { test } from "node:test";
import { openStore } from "../../src/state/open-store.ts";
import { dump } from "../unit/state/databases.ts";
import {
  assertEverythingKept,
  assertKept,
  assertLikeNew,
  originalDatabase,
  upgradedCounts,
  upgradedMailboxes,
} from "./original.ts";

/** What they are does not matter: only version 0 has delimiters in its names. */
const unequal = { local: "/", remote: "." };

test("version 3 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 3);
  const before = dump(path);
  const store = openStore({ path });
  assert.deepEqual(store.upgrade(unequal).mended, new Map());
  assert.deepEqual(
    store.mailboxes(),
    upgradedMailboxes.map((one) => ({ ...one, isUnfinished: one.idx === 3 })),
  );
  assert.deepEqual(store.allMessageCounts(), upgradedCounts);
  assert.equal(store.summaries()[0]?.synchronisedAt?.getTime(), 1_700_003_600_000);
  assert.deepEqual(store.transfers.suspects(3, "remote"), { ranges: [[77, 77]] });
  store.close();
  assertEverythingKept(path, before);
  assertLikeNew(t, path);
});

test("a mailbox with messages and HIGHESTMODSEQ 1, on either side, is looked at once more; nothing else changes", (t) => {
  for (const side of ["local", "remote"] as const) {
    const path = originalDatabase(t, 3, `UPDATE ${side} SET HIGHESTMODSEQ = 1 WHERE idx = 1;`);
    const before = dump(path);
    const store = openStore({ path });
    store.upgrade(unequal);
    assert.deepEqual(store.transfers.interruption(1), { local: 6, remote: 2_000_000_005 });
    assert.deepEqual(
      store.mailboxes().map(({ isUnfinished }) => isUnfinished),
      [true, true, false],
    );
    store.close();
    const after = dump(path);
    for (const table of ["local", "remote", "mapping"]) assertKept(table, { before, after });
  }
  // Never had a message.
  const path = originalDatabase(t, 3, "UPDATE remote SET HIGHESTMODSEQ = 1, UIDNEXT = 1 WHERE idx = 1;");
  const store = openStore({ path });
  store.upgrade(unequal);
  assert.equal(store.transfers.interruption(1), undefined);
  store.close();
});
