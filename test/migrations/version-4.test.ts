import assert from "node:assert/strict";
import { test } from "node:test";
import { openStore } from "../../src/state/open-store.ts";
import { dump } from "../unit/state/databases.ts";
import { assertEverythingKept, assertLikeNew, originalDatabase, upgradedMailboxes } from "./original.ts";

test("version 4 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 4);
  const before = dump(path);
  const store = openStore({ path });
  assert.deepEqual(store.upgrade({ local: "/", remote: "." }).mended, new Map());
  assert.deepEqual(
    store.mailboxes(),
    upgradedMailboxes.map((one) => ({ ...one, isUnfinished: one.idx === 3 })),
  );
  assert.deepEqual(store.refusals.unkept(), []);
  store.close();
  assertEverythingKept(path, before);
  assertLikeNew(t, path);
});
