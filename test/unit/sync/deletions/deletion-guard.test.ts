import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeletionLimit } from "../../../../src/model/deletion-limit.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import { perSide, sides } from "../../../../src/model/side.ts";
import { emptyUidSet } from "../../../../src/model/uid-set.ts";
import type { DeletedMailbox } from "../../../../src/state/losses.ts";
import { DeletionGuard, type DeletionMemory } from "../../../../src/sync/deletions/deletion-guard.ts";
import type { Loss } from "../../../../src/sync/deletions/loss.ts";
import { sum } from "../../../../src/util/sum.ts";
import { errorLine } from "../../../support/error-line.ts";

function loss(local: number, remote: number, mailbox: Partial<Loss> = {}): Loss {
  const vanished = { local: emptyUidSet, remote: emptyUidSet };
  const deletions = { local, remote };
  return { idx: 1, name: "box", isRubbish: false, known: 1000, vanished, deletions, ...mailbox };
}

const half: DeletionLimit = { share: 0.5 };

function guard(known: number, limit: DeletionLimit | undefined = half): DeletionGuard {
  return new DeletionGuard({ countKnown: () => known, limit });
}

const unlimited = (known: number): DeletionGuard => new DeletionGuard({ countKnown: () => known, limit: undefined });

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
  const deletions = new DeletionGuard({ countKnown, limit: half });
  deletions.admit(loss(4, 5));
  assert.equal(counted, 0);
  for (let i = 0; i < 3; i++) deletions.admit(loss(50, 50));
  assert.equal(counted, 1);
});

function lineOf(work: () => void): string {
  let line = "";
  assert.throws(work, (error) => {
    assert.ok(error instanceof InterimapError);
    assert.deepEqual([error.code, error.exitCode, error.retry], ["MASS_DELETION", 65, "no"]);
    line = `${String(error.side)}: ${errorLine(error)}`;
    return true;
  });
  return line;
}

const goOn = "if this is intended, run: interimap --allow-mass-delete";

test("the line says what was seen, and how to go on", () => {
  assert.equal(
    lineOf(() => guard(300).admit(loss(0, 151))),
    `remote: 151 of 300 messages have vanished from the remote server; nothing was deleted; ${goOn}`,
  );
  assert.equal(
    lineOf(() => guard(300).admit(loss(200, 99))),
    "local: 200 of 300 messages have vanished from the local server, and 99 of 300 messages have vanished from the " +
      `remote server; nothing was deleted; ${goOn}`,
  );
});

test("what was admitted before counts, and is told", () => {
  const deletions = guard(300);
  deletions.admit(loss(100, 0));
  deletions.admit(loss(50, 0));
  assert.equal(
    lineOf(() => deletions.admit(loss(1, 0))),
    `local: 151 of 300 messages have vanished from the local server; only 150 were deleted on the other one; ${goOn}`,
  );
  deletions.admit(loss(0, 0));
});

test("what is only asked for does not count, nor does what was refused", () => {
  const deletions = guard(300);
  for (let i = 0; i < 3; i++) assert.equal(deletions.isTooMany(150), false);
  for (let i = 0; i < 2; i++) {
    assert.match(
      lineOf(() => deletions.admit(loss(151, 0))),
      /nothing was deleted/,
    );
  }
  deletions.admit(loss(150, 0));
});

test("what was held back is told once, by name, with what was deleted all the same", () => {
  const deletions = guard(1000);
  const names = deletions.holdBack([
    loss(0, 400, { name: "a", known: 500 }),
    loss(0, 101, { name: "lists\0dev", known: 120 }),
    loss(0, 1, { name: "c", known: 380 }),
  ]);
  assert.deepEqual([...names], ["a", "lists\0dev"]);
  deletions.admit(loss(0, 1, { idx: 3, name: "c" }));
  assert.throws(() => deletions.admit(loss(0, 500, { idx: 4, name: "d" })), {
    code: "MASS_DELETION",
    abandons: "mailbox",
  });
  assert.equal(
    `${String(deletions.heldBack?.error.side)}: ${errorLine(deletions.heldBack!.error)}`,
    "remote: 1002 of 1002 messages have vanished from the remote server; only 1 was deleted on the other one; " +
      `skipped: "a", "d", "lists/dev"; ${goOn}`,
  );
  deletions.admit(loss(0, 3, { idx: 4, name: "d" }));
  assert.match(errorLine(deletions.heldBack!.error), /skipped: "a", "lists\/dev"; /);
  assert.equal(guard(1000).heldBack, undefined);
});

test("a server that lists none of several mailboxes", () => {
  const deletions = guard(5);
  assert.equal(
    lineOf(() => deletions.requireAny("remote", { listed: 0, missing: 2 })),
    `remote: the remote server no longer lists any mailbox; nothing was changed; ${goOn}`,
  );
  deletions.requireAny("remote", { listed: 1, missing: 20 });
  // That may well be somebody's doing.
  deletions.requireAny("remote", { listed: 0, missing: 1 });
  unlimited(5).requireAny("remote", { listed: 0, missing: 20 });
});

interface Memory extends DeletionMemory {
  emptied: boolean;
  stock: number | undefined;
  readonly deleted: DeletedMailbox[];
}

/** Mailbox 1 with so many messages now, and so many before the first deletion of the last 24 hours. */
function memoryOf(now: number, before?: number): Memory {
  const memory: Memory = {
    emptied: false,
    stock: before,
    deleted: [],
    mappings: { count: () => now },
    losses: {
      noteStock: (_idx: number, known: number) => (memory.stock ??= known),
      earlierStocks: () => new Map(memory.stock === undefined ? [] : [[1, memory.stock]]),
      noteMoved: (_idx: number, count: number) => (memory.stock = (memory.stock ?? 0) - count),
      forgetStock: () => (memory.stock = undefined),
      noteEmptied: () => (memory.emptied = true),
      wasEmptied: () => memory.emptied,
      noteDeletions: (mailboxes) => void memory.deleted.push(...mailboxes),
      deletedMailboxes: () =>
        perSide((side) => {
          const those = memory.deleted.filter((one) => one.side === side);
          return { mailboxes: those.length, messages: sum(those.map(({ messages }) => messages)) };
        }),
      forgetDeletion: () => undefined,
      forgetDeletions: () => undefined,
    },
  };
  return memory;
}

test("what was deleted within the last 24 hours counts", () => {
  const memory = memoryOf(550, 1000);
  const deletions = new DeletionGuard({ countKnown: () => 550, limit: half, memory });
  deletions.admit(loss(0, 50, { known: 550 }));
  assert.equal(
    lineOf(() => deletions.admit(loss(0, 1, { known: 550 }))),
    "remote: 51 of 1000 messages have vanished from the remote server, and 450 others were deleted within 24 hours before; " +
      "only 50 were deleted on the other one; if this is intended, run: interimap --allow-mass-delete",
  );
  const few = new DeletionGuard({ countKnown: () => 550, limit: { messages: 451 }, memory });
  assert.deepEqual([few.isTooMany(1), few.isTooMany(2)], [false, true]);
});

for (const side of sides)
  test(`mailboxes that were deleted since they were gone from the ${side} server count in later runs`, () => {
    const memory = memoryOf(1);
    const later = (known: number): DeletionGuard => new DeletionGuard({ countKnown: () => known, limit: half, memory });
    const lost = (idx: number, messages: number): DeletedMailbox => ({ idx, side, messages });
    assert.equal(later(500).admitMailboxes([lost(1, 100), lost(2, 50)]), undefined);
    assert.equal(later(350).admitMailboxes([lost(3, 100)]), undefined);
    assert.deepEqual(
      sides.map((one) => later(250).deletedMailboxes(one)),
      sides.map((one) => (one === side ? 3 : 0)),
    );
    assert.match(
      errorLine(later(250).admitMailboxes([lost(4, 1)])!),
      /^1 of 500 messages have vanished from the \w+ server, and 250 others were deleted within 24 hours before; nothing was/,
    );
    assert.equal(later(250).isTooMany(1), true, "and for messages");
    const allowed = new DeletionGuard({ countKnown: () => 250, limit: undefined, memory });
    assert.equal(allowed.admitMailboxes([lost(4, 250)]), undefined);
    assert.equal(memory.deleted.length, 3, "what was allowed is not remembered");
  });

test("what came and went within the last 24 hours does not count", () => {
  const memory = memoryOf(20, 15);
  const deletions = new DeletionGuard({ countKnown: () => 200, limit: half, memory });
  for (let i = 0; i < 5; i++) deletions.admit(loss(0, 20, { known: 20 }));
});

test("what was moved is no loss of the mailbox, then and later", () => {
  const memory = memoryOf(200);
  const deletions = new DeletionGuard({ countKnown: () => 10_000, limit: half, memory });
  const admit = (vanished: number, moved: number): void => {
    deletions.admit(loss(vanished, 0, { known: 200 }), { local: moved, remote: 0 });
  };
  assert.throws(() => {
    admit(200, 19);
  }, /200 of 200 messages have vanished/);
  assert.deepEqual(
    deletions.emptied.map(({ name }) => name),
    ["box"],
  );
  admit(200, 20);
  assert.deepEqual(deletions.emptied, []);
  assert.equal(memory.stock, 180);
});

test("a mailbox that loses nearly everything is a case by itself", () => {
  const admit = (limit: DeletionLimit | undefined, count: number, memory = memoryOf(200)): void => {
    const deletions = new DeletionGuard({ countKnown: () => 10_000, limit, memory });
    deletions.admit(loss(count, 0, { known: memory.mappings.count(1) }));
  };
  admit(half, 180);
  assert.throws(
    () => {
      admit(half, 181);
    },
    {
      code: "MAILBOX_EMPTIED",
      abandons: "mailbox",
      message: "181 of 200 messages have vanished from the local server within 24 hours",
      hint: [
        "the last 181 were not deleted; if this is intended, run: ",
        { command: "allow-mass-delete", mailbox: "box" },
      ],
    },
  );
  assert.throws(
    () => {
      admit(half, 1, memoryOf(20, 200));
    },
    { code: "MAILBOX_EMPTIED" },
    "bit by bit",
  );
  admit(half, 100, memoryOf(100));
  admit({ share: 1 }, 200);
  admit({ messages: 200 }, 200);
});

test("a mailbox that was emptied with permission may be emptied again, and the count begins anew", () => {
  const memory = memoryOf(200, 300);
  const guardOf = (limit: DeletionLimit | undefined): DeletionGuard =>
    new DeletionGuard({ countKnown: () => 10_000, limit, memory });
  guardOf(undefined).admit(loss(0, 200, { known: 200 }));
  assert.deepEqual([memory.emptied, memory.stock], [true, undefined]);
  guardOf(half).admit(loss(0, 200, { known: 200 }));
});

test("Trash and Junk may be emptied, unless a number of messages is the limit", () => {
  const trash = loss(0, 200, { known: 200, isRubbish: true });
  const of = (limit: DeletionLimit): DeletionGuard =>
    new DeletionGuard({ countKnown: () => 300, limit, memory: memoryOf(200) });
  of(half).admit(trash);
  assert.equal(of(half).counts(trash), false);
  assert.throws(
    () => {
      of({ messages: 100 }).admit(trash);
    },
    { code: "MASS_DELETION" },
  );
});
