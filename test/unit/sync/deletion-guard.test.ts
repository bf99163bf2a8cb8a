import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeletionLimit } from "../../../src/model/deletion-limit.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { DeletionGuard } from "../../../src/sync/deletion-guard.ts";

const half: DeletionLimit = { share: 0.5 };

function guard(known: number, limit: DeletionLimit | undefined = half): DeletionGuard {
  return new DeletionGuard({ countKnown: () => known, limit, program: ["interimap", "--config=my mail"] });
}

const unlimited = (known: number): DeletionGuard =>
  new DeletionGuard({ countKnown: () => known, limit: undefined, program: [] });

const table: readonly (readonly [what: string, guard: DeletionGuard, most: number])[] = [
  ["half of many", guard(1000), 500],
  ["half of an odd number", guard(1001), 500],
  ["a hundred, however few there are", guard(150), 100],
  ["a hundred, also when that is half", guard(200), 100],
  ["all but one of less than a hundred", guard(60), 59],
  ["all but one of ten", guard(10), 9],
  ["a share", guard(1000, { share: 0.9 }), 900],
  ["a share of nothing leaves a hundred", guard(1000, { share: 0 }), 100],
  ["a number", guard(1000, { messages: 20 }), 20],
  ["a number beyond a hundred and half of them", guard(1000, { messages: 900 }), 900],
  ["none", guard(1000, { messages: 0 }), 0],
];

for (const [what, deletions, most] of table) {
  test(`may be deleted: ${what}`, () => {
    assert.equal(deletions.isTooMany(most), false);
    assert.equal(deletions.isTooMany(most + 1), true);
  });
}

test("all of fewer than ten may be deleted", () => {
  for (let known = 0; known < 10; known++) assert.equal(guard(known).isTooMany(known), false, String(known));
});

test("without a limit, and with all of it, everything may be deleted", () => {
  for (const deletions of [unlimited(1000), guard(1000, { share: 1 }), guard(1000, { messages: 1000 })])
    assert.equal(deletions.isTooMany(1000), false);
});

test("messages are counted only when it depends on that, and once", () => {
  let counted = 0;
  const countKnown = (): number => {
    counted++;
    return 1000;
  };
  const deletions = new DeletionGuard({ countKnown, limit: half, program: [] });
  deletions.admit({ local: 4, remote: 5 });
  assert.equal(counted, 0);
  for (let i = 0; i < 3; i++) deletions.admit({ local: 50, remote: 50 });
  assert.equal(counted, 1);
});

function lineOf(work: () => void): string {
  let line = "";
  assert.throws(work, (error) => {
    assert.ok(error instanceof InterimapError);
    assert.deepEqual([error.code, error.exitCode, error.retry], ["MASS_DELETION", 65, "no"]);
    line = `${String(error.side)}: ${error.line}`;
    return true;
  });
  return line;
}

const goOn = "if that is how it should be: interimap '--config=my mail' --allow-mass-delete";

test("the line says what was seen, and how to go on", () => {
  assert.equal(
    lineOf(() => guard(300).admit({ local: 0, remote: 151 })),
    `remote: 151 of 300 messages have vanished from the remote server; nothing was deleted; ${goOn}`,
  );
  assert.equal(
    lineOf(() => guard(300).admit({ local: 200, remote: 99 })),
    "local: 200 of 300 messages have vanished from the local server, and 99 of 300 messages have vanished from the " +
      `remote server; nothing was deleted; ${goOn}`,
  );
});

test("what was admitted before counts, and is told", () => {
  const deletions = guard(300);
  deletions.admit({ local: 100, remote: 0 });
  deletions.admit({ local: 50, remote: 0 });
  assert.equal(
    lineOf(() => deletions.admit({ local: 1, remote: 0 })),
    `local: 151 of 300 messages have vanished from the local server; only 150 were deleted on the other one; ${goOn}`,
  );
  deletions.require({ local: 0, remote: 0 });
});

test("what is only asked for does not count", () => {
  const deletions = guard(300);
  for (let i = 0; i < 3; i++) deletions.require({ local: 150, remote: 0 });
  assert.match(
    lineOf(() => deletions.require({ local: 151, remote: 0 })),
    /nothing was deleted/,
  );
});

test("a server that lists none of several mailboxes", () => {
  const deletions = guard(5);
  assert.equal(
    lineOf(() => deletions.requireAny("remote", { listed: 0, missing: 2 })),
    `remote: the remote server lists no mailbox any more; nothing was changed; ${goOn}`,
  );
  deletions.requireAny("remote", { listed: 1, missing: 20 });
  // That may well be somebody's doing.
  deletions.requireAny("remote", { listed: 0, missing: 1 });
  unlimited(5).requireAny("remote", { listed: 0, missing: 20 });
});
