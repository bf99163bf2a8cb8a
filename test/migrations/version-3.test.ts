import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "../../src/store/open-store.ts";
import { dump, temporaryDirectory } from "../unit/store/databases.ts";
import { originalDatabase, upgradedMailboxes } from "./original.ts";

/** What they are does not matter: only version 0 has delimiters in its names. */
const unequal = { local: "/", remote: "." };

test("version 3 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 3);
  const before = dump(path);
  const store = openStore({ path });
  assert.deepEqual(store.upgrade(unequal), new Map());
  assert.deepEqual(
    store.mailboxes(),
    upgradedMailboxes.map((one) => ({ ...one, isUnfinished: one.idx === 3 })),
  );
  assert.equal(store.summaries()[0]?.synchronisedAt?.getTime(), 1_700_003_600_000);
  assert.deepEqual(store.suspects(3, "remote"), { ranges: [[77, 77]] });
  store.close();

  const fresh = join(temporaryDirectory(t), "fresh.db");
  openStore({ path: fresh }).close();
  const after = dump(path);
  for (const table of Object.keys(before.rows)) assert.deepEqual(after.rows[table], before.rows[table], table);
  assert.deepEqual(after.schema, dump(fresh).schema);
  assert.deepEqual(dump(`${path}.v3-backup`), before);
});
