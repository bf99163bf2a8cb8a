import assert from "node:assert/strict";
import { test } from "node:test";
import type { Account } from "../../src/model/account.ts";
import type { PerSide } from "../../src/model/side.ts";
import { loadMigrations } from "../../src/state/migrations.ts";
import { openStore } from "../../src/state/open-store.ts";
import type { Store } from "../../src/state/state-store.ts";
import { dump, failure } from "../unit/state/databases.ts";
import { assertEverythingKept, assertLikeNew, originalDatabase, upgradedMailboxes } from "./original.ts";

test("version 5 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 5);
  const before = dump(path);
  const store = openStore({ path });
  const { mended, ...upgrade } = store.upgrade({ local: "/", remote: "." });
  assert.deepEqual(mended, new Map());
  assert.deepEqual(upgrade, { from: 5, to: loadMigrations().length, backup: `${path}.v5-backup` });
  assert.deepEqual(
    store.mailboxes(),
    upgradedMailboxes.map((one) => ({ ...one, isUnfinished: one.idx === 3 })),
  );
  assert.deepEqual(
    store.refusals.unkept(1).map(({ flags }) => flags.key),
    ["\\Flagged work"],
  );
  store.close();
  assertEverythingKept(path, before);
  assertLikeNew(t, path);
});

test("whose an older database is, the first run that both servers let in says", (t) => {
  const path = originalDatabase(t, 5);
  const open = (accounts: PerSide<Account>): Store => openStore({ path, claim: { accounts, areTheSame: false } });
  const account = { server: "imap.example.net", username: "alice", listReference: "" };
  const [alice, bob] = [
    { local: account, remote: account },
    { local: account, remote: { ...account, username: "bob" } },
  ];
  open(bob).close();
  const store = open(alice);
  store.upgrade({ local: "/", remote: "." });
  assert.deepEqual(store.accounts.record(), {});
  store.close();
  assert.throws(() => open(bob), failure("OTHER_ACCOUNTS", /: remote alice at imap\.example\.net, not bob at imap/));
  open(alice).close();
});
