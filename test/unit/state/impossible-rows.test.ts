// Values in the database that cannot be: nothing follows from them, and they are dropped without losing anything else.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { InterimapError } from "../../../src/model/errors.ts";
import { flagSet, noFlags } from "../../../src/model/flags.ts";
import { KnownFlags } from "../../../src/model/known-flags.ts";
import { uidSetOf } from "../../../src/model/uid-set.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { checkedTables, rowRules } from "../../../src/state/row-rules.ts";
import type { Store } from "../../../src/state/state-store.ts";
import { originalDatabase } from "../../migrations/original.ts";
import { errorLine } from "../../support/error-line.ts";
import { dump, execute, failure, temporaryDirectory } from "./databases.ts";

const states = {
  local: { uidValidity: 7, uidNext: 10, highestModSeq: 20n },
  remote: { uidValidity: 8, uidNext: 11, highestModSeq: 2n ** 64n - 1n },
};
const refusal = { size: 100, messageId: "<a@b>", reason: "too big" };

function knownFlags(): KnownFlags {
  const known = new KnownFlags();
  known.set(2, noFlags);
  return known;
}

/** INBOX and `other`, each with a row in every table. */
function filledDatabase(t: TestContext): string {
  const path = join(temporaryDirectory(t), "x.db");
  const store = openStore({ path });
  for (const name of ["INBOX", "other"]) {
    const idx = store.addMailbox(name, true);
    store.mappings.add(idx, [
      { local: 1, remote: 2 },
      { local: 3, remote: 4 },
      { local: 5, remote: 6 },
    ]);
    store.checkpoint(idx, states, { local: 4, remote: 3 });
    store.refusals.recordMessage(idx, { side: "local", uid: 9, ...refusal });
    store.transfers.addSuspects(idx, "remote", [10]);
    store.transfers.noteMisread(idx, "remote");
    store.stuck.set(idx, "remote", true);
    store.transfers.noteSent(idx, "local", uidSetOf([9]));
    store.losses.noteStock(idx, 3);
    store.losses.noteEmptied(idx);
    store.refusals.noteUnkept(idx, "remote", flagSet(["work"]));
    store.noteMailboxId(idx, "local", name);
    store.remoteNames.note(idx, { name: `${name} there`, use: "" });
    store.lifted.note(idx, "remote", uidSetOf([6]));
    store.unstable.note(idx, "remote", true);
    store.flagsKnown.save(idx, "remote", knownFlags());
    store.refusals.recordChanges(idx, { side: "local", uids: uidSetOf([5]), what: "flags", reason: "no" });
    const wait = { since: new Date(0), nextAttempt: new Date(60_000), attempts: 1 };
    store.refusals.recordWait({ idx, side: "local", firstUid: 8, reason: "full", ...wait });
    store.transfers.mark([{ idx, floors: { local: 10, remote: 11 } }]);
  }
  store.close();
  return path;
}

function openUntilTheEnd(t: TestContext, path: string): Store {
  const store = openStore({ path });
  t.after(() => {
    store.close();
  });
  return store;
}

/** As any program can that does not mind our constraints. */
function spoil(path: string, change: string): void {
  execute(path, `PRAGMA ignore_check_constraints = ON; ${change}`);
}

/** Texts may be texts, octets any octets, and a mod-sequence any 64 bits. */
function impossibleValues(column: string, rule: string): readonly string[] {
  if (rule.includes("'blob'")) return ["x''", "'text'", "5", "zeroblob(65537)"];
  if (rule.includes("'text'") && !rule.includes("IN ("))
    return ["x'3132'", `zeroblob(100)`, `replace(hex(zeroblob(40000)), '0', 'a')`];
  return values.filter((value) => column !== "HIGHESTMODSEQ" || !/^-?\d+$/.test(value));
}

const values = ["'1:*'", "'*'", "''", "x'3132'", "-1", "1.5", "1e300", "9223372036854775807"];

for (const table of checkedTables) {
  for (const [column, rule] of Object.entries<string>(rowRules[table])) {
    const impossible = impossibleValues(column, rule);

    test(`${table}.${column}: what cannot be is refused by the table, found, and dropped`, (t) => {
      const path = filledDatabase(t);
      const before = dump(path);
      for (const value of impossible) {
        const change = `UPDATE ${table} SET ${column} = ${value} WHERE idx = 1 AND rowid = (SELECT min(rowid) FROM ${table})`;
        const anyRow = change.replace(/ AND rowid.*/, table === "mapping" ? " AND lUID = 1" : "");
        assert.throws(() => {
          execute(path, anyRow);
        }, /CHECK constraint failed/);
        spoil(path, anyRow);
        const store = openStore({ path });
        try {
          if (value !== "1.5" || table !== "mapping") {
            const flaw = store.flaw(1);
            assert.ok(flaw);
            assert.match(errorLine(flaw), new RegExp(`${table}\\.${column}: .*interimap --repair$`));
            assert.equal(flaw.abandons, "mailbox");
          }
          assert.equal(store.flaw(2), undefined);
          assert.ok(store.mendRows(1) > 0);
          assert.equal(store.flaw(1), undefined);
          assert.deepEqual(store.transfers.interruption(1), { local: 1, remote: 1 });
          assert.equal(store.mendRows(1), 0);
          assert.equal(store.mendRows(2), 0);
        } finally {
          store.close();
        }
        const after = dump(path);
        for (const [name, rows] of Object.entries(before.rows)) {
          const ofOther = (all: readonly unknown[][] = []): unknown[][] => all.filter(([idx]) => idx === 2n);
          assert.deepEqual(ofOther(after.rows[name]), ofOther(rows), name);
        }
        if (table === "mapping") assert.equal(after.rows["mapping"]?.length, 5, "the others stay");
        restore(path);
      }
    });
  }
}

/** INBOX as it was. */
function restore(path: string): void {
  const store = openStore({ path });
  store.removeMailbox(1);
  store.close();
  const other = "SELECT 1, ";
  const columns = {
    mapping: "lUID, rUID, NULL, NULL",
    suspects: "side, UID",
    synchronised: "at",
    message_counts: "local, remote",
  };
  execute(path, "INSERT INTO mailboxes VALUES (1, x'494e424f58', 1)");
  for (const table of checkedTables) {
    const names = (columns as Record<string, string>)[table] ?? Object.keys(rowRules[table]).join(", ");
    execute(path, `INSERT INTO ${table} ${other} ${names} FROM ${table} WHERE idx = 2`);
  }
}

test("an id that cannot be is not returned", (t) => {
  const path = filledDatabase(t);
  spoil(path, "UPDATE mailbox_ids SET MAILBOXID = 'a b' WHERE idx = 1");
  assert.deepEqual(openUntilTheEnd(t, path).mailboxIds("local"), new Map([[2, "other"]]));
});

describe("a mapping with a text", () => {
  const local = (store: Store): unknown[] => [...store.mappings.all(1, 10)];
  for (const { column, read } of [
    { column: "lUID", read: local },
    { column: "lUID", read: (store: Store) => store.mappings.uids(1, "local") },
    { column: "lUID", read: (store: Store) => store.mappings.pairsOf(1, "remote", uidSetOf([2])) },
    { column: "rUID", read: local },
    { column: "rUID", read: (store: Store) => store.mappings.uids(1, "remote") },
    { column: "rUID", read: (store: Store) => store.mappings.pairsOf(1, "local", uidSetOf([1])) },
  ]) {
    for (const value of ["'1:*'", "2.5"]) {
      test(`${value} in ${column} is not returned by ${String(read).replace(/\s+/g, " ")}`, (t) => {
        const path = filledDatabase(t);
        spoil(path, `UPDATE mapping SET ${column} = ${value} WHERE idx = 1 AND lUID = 1`);
        const store = openUntilTheEnd(t, path);
        assert.throws(
          () => read(store),
          failure("DATABASE_ROWS", new RegExp(`impossible value in mapping\\.${column}:`)),
        );
      });
    }
  }
});

test("a mailbox whose state cannot be is shown as one that is not known, and unfinished", (t) => {
  const path = filledDatabase(t);
  spoil(path, "UPDATE remote SET UIDNEXT = 'abc' WHERE idx = 1; DELETE FROM rounds");
  const store = openUntilTheEnd(t, path);
  const [inbox, other] = store.mailboxes();
  assert.deepEqual([inbox?.states, inbox?.isUnfinished], [{ local: undefined, remote: undefined }, true]);
  assert.deepEqual([other?.states, other?.isUnfinished], [states, false]);
});

test("where UIDVALIDITY cannot be, nothing says whose UIDs the mapping has", (t) => {
  const path = filledDatabase(t);
  spoil(path, "UPDATE local SET UIDVALIDITY = 'abc' WHERE idx = 1");
  const store = openUntilTheEnd(t, path);
  store.mendRows(1);
  assert.deepEqual([...store.mappings.all(1, 10)], []);
  assert.deepEqual(store.mailboxes()[0]?.states, { local: undefined, remote: undefined });
  assert.equal(store.mappings.countAll(), 3);
});

test("what --status shows is left out where it cannot be", (t) => {
  const path = filledDatabase(t);
  spoil(
    path,
    `UPDATE synchronised SET at = 'abc' WHERE idx = 1; UPDATE message_counts SET local = 'x' WHERE idx = 1;
     UPDATE refused SET last_attempt = 1e300 WHERE idx = 1`,
  );
  const store = openUntilTheEnd(t, path);
  const [inbox] = store.summaries();
  assert.deepEqual([inbox?.synchronisedAt, inbox?.messages, inbox?.isUnfinished], [undefined, undefined, true]);
  assert.deepEqual(store.refusals.messages(1), []);
  assert.equal(store.refusals.messages().length, 1);
});

for (const change of [
  "mailbox = 'INBOX'",
  "mailbox = x''",
  "mailbox = zeroblob(100000)",
  "mailbox = 5",
  "idx = -1",
  "idx = 9007199254740993",
]) {
  test(`a mailbox with ${change} stops everything`, (t) => {
    const path = filledDatabase(t);
    spoil(path, `UPDATE mailboxes SET ${change} WHERE idx = 1`);
    const store = openUntilTheEnd(t, path);
    assert.throws(() => store.mailboxes(), failure("DATABASE_READ", /impossible value in mailboxes\.(mailbox|idx):/));
  });
}

test("a server's endless words are cut", (t) => {
  const store = openUntilTheEnd(t, filledDatabase(t));
  store.refusals.recordMessage(1, {
    side: "local",
    uid: 12,
    size: 1,
    messageId: "€".repeat(99_999),
    reason: "€".repeat(99_999),
  });
  assert.equal(store.refusals.messages(1).length, 2);
});

describe("an older database with rows that cannot be", () => {
  const delimiters = { local: "/", remote: "/" };
  for (const version of [0, 1, 2, 3] as const) {
    test(`version ${version} is upgraded without them; their mailboxes are to be matched`, (t) => {
      const path = originalDatabase(
        t,
        version,
        `INSERT INTO mapping (idx, lUID, rUID) VALUES (1, '1:*', 55), (1, 99, 'abc');
         UPDATE local SET UIDNEXT = 'abc' WHERE idx = 3;`,
      );
      const store = openUntilTheEnd(t, path);
      assert.deepEqual(
        [...store.upgrade(delimiters).mended],
        [
          ["INBOX", 2],
          ["a\0b", 1],
        ],
      );
      assert.deepEqual(
        store.mailboxes().map(({ isUnfinished }) => isUnfinished),
        [true, true, version < 2],
      );
      for (const idx of [1, 3]) assert.deepEqual(store.transfers.interruption(idx), { local: 1, remote: 1 });
      assert.equal(store.mappings.countAll(), 4);
      const state = { uidValidity: 0xffff_ffff, uidNext: 1, highestModSeq: 0n };
      assert.deepEqual(store.mailboxes()[1]?.states.local, state);
    });
  }

  for (const version of [0, 1, 2, 3] as const) {
    test(`a state with UIDNEXT 0, as the original makes it, is no flaw in version ${version}; it tells nothing`, (t) => {
      for (const side of ["local", "remote"] as const) {
        const path = originalDatabase(t, version, `UPDATE ${side} SET UIDNEXT = 0, HIGHESTMODSEQ = 0 WHERE idx = 1;`);
        const store = openUntilTheEnd(t, path);
        assert.deepEqual(store.upgrade(delimiters).mended, new Map());
        assert.equal(store.mailboxes()[0]?.states[side]?.uidNext, 1);
        assert.deepEqual(store.transfers.interruption(1), { local: 1, remote: 1 });
      }
    });
  }

  test("names that are texts become octets, once each", (t) => {
    const path = originalDatabase(
      t,
      1,
      "INSERT INTO mailboxes VALUES (5, 'INBOX', 1), (6, 'new', 'yes'); INSERT INTO mapping (idx, lUID, rUID) VALUES (5, 1, 1);",
    );
    const store = openUntilTheEnd(t, path);
    store.upgrade(delimiters);
    assert.deepEqual(
      store.mailboxes().map(({ idx }) => idx),
      [1, 3, 4, 6],
    );
    assert.equal(store.mailboxes().at(-1)?.name, "new");
    assert.ok(!(store.flaw(6) instanceof InterimapError));
  });
});
