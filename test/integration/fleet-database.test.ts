// The database of a fleet: what it makes of values, and of transactions that get into each other's way.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDatabase } from "../../src/fleet/database/database.ts";
import { storableJson } from "../../src/fleet/database/storable.ts";
import type { InterimapError } from "../../src/model/errors.ts";
import { startPostgres } from "../support/postgres.ts";

const postgres = await startPostgres();
const database = openDatabase({ url: postgres.url, application: "test", connections: 4 });
after(async () => {
  await database.close();
  await postgres.stop();
});

test("of two transactions that wait for each other both are done", async () => {
  await database.rows("create table pairs (id integer primary key, changes integer not null default 0)");
  await database.rows("insert into pairs values (1), (2)");
  let arrived = 0;
  let meet: () => void = () => undefined;
  const met = new Promise<void>((resolve) => (meet = resolve));
  const change = (order: readonly number[]): Promise<void> =>
    database.transaction(async (queries) => {
      for (const id of order) {
        await queries.rows("update pairs set changes = changes + 1 where id = $1", [id]);
        if (++arrived >= 2) meet();
        await met;
      }
    });
  await Promise.all([change([1, 2]), change([2, 1])]);
  assert.deepEqual(await database.rows("select id, changes from pairs order by id"), [
    { id: 1, changes: 2 },
    { id: 2, changes: 2 },
  ]);
});

test("a transaction of a process that was stopped ends, whatever it has locked", async () => {
  const [shown] = await database.transaction((queries) =>
    queries.rows<{ idle_in_transaction_session_timeout: string }>("show idle_in_transaction_session_timeout"),
  );
  assert.equal(shown?.idle_in_transaction_session_timeout, "30s");
});

test("words that PostgreSQL cannot keep are kept without what it cannot", async () => {
  const words = "a\0b \ud800 c";
  const [row] = await database.rows("select $1::text as text, $2::jsonb as json", [words, storableJson({ words })]);
  assert.deepEqual(row, { text: "a\ufffdb \ufffd c", json: { words: "a\ufffdb \ufffd c" } });
});

test("a query without an answer ends", async () => {
  const hasty = openDatabase({ url: postgres.url, application: "test", connections: 1, answerMs: 50 });
  await assert.rejects(hasty.rows("select pg_sleep(600)"), { code: "DATABASE_READ" });
  await assert.rejects(
    hasty.transaction((queries) => queries.rows("select pg_sleep(600)")),
    { code: "DATABASE_READ" },
  );
  await hasty.close();
});

test("what is no URL is told without a word of it", async () => {
  const wrong = openDatabase({ url: "postgresql://u:hunter2@[", application: "test", connections: 1 });
  await assert.rejects(wrong.rows("select 1"), (error: InterimapError) => {
    assert.deepEqual([error.code, error.cause], ["USAGE", undefined]);
    return !/hunter2/.test(error.message);
  });
});
