import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageIdentity } from "../../../../src/imap/verbs/fetch.ts";
import { fingerprint } from "../../../../src/model/fingerprint.ts";
import { noFlags } from "../../../../src/model/flags.ts";
import { type PerSide, perSide } from "../../../../src/model/side.ts";
import { compareRows } from "../../../../src/sync/identity/recorded-pair.ts";
import { conclude, numbersObjection, unclearAmong } from "../../../../src/sync/mailboxes/same-accounts-plan.ts";

type Ids = Readonly<Record<number, string | undefined>>;

function message(uid: number, messageId: string | undefined, date = 0): MessageIdentity {
  return { uid, flags: noFlags, date, size: 10, messageId };
}

function found(ids: Ids): ReadonlyMap<number, MessageIdentity> {
  return new Map(Object.entries(ids).map(([uid, messageId]) => [Number(uid), message(Number(uid), messageId)]));
}

const uids: readonly PerSide<number>[] = [
  { local: 1, remote: 11 },
  { local: 2, remote: 12 },
];

const printOf: Readonly<Record<"none" | "a and b" | "no Message-ID", (row: number) => number | undefined>> = {
  none: () => undefined,
  "a and b": (row) => fingerprint(message(0, row === 0 ? "<a>" : "<b>")),
  "no Message-ID": () => fingerprint(message(0, undefined)),
};

const [here, there] = ["local", "remote"] as const;

for (const [what, recorded, local, remote, expected] of [
  ["all are the recorded ones", "a and b", { 1: "<a>", 2: "<b>" }, { 11: "<a>", 12: "<b>" }, [[here, there], [], 0]],
  ["no fingerprint is recorded", "none", { 1: "<a>", 2: "<b>" }, { 11: "<a>", 12: "<b>" }, [[here, there], [], 0]],
  ["one was deleted", "none", { 1: "<a>", 2: "<b>" }, { 12: "<b>" }, [[here, there], [], 0]],
  ["all were deleted", "none", { 1: "<a>", 2: "<b>" }, {}, [[], [], 0]],
  ["all were deleted on one side", "a and b", { 1: "<a>", 2: "<b>" }, {}, [[here], [], 0]],
  ["one is another", "a and b", { 1: "<a>", 2: "<b>" }, { 11: "<a>", 12: "<c>" }, [[here, there], [there], 1]],
  ["they are equal, and others", "a and b", { 1: "<x>", 2: "<y>" }, { 11: "<x>", 12: "<y>" }, [[], [here, there], 0]],
  ["one is another, and its like is gone", "a and b", { 1: "<x>" }, { 12: "<b>" }, [[there], [here], 0]],
  [
    "without Message-ID",
    "no Message-ID",
    { 1: undefined, 2: undefined },
    { 11: undefined, 12: undefined },
    [[], [], 2],
  ],
  ["without Message-ID, and like none", "no Message-ID", { 1: undefined }, {}, [[], [], 0]],
  ["one has got a Message-ID", "none", { 1: undefined, 2: "<b>" }, { 11: "<a>", 12: "<b>" }, [[here, there], [], 1]],
] as const) {
  test(`without their texts: ${what}`, () => {
    const rows = uids.map((row, index) => ({ ...row, prints: perSide(() => printOf[recorded](index)) }));
    const compared = compareRows(rows, { local: found(local), remote: found(remote) });
    const { shown, others } = conclude(compared, []);
    assert.deepEqual([shown, others, unclearAmong(compared).length], expected);
  });
}

for (const [what, texts, shown, others] of [
  ["the same", ["x", "x"], [here, there], []],
  ["others", ["x", "y"], [], [here, there]],
] as const) {
  test(`without Message-ID the texts tell: ${what}`, () => {
    const rows = [{ ...uids[0]!, prints: perSide(() => fingerprint(message(0, undefined))) }];
    const compared = compareRows(rows, { local: found({ 1: undefined }), remote: found({ 11: undefined }) });
    const [pair] = unclearAmong(compared);
    const read = perSide((side) => ({
      ...pair![side],
      text: texts[side === here ? 0 : 1],
      author: "a",
      isDated: true,
    }));
    assert.deepEqual(conclude(compared, [read]), { shown, others });
  });
}

test("numbers that a mailbox may have by now, and others", () => {
  const recorded = { uidValidity: 7, uidNext: 5, highestModSeq: 9n };
  for (const told of [undefined, recorded, { ...recorded, uidNext: 9 }, { ...recorded, highestModSeq: 1n }])
    assert.equal(numbersObjection(recorded, told), undefined);
  assert.match(numbersObjection(recorded, { ...recorded, uidValidity: 8 })!, /UIDVALIDITY/);
  assert.match(numbersObjection(recorded, { ...recorded, uidNext: 4 })!, /UIDNEXT/);
});
