// A database knows whose it is.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Account } from "../../../src/model/account.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { type PerSide, perSide, sides } from "../../../src/model/side.ts";
import type { Replaced } from "../../../src/state/account-claim.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { dump, execute, failure, temporaryDirectory } from "./databases.ts";

const account: Account = { server: "imap.example.net", username: "alice", listReference: "a\xe9/" };
const alice = perSide((side) => ({ ...account, username: side === "local" ? undefined : "alice" }));
const others: readonly Partial<Account>[] = [
  { server: "other.example" },
  { username: "bob" },
  { listReference: "" },
  { server: "imap.example.net:1143" },
];

function record(path: string, accounts: PerSide<Account>, areTheSame = false): Replaced {
  const store = openStore({ path, claim: { accounts, areTheSame } });
  try {
    return store.accounts.record();
  } finally {
    store.close();
  }
}

for (const side of sides) {
  test(`${side}: others are refused, whatever differs, and nothing is changed`, (t) => {
    const path = join(temporaryDirectory(t), "x.db");
    assert.deepEqual(record(path, alice), {});
    assert.deepEqual(record(path, alice), {});
    const before = dump(path);
    assert.equal(before.rows["accounts"]?.length, 2);
    for (const other of others) {
      const accounts = { ...alice, [side]: { ...alice[side], ...other } };
      assert.throws(
        () => record(path, accounts),
        failure(
          "OTHER_ACCOUNTS",
          new RegExp(String.raw`^the database ${path} belongs to other accounts: ${side} [^,]*, not [^,]*$`),
        ),
      );
      assert.deepEqual(dump(path), before);
    }
  });

  test(`${side}: by the user's word they are the same, from then on`, (t) => {
    const path = join(temporaryDirectory(t), "x.db");
    record(path, alice);
    for (const other of others) {
      const [now, before] = [{ ...alice, [side]: { ...alice[side], ...other } }, alice];
      assert.deepEqual(record(path, now, true), { [side]: { before: before[side], now: now[side] } });
      assert.deepEqual(record(path, now, true), {});
      assert.deepEqual(record(path, now), {});
      assert.throws(() => record(path, alice), failure("OTHER_ACCOUNTS", /./));
      record(path, alice, true);
    }
  });
}

test("a database is nobody's until the servers have let somebody in", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  const bob = { ...alice, remote: { ...account, username: "bob" } };
  openStore({ path, claim: { accounts: bob, areTheSame: false } }).close();
  record(path, alice);
  assert.throws(() => record(path, bob), failure("OTHER_ACCOUNTS", /: remote alice at .*, not bob at /));
});

test("who only looks is not asked", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  record(path, alice);
  const store = openStore({ path });
  assert.deepEqual(store.accounts.record(), {});
  store.close();
});

for (const [column, values] of Object.entries({
  side: ["'both'", "7", "x'6c6f63616c'"],
  server: ["x'61'", "zeroblob(10)", "''", "replace(hex(zeroblob(40000)), '0', 'a')"],
  username: ["x'61'", "replace(hex(zeroblob(40000)), '0', 'a')"],
  list_reference: ["'a'", "5", "zeroblob(65537)"],
})) {
  test(`accounts.${column}: what cannot be is refused by the table, found, and replaced by the user's word`, (t) => {
    const path = join(temporaryDirectory(t), "x.db");
    for (const value of values) {
      record(path, alice, true);
      const change = `UPDATE accounts SET ${column} = ${value} WHERE side = 'remote'`;
      assert.throws(() => {
        execute(path, change);
      }, /CHECK constraint failed/);
      execute(path, `PRAGMA ignore_check_constraints = ON; ${change}`);
      const message = new RegExp(`has an impossible value in accounts.${column}: `);
      assert.throws(() => record(path, alice), failure("DATABASE_READ", message));
      record(path, alice, true);
      record(path, alice);
    }
  });
}

test("of two rows one is missing: the other counts, and the run completes them", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  record(path, alice);
  execute(path, "DELETE FROM accounts WHERE side = 'local'");
  assert.throws(
    () => record(path, { ...alice, remote: { ...account, username: "bob" } }),
    failure("OTHER_ACCOUNTS", /remote/),
  );
  record(path, alice);
  assert.equal(dump(path).rows["accounts"]?.length, 2);
});

for (const side of sides) {
  test(`${side}: with a doubt the database waits for what the servers show`, (t) => {
    const path = join(temporaryDirectory(t), "x.db");
    record(path, alice);
    const now = { ...alice, [side]: { ...alice[side], server: "imap.example.net:1143" } };
    const before = dump(path);
    const doubt = { sides: [side], error: new InterimapError("OTHER_ACCOUNTS", "others") };
    const store = openStore({ path, claim: { accounts: now, areTheSame: false, doubt } });
    assert.equal(store.accounts.doubt, doubt);
    store.close();
    assert.deepEqual(dump(path), before);
    const again = openStore({ path, claim: { accounts: now, areTheSame: false, doubt } });
    assert.deepEqual(again.accounts.record(), { [side]: { before: alice[side], now: now[side] } });
    assert.equal(again.accounts.doubt, undefined);
    again.close();
    assert.deepEqual(record(path, now), {});
  });
}
