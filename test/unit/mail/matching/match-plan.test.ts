import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageIdentity } from "../../../../src/imap/verbs/fetch.ts";
import { planMatches } from "../../../../src/mail/matching/match-plan.ts";
import { noFlags } from "../../../../src/model/flags.ts";
import { instantOf } from "../../../../src/model/internal-date.ts";

const date = "17-Jul-1996 02:44:25 +0000";

function identity(uid: number, more: Partial<MessageIdentity> = {}): MessageIdentity {
  return { uid, flags: noFlags, date: instantOf(date), size: 100, messageId: "<a@b>", ...more };
}

/** `1=11 2=12`: local and remote UIDs. */
function matches(local: readonly MessageIdentity[], remote: readonly MessageIdentity[]): string {
  return planMatches({ local, remote })
    .map((pair) => `${String(pair.local.uid)}=${String(pair.remote.uid)}`)
    .sort()
    .join(" ");
}

test("equal messages pair", () => {
  assert.equal(matches([identity(1)], [identity(11)]), "1=11");
  assert.equal(matches([], [identity(11)]), "");
  assert.equal(matches([identity(1)], []), "");
});

const differences: readonly (readonly [what: string, difference: Partial<MessageIdentity>])[] = [
  ["Message-ID", { messageId: "<c@d>" }],
  ["no Message-ID", { messageId: undefined }],
  ["size", { size: 101 }],
  ["date", { date: instantOf("17-Jul-1996 02:44:26 +0000") }],
];

for (const [what, difference] of differences) {
  test(`another message: ${what}`, () => {
    assert.equal(matches([identity(1)], [identity(11, difference)]), "");
    assert.equal(matches([identity(1, difference)], [identity(11, difference)]), "1=11");
  });
}

test("k copies against m make min(k, m) pairs, in the order of the UIDs", () => {
  const copies = (...uids: readonly number[]): MessageIdentity[] => uids.map((uid) => identity(uid));
  assert.equal(matches(copies(3, 1, 2), copies(12, 11)), "1=11 2=12");
  assert.equal(matches(copies(1), copies(13, 12, 11)), "1=11");
  assert.equal(matches(copies(5, 4), copies(14, 15)), "4=14 5=15");
});

test("different messages in between do not disturb the order", () => {
  const other = { messageId: "<c@d>" };
  assert.equal(
    matches([identity(1), identity(2, other), identity(3)], [identity(11, other), identity(12), identity(13)]),
    "1=12 2=11 3=13",
  );
});

test("flags do not matter", () => {
  assert.equal(matches([identity(1, { flags: noFlags })], [identity(11)]), "1=11");
});

// The same moment as `date`, as servers in other places write it.
const moment = [
  "17-Jul-1996 04:44:25 +0200",
  "16-Jul-1996 19:44:25 -0700",
  "17-Jul-1996 08:14:25 +0530",
  "16-Jul-1996 23:14:25 -0330",
];

for (const written of moment) {
  test(`the same moment elsewhere: ${written}`, () => {
    assert.equal(matches([identity(1)], [identity(11, { date: instantOf(written) })]), "1=11");
  });
}

test("the same numbers in another time zone are another moment", () => {
  for (const zone of ["+0100", "-0100", "-0700"]) {
    const elsewhere = identity(11, { date: instantOf(date.replace("+0000", zone)) });
    assert.equal(matches([identity(1)], [elsewhere]), "", zone);
  }
});

test("a day of one digit, with a space or a zero before it", () => {
  const padded = [" 7-Jul-1996 02:44:25 +0000", "07-Jul-1996 02:44:25 +0000"];
  for (const a of padded) {
    for (const b of padded) {
      assert.equal(matches([identity(1, { date: instantOf(a) })], [identity(11, { date: instantOf(b) })]), "1=11");
    }
  }
});
