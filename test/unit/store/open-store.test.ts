import assert from "node:assert/strict";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadMigrations } from "../../../src/store/migrations.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { bytesOf, dump, execute, failure, temporaryDirectory } from "./databases.ts";

test("a missing file is created for its owner only, whatever the umask", (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, "x.db");
  const umask = process.umask(0);
  try {
    const store = openStore({ path });
    store.addMailbox("INBOX", true);
    assert.deepEqual(readdirSync(directory), ["x.db", "x.db-wal"]);
    for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600);
    store.close();
  } finally {
    process.umask(umask);
  }
});

test("closing leaves one file, with everything in it", (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, "x.db");
  const store = openStore({ path });
  store.addMailbox("INBOX", true);
  store.close();
  assert.deepEqual(readdirSync(directory), ["x.db"]);
  assert.equal(dump(path).version, loadMigrations().length);
  assert.deepEqual(dump(path).rows["mailboxes"], [[1n, "INBOX", 1n]]);
});

test("an empty file is a new database", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  writeFileSync(path, "");
  const store = openStore({ path });
  assert.equal(store.needsUpgrade, false);
  assert.deepEqual(store.mailboxes(), []);
  store.close();
});

test("opening a current database changes nothing in it", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  openStore({ path }).close();
  const before = bytesOf(path);
  openStore({ path }).close();
  assert.equal(bytesOf(path), before);
});

test("a file that cannot be created", (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, "file"), "");
  for (const path of [join(directory, "missing", "x.db"), join(directory, "file", "x.db"), "/proc/x.db"]) {
    assert.throws(
      () => openStore({ path }),
      failure("DATABASE_CREATE", new RegExp(`^cannot create the database ${path} \\(E[A-Z]+\\)$`)),
    );
  }
});

test("a file that is not a database stays as it is", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  writeFileSync(path, "[local]\ntype = imaps\n".repeat(100));
  const before = bytesOf(path);
  assert.throws(() => openStore({ path }), failure("DATABASE_READ", /x\.db is not a database of interimap$/));
  assert.equal(bytesOf(path), before);
});

test("a directory is not a database", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  mkdirSync(path);
  assert.throws(() => openStore({ path }), failure("DATABASE_READ", /x\.db is not a database of interimap$/));
});

for (const version of [0, 1, 2, 3, 4, -1]) {
  test(`another program's database of version ${version} stays as it is`, (t) => {
    const path = join(temporaryDirectory(t), "x.db");
    execute(path, `CREATE TABLE mailboxes (id, name); PRAGMA user_version = ${version}`);
    const before = bytesOf(path);
    assert.throws(() => openStore({ path }), failure("DATABASE_READ", /is not a database of interimap$/));
    assert.equal(bytesOf(path), before);
  });
}

test("a newer version's database stays as it is", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  openStore({ path }).close();
  execute(path, "PRAGMA user_version = 99");
  const before = bytesOf(path);
  assert.throws(() => openStore({ path }), failure("DATABASE_VERSION", /has version 99, .* up to \d+ are known$/));
  assert.equal(bytesOf(path), before);
});

test("a damaged page is met when it is read", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  const store = openStore({ path });
  for (let i = 0; i < 1000; i++) store.addMailbox(`mailbox ${i}`, true);
  store.close();
  const bytes = Buffer.from(bytesOf(path), "base64");
  const name = bytes.indexOf("mailbox 500");
  writeFileSync(path, bytes.fill(0xff, name - (name % 4096), name));
  const damaged = openStore({ path });
  t.after(() => {
    damaged.close();
  });
  assert.throws(() => damaged.mailboxes(), failure("DATABASE_READ", /^the database .*x\.db is damaged/));
});
