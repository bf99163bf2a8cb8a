// What the loss of power may leave of the log is no damage; see test/integration/corrupt-database.test.ts for what is.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { leftoverLog } from "../../../src/state/leftover-log.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { temporaryDirectory } from "./databases.ts";

/** Copies of a database and its log, as of after some commits. */
function leftover(t: Parameters<typeof temporaryDirectory>[0]): { readonly path: string; readonly log: Buffer } {
  const directory = temporaryDirectory(t);
  const [used, path] = [join(directory, "used.db"), join(directory, "x.db")];
  openStore({ path: used }).close();
  const store = openStore({ path: used });
  store.addMailbox("INBOX", true);
  for (const suffix of ["", "-wal"]) copyFileSync(used + suffix, path + suffix);
  store.close();
  return { path, log: readFileSync(`${path}-wal`) };
}

const frame = 24 + 4096;

test("a log is recognised, whole or without its end, wherever that is", (t) => {
  const { path, log } = leftover(t);
  for (const size of [32, 33, 32 + frame - 1, 32 + frame, log.length - 1, log.length]) {
    writeFileSync(`${path}-wal`, log.subarray(0, size));
    assert.equal(leftoverLog(path), "readable", `${size} octets`);
  }
});

test("a first page that did not reach the disk as a whole ends the log", (t) => {
  const { path, log } = leftover(t);
  writeFileSync(`${path}-wal`, log.fill(0, 32 + 24 + 60, 32 + 24 + 80));
  assert.equal(leftoverLog(path), "readable");
});

test("nothing is left by none, an empty one, one of zeros, and beside a database that holds nothing", (t) => {
  const { path, log } = leftover(t);
  assert.equal(leftoverLog(join(path, "..", "used.db")), "none");
  for (const nothing of [Buffer.alloc(0), Buffer.alloc(32), Buffer.alloc(log.length)]) {
    writeFileSync(`${path}-wal`, nothing);
    assert.equal(leftoverLog(path), "none");
  }
  writeFileSync(`${path}-wal`, log);
  writeFileSync(path, "");
  assert.equal(leftoverLog(path), "none");
});

test("a log goes with the database that it was folded into, until it is removed", (t) => {
  const { path, log } = leftover(t);
  openStore({ path }).close();
  writeFileSync(`${path}-wal`, log);
  assert.equal(leftoverLog(path), "readable");
});
