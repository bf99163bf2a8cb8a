import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "../../src/store/open-store.ts";
import { dump, temporaryDirectory } from "../unit/store/databases.ts";
import { originalDatabase, upgradedMailboxes } from "./original.ts";

test("version 4 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 4);
  const before = dump(path);
  const store = openStore({ path });
  assert.deepEqual(store.upgrade({ local: "/", remote: "." }), new Map());
  assert.deepEqual(
    store.mailboxes(),
    upgradedMailboxes.map((one) => ({ ...one, isUnfinished: one.idx === 3 })),
  );
  assert.deepEqual(store.unkept(), []);
  store.close();

  const fresh = join(temporaryDirectory(t), "fresh.db");
  openStore({ path: fresh }).close();
  const after = dump(path);
  for (const table of Object.keys(before.rows)) assert.deepEqual(after.rows[table], before.rows[table], table);
  assert.deepEqual(after.schema, dump(fresh).schema);
  assert.deepEqual(dump(`${path}.v4-backup`), before);
});
