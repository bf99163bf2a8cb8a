import assert from "node:assert/strict";
import { test } from "node:test";
import { loadMigrations } from "../../src/state/migrations.ts";
import { openStore } from "../../src/state/open-store.ts";
import { dump } from "../unit/state/databases.ts";
import { assertEverythingKept, assertLikeNew, originalDatabase, upgradedMailboxes } from "./original.ts";

test("version 6 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 6);
  const before = dump(path);
  const store = openStore({ path });
  const { mended, ...upgrade } = store.upgrade({ local: "/", remote: "." });
  assert.deepEqual(mended, new Map());
  assert.deepEqual(upgrade, { from: 6, to: loadMigrations().length, backup: `${path}.v6-backup` });
  assert.deepEqual(
    store.mailboxes(),
    upgradedMailboxes.map((one) => ({ ...one, isUnfinished: one.idx === 3 })),
  );
  const noPrints = { local: undefined, remote: undefined };
  assert.deepEqual(
    store.fingerprints.newest(1, { below: { local: 6, remote: 1 }, limit: 2 }),
    [
      { local: 2, remote: 2_000_000_001, prints: noPrints },
      { local: 5, remote: 7, prints: noPrints },
    ],
    "not known yet",
  );
  store.close();
  assertEverythingKept(path, before);
  assertLikeNew(t, path);
});
