import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { loadMigrations } from "../../../src/state/migrations.ts";
import { openStore } from "../../../src/state/open-store.ts";
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

for (const suffix of ["-wal", "-journal", "-shm"]) {
  for (const { kind, make } of [
    { kind: "a pipe", make: (path: string) => execFileSync("mkfifo", [path]) },
    { kind: "a directory", make: (path: string) => mkdirSync(path) },
    { kind: "a symbolic link", make: (path: string) => symlinkSync("/nowhere/at all", path) },
    { kind: "a symbolic link", make: (path: string) => symlinkSync("/dev/zero", path) },
  ]) {
    test(`${kind} where SQLite's ${suffix} belongs is named, and nobody waits for it`, (t) => {
      const path = join(temporaryDirectory(t), "x.db");
      openStore({ path }).close();
      make(`${path}${suffix}`);
      const before = bytesOf(path);
      const message = new RegExp(`^the database \\S+ cannot be used: \\S+x\\.db${suffix} is ${kind}$`);
      assert.throws(() => openStore({ path }), failure("DATABASE_READ", message));
      assert.equal(bytesOf(path), before);
    });
  }
}

describe("a database in others' hands is refused, and stays as it is", { skip: process.getuid?.() !== 0 }, () => {
  const stranger = 65534;
  for (const { name, prepare } of [
    { name: "made by another user", prepare: (path: string) => chownSync(path, stranger, stranger) },
    { name: "for everybody to write to", prepare: (path: string) => chmodSync(path, 0o666) },
    { name: "in a folder for everybody", prepare: (path: string) => chmodSync(join(path, ".."), 0o777) },
    ...["-wal", "-journal", "-shm"].map((suffix) => ({
      name: `with a ${suffix} of another user's`,
      prepare: (path: string) => {
        writeFileSync(`${path}${suffix}`, "x");
        chownSync(`${path}${suffix}`, stranger, stranger);
      },
    })),
    {
      name: "behind another user's link",
      prepare: (path: string) => {
        renameSync(path, `${path}.real`);
        symlinkSync(`${path}.real`, path);
        lchownSync(path, stranger, stranger);
      },
    },
  ]) {
    test(name, (t) => {
      const path = join(temporaryDirectory(t), "x.db");
      openStore({ path }).close();
      const before = bytesOf(path);
      prepare(path);
      assert.throws(
        () => openStore({ path }),
        failure("DATABASE_READ", /^the database \S+ (belongs|can be|is in|is reached)/),
      );
      assert.equal(bytesOf(path), before);
    });
  }

  test("but where a link of ours leads to, everything is beside the file itself", (t) => {
    const directory = temporaryDirectory(t);
    mkdirSync(join(directory, "real"));
    const path = join(directory, "x.db");
    symlinkSync("real/y.db", path);
    const store = openStore({ path });
    store.addMailbox("INBOX", true);
    assert.deepEqual(readdirSync(join(directory, "real")), ["y.db", "y.db-wal"]);
    store.close();
    assert.deepEqual(readdirSync(directory), ["real", "x.db"]);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  test("a pipe is no database", (t) => {
    const path = join(temporaryDirectory(t), "x.db");
    execFileSync("mkfifo", ["-m", "600", path]);
    assert.throws(() => openStore({ path }), failure("DATABASE_READ", /is not a database of interimap$/));
  });
});
