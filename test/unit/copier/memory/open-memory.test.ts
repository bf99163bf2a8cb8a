import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { type CopyMemory, type Existing, hasMemory } from "../../../../src/copier/memory/memory.ts";
import { type MemoryOptions, openMemory } from "../../../../src/copier/memory/open-memory.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import { scratchDirectory } from "../../../support/scratch.ts";

const options: MemoryOptions = {
  ...{ state: undefined, usecache: false, useuid: false, cacheaftercopy: true, tmpdir: undefined },
  ...{ host1: "h1.example", user1: "u/1", host2: "h2.example", user2: "u2" },
};
const accounts = { account1: "u/1@h1.example", account2: "u2@h2.example" };
const folders = { folder1: "a.b", uidValidity1: 1, folder2: "a/b", uidValidity2: 2 };
const existing: Existing = { delimiter1: ".", delimiter2: "/", uids1: [1, 2, 3], uids2: [1, 2, 3] };

function opened(t: TestContext, given: Partial<MemoryOptions>): CopyMemory {
  const memory = openMemory({ ...options, ...given }, accounts);
  t.after(() => {
    memory.close();
  });
  return memory;
}

test("a run has a memory if it asks for one", () => {
  assert.equal(hasMemory(options), false);
  assert.equal(hasMemory({ ...options, usecache: true }), true);
  assert.equal(hasMemory({ ...options, state: "x" }), true);
});

test("the state is in the file that was named", (t) => {
  const state = join(scratchDirectory("memory"), "state");
  const memory = opened(t, { state });
  memory.add(folders, [[1, 2]]);
  assert.deepEqual([...memory.pairsOf(folders)], [[1, 2]]);
  assert.ok(existsSync(state));
});

test("the cache is below the directory for temporary files, for its owner only", (t) => {
  const tmpdir = join(scratchDirectory("memory"), "tmp");
  const memory = opened(t, { usecache: true, tmpdir });
  memory.add(folders, [[1, 2]]);
  memory.close();
  const directory = join(tmpdir, "imapsync_cache", "h1.example", "u_1", "h2.example", "u2");
  assert.equal(statSync(join(tmpdir, "imapsync_cache")).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(directory), [".imapsync-copies.db"]);
  assert.deepEqual([...opened(t, { usecache: true, tmpdir }).pairsOf(folders)], [[1, 2]]);
});

test("with --nocacheaftercopy nothing is written to the cache, and with --state it is", (t) => {
  const directory = scratchDirectory("memory");
  const cache = opened(t, { usecache: true, cacheaftercopy: false, tmpdir: directory });
  cache.add(folders, [[1, 2]]);
  assert.equal(cache.isKnown(folders), false);
  const state = opened(t, { state: join(directory, "state"), cacheaftercopy: false });
  state.add(folders, [[1, 2]]);
  assert.equal(state.isKnown(folders), true);
});

/** As the original leaves it. */
function cached(names: readonly string[], path = "a/b/a/b"): { tmpdir: string; directory: string } {
  const tmpdir = scratchDirectory("memory");
  const directory = join(tmpdir, "imapsync_cache", "h1.example", "u_1", "h2.example", "u2", path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of names) writeFileSync(join(directory, name), "");
  return { tmpdir, directory };
}

test("the original's cache is taken over once: the pairs whose messages are there", (t) => {
  const { tmpdir, directory } = cached(["1_1", "2_2", "4_3", "3_4", "x"]);
  const memory = opened(t, { usecache: true, tmpdir });
  assert.equal(memory.inherit(folders, existing), 2);
  assert.deepEqual(
    [...memory.pairsOf(folders)],
    [
      [1, 1],
      [2, 2],
    ],
  );
  writeFileSync(join(directory, "3_3"), "");
  assert.equal(memory.inherit(folders, existing), 0);
  assert.equal(memory.pairsOf(folders).size, 2);
});

test("it is not taken over without --usecache, nor into folders that are known", (t) => {
  const { tmpdir } = cached(["1_1"]);
  const state = join(tmpdir, "state");
  assert.equal(opened(t, { state, tmpdir }).inherit(folders, existing), 0);
  const memory = opened(t, { usecache: true, tmpdir });
  memory.add(folders, [[3, 3]]);
  assert.equal(memory.inherit(folders, existing), 0);
});

test("it is taken over into a state file where both are named", (t) => {
  const { tmpdir } = cached(["1_1"]);
  assert.equal(opened(t, { state: join(tmpdir, "state"), usecache: true, tmpdir }).inherit(folders, existing), 1);
});

test("a folder's name leads nowhere else", (t) => {
  const { tmpdir } = cached(["1_1"], "../../../../../other/x");
  const memory = opened(t, { usecache: true, tmpdir });
  for (const folder1 of ["../../../../../other", "/../../../../../other", "..", "\xe9"])
    assert.equal(memory.inherit({ ...folders, folder1, folder2: "x" }, existing), 0);
});

test("a cache that others could have written is not believed", (t) => {
  const { tmpdir, directory } = cached(["1_1"]);
  chmodSync(directory, 0o777);
  assert.equal(opened(t, { usecache: true, tmpdir }).inherit(folders, existing), 0);
  const open = scratchDirectory("memory");
  mkdirSync(join(open, "imapsync_cache"));
  chmodSync(join(open, "imapsync_cache"), 0o777);
  assert.throws(
    () => openMemory({ ...options, usecache: true, tmpdir: open }, accounts),
    (error) =>
      error instanceof InterimapError &&
      error.code === "DATABASE_READ" &&
      typeof error.hint === "string" &&
      error.hint.includes("--tmpdir"),
  );
});

test("a directory that cannot be made is said", () => {
  assert.throws(
    () => openMemory({ ...options, usecache: true, tmpdir: "/proc" }, accounts),
    (error) => error instanceof InterimapError && error.code === "DATABASE_CREATE",
  );
});
