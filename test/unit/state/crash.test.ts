import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "../../../src/state/open-store.ts";
import { batchSize } from "./child.ts";
import { temporaryDirectory } from "./databases.ts";
import { startChild } from "./processes.ts";

test("after kill -9 every batch that was committed is there, whole, and no lock is left", async (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  const child = startChild(t, "write", path);
  for (let batch = 0; batch < 100; batch++) assert.equal(await child.line(), String(batch));
  const printed = 100 + (await child.kill()).length;

  const store = openStore({ path });
  const [inbox] = store.mailboxes();
  const count = store.mappings.count(inbox!.idx);
  assert.equal(count % batchSize, 0);
  assert.ok(count >= printed * batchSize, `${count} rows after ${printed} commits`);
  assert.deepEqual(store.mappings.uids(inbox!.idx, "remote"), { ranges: [[1001, count + 1000]] });
  assert.deepEqual(store.transfers.interruption(inbox!.idx), { local: 1, remote: 1 });
  store.close();
});
