import assert from "node:assert/strict";
import { test } from "node:test";
import { loadMigrations } from "../../src/state/migrations.ts";
import { openStore } from "../../src/state/open-store.ts";
import { dump } from "../unit/state/databases.ts";
import { assertEverythingKept, assertLikeNew, originalDatabase, upgradedMailboxes } from "./original.ts";

test("version 7 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 7);
  const before = dump(path);
  const store = openStore({ path });
  const { mended, ...upgrade } = store.upgrade({ local: "/", remote: "." });
  assert.deepEqual(mended, new Map());
  assert.deepEqual(upgrade, { from: 7, to: loadMigrations().length, backup: `${path}.v7-backup` });
  assert.deepEqual(
    store.mailboxes(),
    upgradedMailboxes.map((one) => ({ ...one, isUnfinished: one.idx === 3 })),
  );
  assert.deepEqual(store.mailboxIds("remote"), new Map(), "not known yet");
  store.noteMailboxId(3, "remote", "id-3");
  assert.deepEqual(store.mailboxIds("remote"), new Map([[3, "id-3"]]));
  store.noteMailboxId(3, "remote", undefined);
  store.close();
  assertEverythingKept(path, before);
  assertLikeNew(t, path);
});
