import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { type FlagSet, flagSet, noFlags } from "../../../src/model/flags.ts";
import { KnownFlags } from "../../../src/model/known-flags.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { dump, execute, temporaryDirectory } from "./databases.ts";

const seen = flagSet(["\\Seen"]);
const work = flagSet(["\\Seen", "work"]);

interface Made {
  readonly path: string;
  readonly idx: number;
}

function database(t: TestContext): Made {
  const path = join(temporaryDirectory(t), "x.db");
  const store = openStore({ path });
  const idx = store.addMailbox("INBOX", true);
  store.close();
  return { path, idx };
}

function knownFlags(...entries: readonly (readonly [uid: number, flags: FlagSet])[]): KnownFlags {
  const known = new KnownFlags();
  for (const [uid, flags] of entries) known.set(uid, flags);
  return known;
}

function withStore<T>({ path }: Made, work: (store: ReturnType<typeof openStore>) => T): T {
  const store = openStore({ path });
  try {
    return work(store);
  } finally {
    store.close();
  }
}

const three = knownFlags([1, seen], [5000, work], [9000, noFlags]);

function save(made: Made, known: KnownFlags): void {
  withStore(made, (store) => {
    store.flagsKnown.save(made.idx, "remote", known);
  });
}

function rows(made: Made, table: string): readonly unknown[][] {
  return dump(made.path).rows[table] ?? [];
}

test("what is as it was is not written", (t) => {
  const made = database(t);
  save(made, three);
  withStore(made, (store) => {
    const log = (): number => statSync(`${made.path}-wal`).size;
    store.flagsKnown.save(made.idx, "remote", three);
    assert.equal(log(), 0);
    store.flagsKnown.save(made.idx, "remote", knownFlags([1, seen], [5000, work], [9000, seen]));
    assert.ok(log() > 0);
  });
});

test("blocks that are as they were stay, with the numbers that their flags have", (t) => {
  const made = database(t);
  save(made, three);
  const [first, second] = rows(made, "flag_blocks");
  save(made, knownFlags([1, seen], [5000, work], [9000, flagSet(["new"])]));
  assert.deepEqual(rows(made, "flag_blocks").slice(0, 2), [first, second]);
  assert.equal(withStore(made, (store) => store.flagsKnown.read(made.idx, "remote"))?.get(9000)?.key, "new");
});

test("flags that no message has any more are forgotten, and their numbers given again", (t) => {
  const made = database(t);
  for (let i = 0; i < 50; i++) save(made, knownFlags([1, flagSet([`k${String(i)}`])]));
  const numbers = rows(made, "flag_sets").map(([, , number]) => Number(number));
  assert.ok(numbers.length === 2 && Math.max(...numbers) <= 2, numbers.join());
});

test("flags of more octets than a row takes are left out", (t) => {
  const made = database(t);
  save(made, knownFlags([1, seen], [2, flagSet(["a".repeat(65_537)])], [3, seen]));
  const read = withStore(made, (store) => store.flagsKnown.read(made.idx, "remote"));
  assert.deepEqual([...(read?.entries() ?? [])], [...knownFlags([1, seen], [3, seen]).entries()]);
});

test("a million messages with flags of all kinds take less than a megabyte", (t) => {
  const made = database(t);
  const sets = [noFlags, seen, work, flagSet(["\\Flagged", "\\Seen"])];
  const known = new KnownFlags();
  let [uid, state] = [0, 1];
  for (let i = 0; i < 1_000_000; i++) {
    state = (state * 48_271) % 0x7fff_ffff;
    uid += state % 10 === 0 ? 2 : 1;
    // New messages are read; of the others one in twenty is different.
    known.set(uid, state % 20 === 0 ? sets[state % 4]! : seen);
  }
  save(made, known);
  assert.ok(statSync(made.path).size < 1_000_000, String(statSync(made.path).size));
  withStore(made, (store) => {
    const read = store.flagsKnown.read(made.idx, "remote");
    assert.equal(read?.size, 1_000_000);
    assert.equal(read.get(uid), known.get(uid));
  });
});

for (const change of [
  "UPDATE flag_blocks SET runs = x'ff' WHERE block = 4",
  "UPDATE flag_blocks SET runs = x'0063' WHERE block = 4",
  "UPDATE flag_blocks SET runs = 'abc' WHERE block = 4",
  "UPDATE flag_blocks SET block = 'abc' WHERE block = 4",
  "UPDATE flag_blocks SET block = 5e9 WHERE block = 4",
  "UPDATE flag_sets SET flags = x'61' WHERE flags = '\\Seen'",
  "UPDATE flag_sets SET number = 'abc' WHERE flags = '\\Seen'",
  "UPDATE flag_sets SET flags = 'a' WHERE number = 0",
  "DELETE FROM flag_sets WHERE number = 0",
  "DELETE FROM flag_sets WHERE flags = '\\Seen'",
  "DELETE FROM flag_sets",
]) {
  test(`not known after ${change}, until they are saved again`, (t) => {
    const made = database(t);
    save(made, three);
    execute(made.path, `PRAGMA ignore_check_constraints = ON; ${change}`);
    withStore(made, (store) => {
      assert.equal(store.flagsKnown.read(made.idx, "remote"), undefined);
      store.flagsKnown.save(made.idx, "remote", three);
      assert.deepEqual([...(store.flagsKnown.read(made.idx, "remote")?.entries() ?? [])], [...three.entries()]);
      assert.equal(store.flaw(made.idx), undefined);
    });
  });
}

test("what is forgotten, and when", (t) => {
  const state = { uidValidity: 7, uidNext: 10_000, highestModSeq: 20n };
  withStore(database(t), (store) => {
    const idx = store.addMailbox("other", true);
    const fill = (): void => {
      store.flagsKnown.save(idx, "local", three);
      store.flagsKnown.save(idx, "remote", three);
    };
    const known = (): string =>
      (["local", "remote"] as const).filter((side) => store.flagsKnown.read(idx, side) !== undefined).join();
    fill();
    assert.equal(known(), "local,remote");
    store.flagsKnown.forget(idx, "local");
    assert.equal(known(), "remote");
    fill();
    store.flagsKnown.forget(idx);
    assert.equal(known(), "");
    fill();
    store.checkpoint(idx, { local: state, remote: state });
    assert.equal(known(), "local,remote", "a checkpoint says nothing of them");
    store.startOver(idx, { local: state, remote: state });
    assert.equal(known(), "", "all messages are looked at");
    fill();
    store.forgetMessages(idx);
    assert.equal(known(), "", "the UIDs are others'");
    fill();
    store.removeMailbox(idx);
    assert.equal(known(), "");
  });
});

test("a commit holds all of it or nothing", (t) => {
  const made = database(t);
  withStore(made, (store) => {
    assert.throws(() =>
      store.transaction(() => {
        store.flagsKnown.save(made.idx, "remote", three);
        throw new Error("stop");
      }),
    );
    assert.equal(store.flagsKnown.read(made.idx, "remote"), undefined);
    store.flagsKnown.save(made.idx, "remote", three);
    assert.equal(store.flagsKnown.read(made.idx, "remote")?.size, 3);
  });
});

test("a repair that drops anything of a mailbox drops all that is known of its flags", (t) => {
  const made = database(t);
  save(made, three);
  withStore(made, (store) => {
    assert.equal(store.mendRows(made.idx), 0);
    assert.ok(store.flagsKnown.read(made.idx, "remote"));
  });
  execute(made.path, "PRAGMA ignore_check_constraints = ON; UPDATE flag_blocks SET block = -1 WHERE block = 4");
  withStore(made, (store) => {
    assert.ok(store.flaw(made.idx));
    assert.ok(store.mendRows(made.idx) > 0);
    assert.equal(store.flagsKnown.read(made.idx, "remote"), undefined);
  });
  assert.deepEqual([rows(made, "flag_sets"), rows(made, "flag_blocks")], [[], []]);
});
