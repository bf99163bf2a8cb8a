// Every situation a mailbox can be in, as a table, each also with the sides exchanged.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedMailbox, Listing } from "../../../../src/mail/listing/list-mailboxes.ts";
import type { MailboxState } from "../../../../src/model/mailbox-state.ts";
import { type PerSide, perSide, type Side } from "../../../../src/model/side.ts";
import { type KnownMailbox, type MailboxPlan, planMailboxes } from "../../../../src/sync/mailboxes/mailbox-plan.ts";

const state: MailboxState = { uidValidity: 1, uidNext: 5, highestModSeq: 9n };

/**
 * How a server lists the mailbox: `-` not at all, `n` \Noselect, `x` as a mailbox, `?` as one without a state;
 * `s` behind it for subscribed, `*` for a state that differs from the last one.
 */
function listed(sign: string): ListedMailbox | undefined {
  if (sign === "-") return undefined;
  const now = sign.endsWith("*") ? { ...state, highestModSeq: 10n } : state;
  return {
    wireName: "box",
    exists: !sign.startsWith("n"),
    subscribed: sign.includes("s"),
    state: sign.startsWith("x") ? now : undefined,
  };
}

/** What we know of it: `-` nothing, `u` unsubscribed, `s` subscribed; behind it `0`: never synchronised, `!`: unfinished. */
function known(sign: string): KnownMailbox | undefined {
  if (sign === "-") return undefined;
  const before = sign.endsWith("0") ? undefined : state;
  const states = { local: before, remote: before };
  return { idx: 1, name: "box", subscribed: sign.startsWith("s"), states, isUnfinished: sign.endsWith("!") };
}

function listing(
  mailboxes: Readonly<Record<string, ListedMailbox | undefined>>,
  delimiter: string | null = "/",
): Listing {
  const entries = Object.entries(mailboxes).flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as const]));
  return { naming: { delimiter, reference: "" }, mailboxes: new Map(entries), unreadable: [] };
}

/** `create R, subscribe R, record s, dirty`; INBOX and `box` need no name. */
function inWords({ create, subscriptions, record, gone, dirty }: MailboxPlan, letter: PerSide<string>): string {
  const on = (side: Side): string => letter[side];
  return [
    ...gone.map(({ side }) => `gone ${on(side)}`),
    ...create.map(({ side }) => `create ${on(side)}`),
    ...subscriptions.map(({ side, subscribed }) => `${subscribed ? "subscribe" : "unsubscribe"} ${on(side)}`),
    ...record.map(({ subscribed }) => `record ${subscribed ? "s" : "u"}`),
    ...dirty.map(() => "dirty"),
  ]
    .sort()
    .join(", ");
}

const table: readonly (readonly [local: string, remote: string, known: string, plan: string])[] = [
  // Nowhere, or only as a level of the hierarchy.
  ["-", "-", "-", ""],
  ["n", "-", "-", ""],
  ["n", "n", "-", ""],
  ["ns", "n", "-", ""],
  ["-", "-", "s", ""],
  ["n", "-", "s", ""],

  // New on one side: created on the other, subscribed where either is.
  ["x", "-", "-", "create R, dirty, record u"],
  ["xs", "-", "-", "create R, dirty, record s, subscribe R"],
  ["x", "n", "-", "create R, dirty, record u"],
  ["xs", "n", "-", "create R, dirty, record s, subscribe R"],
  ["x", "ns", "-", "create R, dirty, record s, subscribe L"],
  ["xs", "ns", "-", "create R, dirty, record s"],

  // Met for the first time, on both sides.
  ["x", "x", "-", "dirty, record u"],
  ["xs", "x", "-", "dirty, record s, subscribe R"],
  ["xs", "xs", "-", "dirty, record s"],

  // Known and gone from one side: left alone, its subscription too.
  ["x", "-", "u", "gone R"],
  ["xs", "-", "s", "gone R"],
  ["xs", "n", "s", "gone R"],
  ["x*", "-", "u", "gone R"],
  ["x", "-", "u0", "gone R"],

  // Known on both sides.
  ["x", "x", "u", ""],
  ["xs", "xs", "s", ""],
  ["x*", "x", "u", "dirty"],
  ["x*", "x*", "u", "dirty"],
  ["x", "x", "u0", "dirty"],
  ["x", "x", "u!", "dirty"],
  ["?", "x", "u", "dirty"],

  // Subscriptions: who differs from the last time wins.
  ["xs", "x", "u", "record s, subscribe R"],
  ["xs", "x", "s", "record u, unsubscribe L"],
  ["xs", "xs", "u", "record s"],
  ["x", "x", "s", "record u"],
  ["xs", "x*", "s", "dirty, record u, unsubscribe L"],
];

const sidesExchanged = [
  { sides: "local, remote", letter: { local: "L", remote: "R" } },
  { sides: "remote, local", letter: { local: "R", remote: "L" } },
];

for (const [left, right, knowledge, plan] of table) {
  for (const { sides, letter } of sidesExchanged) {
    test(`${sides} = ${left}, ${right}; known: ${knowledge} → ${plan === "" ? "nothing" : plan}`, () => {
      const isFlipped = letter.local === "R";
      const listings = {
        local: listing({ box: listed(isFlipped ? right : left) }),
        remote: listing({ box: listed(isFlipped ? left : right) }),
      };
      const record = known(knowledge);
      const planned = planMailboxes(listings, new Map(record && [["box", record]]), () => false);
      assert.equal(inWords(planned, letter), plan);
    });
  }
}

test("any of the three numbers makes a mailbox dirty, on either side", () => {
  const changed: readonly MailboxState[] = [
    { ...state, uidValidity: 2 },
    { ...state, uidNext: 6 },
    { ...state, highestModSeq: 10n },
  ];
  for (const now of changed) {
    for (const side of ["local", "remote"]) {
      const listings = perSide((each) =>
        listing({ box: { wireName: "box", exists: true, subscribed: false, state: each === side ? now : state } }),
      );
      assert.deepEqual(planMailboxes(listings, new Map([["box", known("u")!]]), () => false).dirty, ["box"]);
    }
  }
});

test("where mod-sequences are not told, only numbers that are as recorded leave it at a glance", () => {
  const untold = { ...state, highestModSeq: 0n };
  const before = { ...known("u")!, states: { local: state, remote: untold }, counts: { local: 3, remote: 3 } };
  const planned = (now: MailboxState, messages: number, more: Partial<KnownMailbox> = {}): MailboxPlan => {
    const box = { wireName: "box", exists: true, subscribed: false };
    const listings = {
      local: listing({ box: { ...box, state, messages: 3 } }),
      remote: { ...listing({ box: { ...box, state: now, messages } }), hidesExpunges: true },
    };
    return planMailboxes(listings, new Map([["box", { ...before, ...more }]]), () => false);
  };
  assert.deepEqual(planned(untold, 3).silent, ["box"]);
  for (const plan of [
    planned({ ...untold, uidNext: 6 }, 3),
    planned(untold, 2),
    planned({ ...untold, uidValidity: 2 }, 3),
    planned(state, 3),
    planned(untold, 3, { isUnfinished: true }),
    planned(untold, 3, { counts: undefined }),
  ])
    assert.deepEqual([plan.dirty, plan.silent], [["box"], []]);
});

test("with mod-sequences and no QRESYNC, an expunge shows by the number of messages", () => {
  const before = { ...known("u")!, counts: { local: 3, remote: 3 } };
  const dirty = (messages: number, hidesExpunges: boolean): readonly string[] => {
    const box = { wireName: "box", exists: true, subscribed: false, state, messages };
    const listings = perSide(() => ({ ...listing({ box }), hidesExpunges }));
    return planMailboxes(listings, new Map([["box", before]]), () => false).dirty;
  };
  assert.deepEqual([dirty(3, true), dirty(2, true), dirty(2, false)], [[], ["box"], []]);
});

test("INBOX comes first, parents before their children", () => {
  const names = ["a\0b\0c", "a.b", "b", "INBOX\0x", "a\0b", "INBOX", "A", "a"];
  const listings = {
    local: listing(Object.fromEntries(names.map((name) => [name, listed("x")]))),
    remote: listing({}),
  };
  const plan = planMailboxes(listings, new Map(), () => false);
  assert.deepEqual(
    plan.create.map(({ name }) => name),
    ["INBOX", "A", "INBOX\0x", "a", "a\0b", "a\0b\0c", "a.b", "b"],
  );
  assert.deepEqual(plan.dirty, ["INBOX", "A", "INBOX\0x", "a", "a\0b", "a\0b\0c", "a.b", "b"]);
});

test("an ignored mailbox is not touched, whatever its situation", () => {
  for (const [left, right, knowledge] of table) {
    const listings = { local: listing({ box: listed(left) }), remote: listing({ box: listed(right) }) };
    const record = known(knowledge);
    const plan = planMailboxes(listings, new Map(record && [["box", record]]), (name) => name === "box");
    assert.equal(inWords(plan, { local: "L", remote: "R" }), "");
  }
});

test("a flat name space goes with another flat one only", () => {
  const plan = (local: string | null, remote: string | null): MailboxPlan =>
    planMailboxes({ local: listing({ box: listed("x") }, local), remote: listing({}, remote) }, new Map(), () => false);
  assert.deepEqual(plan(null, null).create, [{ side: "remote", name: "box" }]);
  assert.deepEqual(plan("/", ".").create, [{ side: "remote", name: "box" }]);
  assert.throws(() => plan(null, "/"), { code: "DELIMITER_MISMATCH", message: /local server has a flat.*remote/ });
  assert.throws(() => plan("/", null), { code: "DELIMITER_MISMATCH", message: /remote server has a flat.*local/ });
});
