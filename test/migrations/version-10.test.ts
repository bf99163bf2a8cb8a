import assert from "node:assert/strict";
import { test } from "node:test";
import { uidSetOf } from "../../src/model/uid-set.ts";
import { loadMigrations } from "../../src/state/migrations.ts";
import { openStore } from "../../src/state/open-store.ts";
import { dump } from "../unit/state/databases.ts";
import { assertEverythingKept, assertLikeNew, originalDatabase, upgradedMailboxes } from "./original.ts";

test("version 10 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 10);
  const before = dump(path);
  const store = openStore({ path });
  const { mended, ...upgrade } = store.upgrade({ local: "/", remote: "." });
  assert.deepEqual(mended, new Map());
  assert.deepEqual(upgrade, { from: 10, to: loadMigrations().length, backup: `${path}.v10-backup` });
  assert.deepEqual(
    store.mailboxes(),
    upgradedMailboxes.map((one) => ({ ...one, isUnfinished: one.idx === 3 })),
  );
  assert.deepEqual(store.mailboxIds("remote"), new Map([[3, "id-3"]]));
  assert.equal(store.remoteNames.all().size, 1);
  assert.deepEqual(store.lifted.mailboxes(), []);
  store.lifted.note(1, "remote", uidSetOf([7]));
  assert.deepEqual(store.lifted.of(1, "remote"), uidSetOf([7]));
  store.lifted.forget(1, "remote", uidSetOf([7]));
  store.close();
  assertEverythingKept(path, before);
  assertLikeNew(t, path);
});
