// The working copy of a state: when it is kept, and when it is not.

import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { digestOf, mostStateOctets, type StateTaken } from "../../../src/fleet/queue/states.ts";
import { StateFile } from "../../../src/fleet/worker/state-file.ts";
import { removeScratch, scratchDirectory } from "../../support/scratch.ts";

const none: StateTaken = {
  ...{ file: undefined, version: undefined, digest: undefined, mayBeOlder: false, damaged: [], isLost: false },
};

/** As its header has it; what is in its pages does not matter here. */
function database(pages: number, fill: number): Buffer {
  const file = Buffer.alloc(pages * 4096, fill);
  file.write("SQLite format 3\0", "latin1");
  file.writeUInt16BE(4096, 16);
  file.writeUInt32BE(pages, 28);
  return file;
}

const inOrder = [
  { how: "by itself", result: { exitCode: 0, exitName: "DONE", sentence: "", hasSoundState: true } },
  { engine: "sync", wasBegun: true },
] as const;

function stateFile(t: TestContext, taken: Buffer | undefined): StateFile {
  const directory = scratchDirectory("state-file");
  t.after(() => removeScratch(directory));
  const state = new StateFile(directory);
  state.place(taken === undefined ? none : { ...none, file: taken, version: 1, digest: digestOf(taken) });
  return state;
}

test("a file that has not changed is not stored again", async (t) => {
  assert.deepEqual(await stateFile(t, database(3, 1)).after(...inOrder), { kind: "as before" });
});

test("a run that made none leaves none", async (t) => {
  assert.deepEqual(await stateFile(t, undefined).after(...inOrder), { kind: "as before" });
});

test("a file that has changed is stored as it is", async (t) => {
  const state = stateFile(t, database(3, 1));
  const changed = database(4, 2);
  writeFileSync(state.path, changed);
  const after = await state.after(...inOrder);
  assert.ok("kind" in after && after.kind === "new");
  assert.deepEqual(after.digest, digestOf(changed));
  assert.ok(brotliDecompressSync(after.compressed).equals(changed));
});

for (const { what, spoil, words } of [
  { what: "is cut short", spoil: (path: string) => truncateSync(path, 8192), words: /it is not whole/ },
  { what: "is something else", spoil: (path: string) => writeFileSync(path, "text"), words: /it is no database/ },
  { what: "has a log beside it", spoil: (path: string) => writeFileSync(`${path}-wal`, "x"), words: /\(-wal\)/ },
])
  test(`a file that ${what} is not kept`, async (t) => {
    const state = stateFile(t, database(3, 1));
    spoil(state.path);
    const after = await state.after(...inOrder);
    assert.ok("unkept" in after && !after.isTooLarge);
    assert.match(after.unkept, words);
  });

test("a file that is too large is not even read", async (t) => {
  const state = stateFile(t, database(3, 1));
  truncateSync(state.path, mostStateOctets + 1);
  const after = await state.after(...inOrder);
  assert.ok("unkept" in after && after.isTooLarge);
  assert.match(after.unkept, /^its state has .* are kept$/);
});

test("a file counts only if its process ended by itself, and says that it is sound", async (t) => {
  const state = stateFile(t, database(3, 1));
  writeFileSync(state.path, database(4, 2));
  const [end, run] = inOrder;
  const crash = { how: "crash", exitCode: undefined, signal: "SIGKILL", words: "" } as const;
  assert.deepEqual(await state.after(crash, run), { kind: "lost" });
  const unsound = await state.after({ ...end, result: { ...end.result, hasSoundState: false } }, run);
  assert.ok("unkept" in unsound && !unsound.isTooLarge);
  assert.deepEqual(await state.after(end, { ...run, wasBegun: false }), { kind: "as before" });
});
