import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "../../../src/state/open-store.ts";
import { bytesOf, execute, failure, temporaryDirectory } from "./databases.ts";
import { startChild } from "./processes.ts";

const sqlite = "sqlite3";
const hasSqlite = spawnSync(sqlite, ["-version"]).status === 0;
// only Linux tells who holds a lock
const holder = (pid: number): string => (process.platform === "linux" ? `process ${pid}` : "another process");

for (const command of ["hold", "lock"]) {
  test(`while another process holds the database (${command}), we name it and change nothing`, async (t) => {
    const path = join(temporaryDirectory(t), "x.db");
    openStore({ path }).close();
    const before = bytesOf(path);
    const child = startChild(t, command, path);
    await child.line();
    assert.throws(
      () => openStore({ path }),
      failure("DATABASE_LOCKED", new RegExp(`^the database ${path} is in use by ${holder(child.pid)}$`)),
    );
    await child.kill();
    assert.equal(bytesOf(path), before);
    openStore({ path }).close();
  });
}

test("an old database that another process holds is not upgraded", async (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  execute(path, "CREATE TABLE mailboxes (x); PRAGMA user_version = 1");
  const before = bytesOf(path);
  const child = startChild(t, "lock", path);
  await child.line();
  assert.throws(() => openStore({ path }), failure("DATABASE_LOCKED", /./));
  await child.kill();
  assert.equal(bytesOf(path), before);
});

test("other programs can neither read nor write while we have it open", { skip: !hasSqlite }, (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  const store = openStore({ path });
  for (const sql of ["BEGIN EXCLUSIVE", "SELECT * FROM mailboxes", "DELETE FROM mailboxes"]) {
    const { status, stderr } = spawnSync(sqlite, [path, sql], { encoding: "utf8" });
    assert.notEqual(status, 0);
    assert.match(stderr, /database is locked/);
  }
  store.close();
  assert.equal(spawnSync(sqlite, [path, "BEGIN EXCLUSIVE"]).status, 0);
});
