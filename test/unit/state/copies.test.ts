import assert from "node:assert/strict";
import { chmodSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { InterimapError } from "../../../src/model/errors.ts";
import type { UidPair } from "../../../src/model/uid-pairs.ts";
import { maxUid } from "../../../src/model/uid-set.ts";
import type { CopiedAccounts, CopyStore, FolderPair } from "../../../src/state/copies.ts";
import type { FinishedStates } from "../../../src/state/finished-states.ts";
import { openCopyStore } from "../../../src/state/open-copies.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { bytesOf, dump, execute, failure, temporaryDirectory } from "./databases.ts";
import { startChild } from "./processes.ts";

const accounts: CopiedAccounts = { account1: "alice at a", account2: "bob at b" };
const inbox: FolderPair = { folder1: "INBOX", uidValidity1: 11, folder2: "INBOX", uidValidity2: 22 };

function place(t: TestContext): string {
  return join(temporaryDirectory(t), "state");
}

function open(path: string, others: CopiedAccounts = accounts): CopyStore {
  return openCopyStore({ path, accounts: others, remedy: "name another file" });
}

function opened(t: TestContext, path = place(t)): CopyStore {
  const store = open(path);
  t.after(() => {
    store.close();
  });
  return store;
}

function pairsOf(store: CopyStore, folders: FolderPair = inbox): UidPair[] {
  return [...store.pairsOf(folders)];
}

test("what is added is known to the next run, and to nobody else", (t) => {
  const path = place(t);
  const store = open(path);
  assert.equal(store.isKnown(inbox), false);
  store.add(inbox, [
    [1, 101],
    [2, 102],
    [5000, 103],
    [maxUid, maxUid],
  ]);
  store.add(inbox, [[3, 7]]);
  store.close();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const next = open(path);
  assert.equal(next.isKnown(inbox), true);
  assert.deepEqual(pairsOf(next), [
    [1, 101],
    [2, 102],
    [3, 7],
    [5000, 103],
    [maxUid, maxUid],
  ]);
  next.close();
  for (const others of [
    { ...accounts, account1: "carol at a" },
    { ...accounts, account2: "bob at c" },
    { account1: accounts.account2, account2: accounts.account1 },
  ]) {
    const other = open(path, others);
    assert.equal(other.isKnown(inbox), false);
    other.add(inbox, [[1, 1]]);
    other.close();
  }
  const last = open(path);
  assert.equal(last.pairsOf(inbox).size, 5);
  last.close();
});

test("the last copy of a message counts, and what is forgotten is gone", (t) => {
  const store = opened(t);
  store.add(inbox, [
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  store.add(inbox, [[2, 9]]);
  assert.deepEqual(pairsOf(store), [
    [1, 1],
    [2, 9],
    [3, 3],
  ]);
  store.forget(inbox, [1, 3, 4, 99_999]);
  assert.deepEqual(pairsOf(store), [[2, 9]]);
  store.forget(inbox, [2]);
  assert.deepEqual(pairsOf(store), []);
  assert.equal(store.isKnown(inbox), true);
});

for (const change of [{ uidValidity1: 12 }, { uidValidity2: 23 }]) {
  test(`with another UIDVALIDITY nothing is known, and what is added takes the place of the rest: ${JSON.stringify(change)}`, (t) => {
    const store = opened(t);
    store.add(inbox, [[1, 1]]);
    store.finished(inbox, states);
    const changed = { ...inbox, ...change };
    assert.equal(store.isKnown(changed), false);
    assert.deepEqual(pairsOf(store, changed), []);
    assert.equal(store.stateOf(changed), undefined);
    store.forget(changed, [1]);
    assert.deepEqual(pairsOf(store), [[1, 1]]);
    store.add(changed, [[2, 2]]);
    assert.deepEqual(pairsOf(store, changed), [[2, 2]]);
    assert.equal(store.isKnown(inbox), false);
  });
}

test("folders are told apart by their octets, and a folder that is copied to two is two", (t) => {
  const store = opened(t);
  const names = ["a", "A", "a\xe9", "&AOk-", "a\"\\'%", ""];
  for (const [i, folder1] of names.entries()) store.add({ ...inbox, folder1 }, [[1, i + 1]]);
  store.add({ ...inbox, folder1: "a", folder2: "b" }, [[1, 77]]);
  for (const [i, folder1] of names.entries()) assert.deepEqual(pairsOf(store, { ...inbox, folder1 }), [[1, i + 1]]);
  assert.deepEqual(pairsOf(store, { ...inbox, folder1: "a", folder2: "b" }), [[1, 77]]);
});

const states: FinishedStates = {
  rules: "0a1b",
  host1: { uidNext: maxUid, messages: 3, highestModSeq: 2n ** 63n - 1n },
  host2: { uidNext: 7, messages: 0, highestModSeq: undefined },
};

test("the states of a folder that is finished last until something is copied or forgotten", (t) => {
  const store = opened(t);
  assert.equal(store.stateOf(inbox), undefined);
  // An empty one, too.
  store.finished(inbox, states);
  assert.deepEqual(store.stateOf(inbox), states);
  store.finished(inbox, { ...states, rules: "other" });
  assert.equal(store.stateOf(inbox)?.rules, "other");
  store.add(inbox, [[1, 1]]);
  assert.equal(store.stateOf(inbox), undefined);
  store.finished(inbox, states);
  store.forget(inbox, [1]);
  assert.equal(store.stateOf(inbox), undefined);
});

test("a run that is killed has recorded whatever it said it had", async (t) => {
  const path = place(t);
  const child = startChild(t, "write-copies", path);
  let last = Number(await child.line());
  while (last < 1500) last = Number(await child.line());
  const rest = await child.kill();
  last = Number(rest.at(-1) ?? last);
  const store = opened(t, path);
  const pairs = store.pairsOf({ folder1: "INBOX", uidValidity1: 1, folder2: "INBOX", uidValidity2: 2 });
  assert.equal(pairs.size, 0);
  store.close();
  const same = open(path, { account1: "a", account2: "b" });
  const { size } = same.pairsOf({ folder1: "INBOX", uidValidity1: 1, folder2: "INBOX", uidValidity2: 2 });
  same.close();
  assert.ok(size >= last && size <= last + 1, `${size} of ${last}`);
});

test("a million pairs are a file of some octets where they follow one another, and are read at once", (t) => {
  const path = place(t);
  const store = open(path);
  const count = 1_000_000;
  for (let from = 1; from < count; from += 50_000)
    store.add(
      inbox,
      Array.from({ length: 50_000 }, (_, i): UidPair => [from + i, from + i + 7]),
    );
  store.close();
  assert.ok(statSync(path).size < 200_000, String(statSync(path).size));
  const next = open(path);
  const pairs = next.pairsOf(inbox);
  assert.equal(pairs.size, count);
  assert.equal([...pairs.runs()].length, 1);
  next.close();
});

test("another run that has it open is named, and nothing is changed", async (t) => {
  const path = place(t);
  open(path).close();
  const child = startChild(t, "write-copies", path);
  await child.line();
  assert.throws(() => open(path), failure("DATABASE_LOCKED", new RegExp(`is in use by process ${child.pid}$`)));
  await child.kill();
});

function refused(path: string, code: "DATABASE_READ" | "DATABASE_VERSION" | "DATABASE_CREATE", message: RegExp): void {
  assert.throws(
    () => open(path),
    (error) => failure(code, message)(error) && error instanceof InterimapError && error.hint === "name another file",
  );
}

test("what is no state file is refused, and stays as it is", (t) => {
  const path = place(t);
  for (const [message, make] of [
    [/is not a database/, () => writeFileSync(path, "precious\n".repeat(1000))],
    [/is not a state file of imapsync/, () => openStore({ path }).close()],
    [/is not a state file of imapsync/, () => execute(path, "CREATE TABLE mine (x)")],
  ] as const) {
    writeFileSync(path, "", { mode: 0o600 });
    make();
    const before = bytesOf(path);
    refused(path, "DATABASE_READ", message);
    assert.equal(bytesOf(path), before);
  }
});

test("a file of interimap's other command is not taken by it, either", (t) => {
  const path = place(t);
  open(path).close();
  const before = dump(path);
  assert.throws(() => openStore({ path }), failure("DATABASE_READ", /./));
  assert.deepEqual(dump(path), before);
});

test("sizes are known for each host of two accounts, the last ones", (t) => {
  const store = opened(t);
  const size = { folder: "a\xe9", uidValidity: 7, uidNext: maxUid, messages: 2, octets: 2 ** 45, biggest: 2 ** 44 };
  assert.deepEqual(store.sizesOf(1), []);
  store.measured(1, [{ ...size, messages: 1 }]);
  store.measured(1, [size, { ...size, folder: "A" }]);
  store.measured(2, [{ ...size, octets: 0 }]);
  assert.deepEqual(
    store.sizesOf(1).sort((a, b) => (a.folder < b.folder ? -1 : 1)),
    [{ ...size, folder: "A" }, size],
  );
  assert.deepEqual(store.sizesOf(2), [{ ...size, octets: 0 }]);
});

test("signatures are known for each host, by the options of which they are made", (t) => {
  const path = place(t);
  const store = open(path);
  const [host1, host2] = [
    { host: 1, rules: "a" },
    { host: 2, rules: "a" },
  ] as const;
  const [one, two] = ["\0\xff23456789abcdef", "fedcba9876543210"];
  assert.equal(store.signaturesOf(inbox, host1).of(1), undefined);
  store.sign(inbox, host1, [
    { uid: maxUid, signature: one },
    { uid: 7, signature: null },
    { uid: 5, signature: one },
  ]);
  store.sign(inbox, host1, [
    { uid: 6, signature: two },
    { uid: 5, signature: two },
  ]);
  store.sign(inbox, host2, [{ uid: 5, signature: one }]);
  store.close();
  const next = opened(t, path);
  const of = (where: Parameters<CopyStore["signaturesOf"]>[1], folders = inbox) =>
    [4, 5, 6, 7, 8, maxUid].map((uid) => next.signaturesOf(folders, where).of(uid));
  assert.deepEqual(of(host1), [undefined, two, two, null, undefined, one]);
  assert.deepEqual(of(host2), [undefined, one, undefined, undefined, undefined, undefined]);
  for (const nowhere of [of({ host: 1, rules: "b" }), of(host1, { ...inbox, uidValidity2: 23 })])
    assert.deepEqual(new Set(nowhere), new Set([undefined]));
  next.sign(inbox, { host: 1, rules: "b" }, [{ uid: 5, signature: one }]);
  assert.deepEqual(of({ host: 1, rules: "b" }).slice(0, 3), [undefined, one, undefined]);
});

test("signatures that cannot be cost their folder", (t) => {
  const path = place(t);
  const store = open(path);
  store.sign(inbox, { host: 1, rules: "a" }, [{ uid: 5, signature: "x".repeat(16) }]);
  store.close();
  execute(path, "PRAGMA ignore_check_constraints = ON; UPDATE signatures SET entries = x'00'");
  const next = opened(t, path);
  assert.throws(() => next.signaturesOf(inbox, { host: 1, rules: "a" }).of(5), failure("DATABASE_ROWS", /signatures/));
});

test("a file of the first version keeps what it has, and gets what it lacks", (t) => {
  const path = place(t);
  const first = open(path);
  first.add(inbox, [[1, 2]]);
  first.close();
  execute(path, "DROP TABLE sizes; DROP TABLE signatures; PRAGMA user_version = 1");
  const store = open(path);
  assert.deepEqual(pairsOf(store), [[1, 2]]);
  store.measured(1, [{ folder: "a", uidValidity: 1, uidNext: 2, messages: 1, octets: 3, biggest: 3 }]);
  store.close();
  assert.equal(opened(t, path).sizesOf(1).length, 1);
});

test("a file of this version without its sizes is refused", (t) => {
  const path = place(t);
  open(path).close();
  execute(path, "DROP TABLE sizes");
  refused(path, "DATABASE_READ", /is not as interimap makes it/);
});

test("one of a newer version is refused", (t) => {
  const path = place(t);
  open(path).close();
  execute(path, "PRAGMA user_version = 4");
  refused(path, "DATABASE_VERSION", /was written by a newer version/);
});

for (const script of [
  "CREATE TRIGGER t AFTER INSERT ON copies BEGIN DELETE FROM copies; END",
  "CREATE VIEW v AS SELECT 1",
  "DROP TABLE finished",
  "ALTER TABLE copies ADD COLUMN x",
]) {
  test(`one that another program changed is refused: ${script}`, (t) => {
    const path = place(t);
    open(path).close();
    execute(path, script);
    refused(path, "DATABASE_READ", /is not as interimap makes it/);
  });
}

test("a damaged one is refused", (t) => {
  const path = place(t);
  const store = open(path);
  store.add(
    inbox,
    Array.from({ length: 20_000 }, (_, i): UidPair => [i + 1, 2 * i + 1]),
  );
  store.close();
  truncateSync(path, 8192);
  refused(path, "DATABASE_READ", /is damaged|cannot be used/);
});

for (const value of ["x'00'", "x'010000000100000000000000'", "x'FFFFFFFF0100000001000000'", "'text'"]) {
  test(`runs that cannot be cost their folder: ${value}`, (t) => {
    const path = place(t);
    const store = open(path);
    store.add(inbox, [[1, 1]]);
    store.add({ ...inbox, folder1: "other" }, [[1, 2]]);
    store.close();
    execute(path, `PRAGMA ignore_check_constraints = ON; UPDATE copies SET runs = ${value} WHERE folders = 1`);
    const next = opened(t, path);
    assert.throws(() => next.pairsOf(inbox), failure("DATABASE_ROWS", /impossible value in copies.runs/));
    assert.deepEqual(pairsOf(next, { ...inbox, folder1: "other" }), [[1, 2]]);
  });
}

test("it cannot be made where there is no directory, and is not taken from where others could have written it", (t) => {
  refused(join(temporaryDirectory(t), "none", "state"), "DATABASE_CREATE", /^cannot create the database .*ENOENT/);
  const path = place(t);
  open(path).close();
  chmodSync(path, 0o666);
  refused(path, "DATABASE_READ", /can be changed by others/);
});
