// Rows are found by the fingerprints of their messages: however often, and whatever becomes of them in between.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { sides } from "../../../src/model/side.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { PrintLookup } from "../../../src/state/print-lookup.ts";
import { Connection } from "../../../src/state/sqlite.ts";
import type { Store } from "../../../src/state/state-store.ts";
import { temporaryDirectory } from "./databases.ts";

/** More than are answered without an index. */
const rounds = 40;

function found(store: Store, side: "local" | "remote", prints: readonly number[]): string[] {
  return store.fingerprints
    .like(side, prints, 1_000)
    .map(({ idx, local, remote, prints }) => [idx, local, remote, prints.local, prints.remote].join(" "))
    .sort();
}

for (const side of sides)
  test(`what was added, changed and removed meanwhile is known, on the ${side} side`, (t) => {
    const store = openStore({ path: join(temporaryDirectory(t), "x.db") });
    t.after(() => {
      store.close();
    });
    const mailboxes = [store.addMailbox("a", true), store.addMailbox("b", true)];
    const expected = new Map<string, { readonly print: number; readonly row: string }>();
    const note = (idx: number, uid: number, print: number): void => {
      expected.set(`${idx} ${uid}`, { print, row: [idx, uid, uid, print, print].join(" ") });
    };
    for (let round = 1; round <= rounds; round++) {
      for (const idx of mailboxes) {
        const pair = { local: round, remote: round };
        // Two of each look alike, and some of both mailboxes.
        const print = (round >> 1) * idx;
        store.mappings.add(idx, [{ ...pair, prints: { local: print, remote: print } }]);
        note(idx, round, print);
        if (round % 3 === 0) {
          store.fingerprints.set(idx, [{ ...pair, prints: { local: round + 100, remote: round + 100 } }]);
          note(idx, round, round + 100);
        }
        if (round % 5 === 0) {
          store.mappings.remove(idx, [round - 1]);
          expected.delete(`${idx} ${round - 1}`);
        }
      }
      const wanted = [round >> 1, (round >> 1) * 2, round - 1, round + 100, 103];
      const rows = [...expected.values()].filter(({ print }) => wanted.includes(print)).map(({ row }) => row);
      assert.deepEqual(found(store, side, wanted), rows.sort(), `round ${round}`);
    }
    assert.deepEqual(found(store, side, []), []);
    assert.equal(
      store.fingerprints.like(
        side,
        [...expected.values()].map(({ print }) => print),
        3,
      ).length,
      3,
    );
  });

test("what a transaction that fails had added is not found", (t) => {
  const store = openStore({ path: join(temporaryDirectory(t), "x.db") });
  t.after(() => {
    store.close();
  });
  const idx = store.addMailbox("a", true);
  for (let i = 0; i < rounds; i++) assert.deepEqual(found(store, "local", [7]), []);
  const pair = { local: 1, remote: 1, prints: { local: 7, remote: 7 } };
  assert.throws(() =>
    store.transaction(() => {
      store.mappings.add(idx, [pair]);
      throw new Error("no");
    }),
  );
  assert.deepEqual(found(store, "local", [7]), []);
  store.mappings.add(idx, [pair]);
  assert.deepEqual(found(store, "local", [7]), [`${idx} 1 1 7 7`]);
});

test("where there is no room for an index, the table is read each time", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  const store = openStore({ path });
  const pairs = Array.from({ length: 2_000 }, (_, i) => ({
    ...{ local: i + 1, remote: i + 1 },
    prints: { local: i, remote: i },
  }));
  store.mappings.add(store.addMailbox("a", true), pairs);
  store.close();
  const connection = new Connection(path);
  t.after(() => {
    connection.close();
  });
  connection.execute("PRAGMA temp.max_page_count = 4");
  const lookup = new PrintLookup(connection, "remote");
  for (let i = 0; i < rounds; i++)
    assert.deepEqual(
      lookup.rows<{ remote: number }>([i, 1_999], 10).map(({ remote }) => remote),
      [i + 1, 2_000],
    );
  const made = connection.values<string>("SELECT name FROM sqlite_temp_schema WHERE type = 'trigger'");
  assert.deepEqual(made, []);
});
