import assert from "node:assert/strict";
import { test } from "node:test";
import { loadMigrations } from "../../src/state/migrations.ts";
import { openStore } from "../../src/state/open-store.ts";
import { dump } from "../unit/state/databases.ts";
import { assertEverythingKept, assertLikeNew, originalDatabase, upgradedMailboxes } from "./original.ts";

test("version 12 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 12);
  const before = dump(path);
  const store = openStore({ path });
  const { mended, ...upgrade } = store.upgrade({ local: "/", remote: "." });
  assert.deepEqual(mended, new Map());
  assert.deepEqual(upgrade, { from: 12, to: loadMigrations().length, backup: `${path}.v12-backup` });
  assert.deepEqual(
    store.mailboxes(),
    upgradedMailboxes.map((one) => ({ ...one, isUnfinished: one.idx === 3 })),
  );
  assert.deepEqual(store.mailboxIds("remote"), new Map([[3, "id-3"]]));
  assert.deepEqual(store.lifted.mailboxes(), [3]);
  assert.equal(store.leftOut.all().length, 1);
  assert.equal(store.unstable.note(1, "remote", false), "changed");
  assert.equal(store.unstable.note(1, "remote", false), "found");
  assert.equal(store.unstable.note(1, "remote", false), "unstable");
  assert.equal(store.unstable.note(3, "local", true), "found");
  assert.ok(!store.unstable.has(1, "local"));
  store.close();
  assertEverythingKept(path, before);
  assertLikeNew(t, path);
});
