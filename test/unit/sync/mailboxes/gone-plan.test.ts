import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedMailbox } from "../../../../src/mail/listing/list-mailboxes.ts";
import type { FollowedDeletions } from "../../../../src/model/followed-deletions.ts";
import type { MailboxState } from "../../../../src/model/mailbox-state.ts";
import { otherSide, perSide, type Side, sides } from "../../../../src/model/side.ts";
import { areTooMany, type GonePlan, planGone } from "../../../../src/sync/mailboxes/gone-plan.ts";
import type { KnownMailbox } from "../../../../src/sync/mailboxes/mailbox-plan.ts";

const before: MailboxState = { uidValidity: 7, uidNext: 5, highestModSeq: 9n };

interface There extends Partial<ListedMailbox> {
  readonly messages?: number;
}

interface World {
  readonly which?: FollowedDeletions["which"];
  /** Known with two messages, and gone. */
  readonly gone: readonly string[];
  /** What the server has that still has them, where it is not what it was. */
  readonly there?: Readonly<Record<string, There>>;
  /** What the server has from which they are gone. */
  readonly here?: readonly string[];
  readonly known?: Partial<KnownMailbox>;
  readonly unsettled?: boolean;
  readonly mapped?: number;
  readonly wentBack?: boolean;
}

/** `deletes`, with what goes along in brackets, `returns` and `leaves`; the same on both sides. */
function follows(world: World): string {
  const [local, remote] = sides.map((side) => told(planOn(side, world)));
  assert.equal(local, remote);
  return local!;
}

function told({ roots, returning, left }: GonePlan): string {
  return [
    ...roots.map(({ name, below }) =>
      below.length === 0 ? `deletes ${name}` : `deletes ${name} (${below.map((one) => one.name).join(" ")})`,
    ),
    ...returning.map(({ name }) => `returns ${name}`),
    ...left.map(({ name }) => `leaves ${name}`),
  ]
    .join(", ")
    .replaceAll("\0", "/");
}

/** Why mailboxes are left alone; the same on both sides. */
function reasons(world: World): readonly (string | undefined)[] {
  const [local, remote] = sides.map((side) => planOn(side, world).left.map(({ reason }) => reason));
  assert.deepEqual(local, remote);
  return local!;
}

function planOn(
  side: Side,
  { which = "YES", gone, there = {}, here = [], known = {}, unsettled = false, mapped = 2, wentBack = false }: World,
): GonePlan {
  const mailbox = (name: string, more: There = {}): [string, ListedMailbox] => [
    name,
    { wireName: name, exists: true, subscribed: false, state: before, messages: 2, ...more },
  ];
  const has = new Map([
    ...gone.map((name) => mailbox(name)),
    ...Object.entries(there).map(([name, more]) => mailbox(name, more)),
  ]);
  const counts = { local: 2, remote: 2 };
  return planGone({
    which,
    gone: gone.map((name) => ({ side, name })),
    listed: perSide((one) => (one === side ? new Map(here.map((name) => mailbox(name))) : has)),
    known: new Map(
      gone.map((name, idx) => [
        name,
        {
          ...{ idx, name, subscribed: false, isUnfinished: false, counts },
          ...{ states: { local: before, remote: before }, ...known },
        },
      ]),
    ),
    isUnsettled: () => unsettled,
    countMapped: () => mapped,
    wentBack: wentBack ? [side] : [],
  });
}

test("a mailbox that is as it was is deleted, with all that is gone below it", () => {
  assert.equal(follows({ gone: ["a"] }), "deletes a");
  assert.equal(follows({ gone: ["a", "a\0b", "a\0b\0c", "d"] }), "deletes a (a/b a/b/c), deletes d");
});

test("one in which something happened on the other server comes back", () => {
  for (const state of [
    { ...before, uidNext: 6 },
    { ...before, highestModSeq: 10n },
    { ...before, uidValidity: 8 },
  ])
    assert.equal(follows({ gone: ["a"], there: { a: { state } } }), "returns a");
  assert.equal(follows({ gone: ["a"], there: { a: { messages: 1 } } }), "returns a");
});

test("what has to stay keeps what is above it", () => {
  assert.equal(follows({ gone: ["a"], there: { "a\0new": {} } }), "leaves a");
  assert.equal(follows({ gone: ["a"], here: ["a\0b"] }), "leaves a");
  const changed = { "a\0b": { messages: 3 } };
  assert.equal(follows({ gone: ["a", "a\0b", "a\0c"], there: changed }), "deletes a/c, returns a/b, leaves a");
});

test("with EMPTY only what holds nothing is deleted, and nothing comes back", () => {
  assert.equal(follows({ which: "EMPTY", gone: ["a"] }), "leaves a");
  const counts = { local: 0, remote: 0 };
  assert.equal(follows({ which: "EMPTY", gone: ["a"], there: { a: { messages: 0 } }, known: { counts } }), "deletes a");
  assert.equal(follows({ which: "EMPTY", gone: ["a"], known: { counts } }), "leaves a");
  assert.deepEqual(reasons({ which: "EMPTY", gone: ["a"] }), ["it is not empty"]);
});

test("with EMPTY a mailbox that was emptied since the last run is not said to hold anything", () => {
  const world = { which: "EMPTY", gone: ["a"], there: { a: { messages: 0 } } } as const;
  assert.equal(follows(world), "leaves a");
  assert.deepEqual(reasons(world), ["it has changed since it was last synchronised"]);
});

test("with EMPTY a mailbox is deleted if all that was in it was moved out of it on both servers", () => {
  const emptied = { messages: 0, state: { ...before, highestModSeq: 12n } };
  const world = { which: "EMPTY", gone: ["a"], there: { a: emptied }, mapped: 0 } as const;
  assert.equal(follows(world), "deletes a");
  assert.equal(follows({ ...world, mapped: 1 }), "leaves a");
  assert.equal(follows({ ...world, there: { a: { ...emptied, state: { ...before, uidNext: 6 } } } }), "leaves a");
  assert.equal(follows({ ...world, which: "YES" }), "returns a");
});

test("INBOX, mailboxes for something special, and those that are not settled are left alone", () => {
  assert.equal(follows({ gone: ["INBOX"] }), "leaves INBOX");
  assert.equal(follows({ gone: ["a"], there: { a: { uses: ["\\sent"] } } }), "leaves a");
  assert.equal(follows({ gone: ["a"], there: { a: { isRubbish: true } } }), "leaves a");
  assert.equal(follows({ gone: ["a"], unsettled: true }), "leaves a");
  assert.equal(follows({ gone: ["a"], known: { counts: undefined } }), "leaves a");
});

for (const side of sides)
  test(`messages that only the server has from which "a" is not gone keep it there (${side})`, () => {
    const counts = perSide((one) => (one === side ? 1 : 2));
    assert.equal(told(planOn(side, { gone: ["a"], known: { counts } })), "leaves a");
    assert.equal(told(planOn(otherSide(side), { gone: ["a"], known: { counts } })), "returns a");
  });

test("messages that are not recorded as being on both servers keep it, too", () => {
  assert.equal(follows({ gone: ["a"], mapped: 1 }), "leaves a");
});

test("what an interrupted run has left undone is finished in a mailbox that comes back", () => {
  const known = { isUnfinished: true };
  assert.equal(follows({ gone: ["a"], known }), "deletes a", "nothing was left");
  assert.equal(follows({ gone: ["a"], known, mapped: 1 }), "returns a");
  assert.equal(follows({ gone: ["a"], known, there: { a: { messages: 3 } } }), "returns a");
  assert.equal(follows({ gone: ["a"], known, unsettled: true }), "leaves a");
});

test("a server that went back need not have lost what somebody deleted", () => {
  assert.equal(follows({ gone: ["a", "b"], wentBack: true }), "returns a, returns b");
  assert.equal(follows({ gone: ["a"], there: { a: { uses: ["\\sent"] } }, wentBack: true }), "returns a");
  assert.equal(follows({ gone: ["INBOX"], wentBack: true }), "leaves INBOX");
  const counts = { local: 0, remote: 0 };
  const empty = { gone: ["a"], there: { a: { messages: 0 } }, known: { counts }, wentBack: true };
  assert.equal(follows({ ...empty, which: "EMPTY" }), "leaves a");
});

test("most of all mailboxes at once are no person's doing", () => {
  assert.deepEqual(
    (
      [
        [4, 4],
        [5, 9],
        [5, 10],
        [300, 1000],
      ] as const
    ).map(([gone, known]) => areTooMany(gone, known)),
    [false, true, false, false],
  );
});
