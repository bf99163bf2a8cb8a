import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageIdentity } from "../../../../src/imap/verbs/fetch.ts";
import { noFlags } from "../../../../src/model/flags.ts";
import { uidSetOf } from "../../../../src/model/uid-set.ts";
import {
  type Copied,
  expectedCopies,
  planLateCopies,
  plausibleAmong,
} from "../../../../src/sync/recovery/late-copies-plan.ts";

function identity(uid: number, more: Partial<MessageIdentity> = {}): MessageIdentity {
  return { uid, flags: noFlags, date: 1000, size: 100, messageId: "<a@b>", ...more };
}

/** Message `uid` and its copy, which has UID 10 more. */
function copied(
  uid: number,
  { sent = {}, copy = {} }: Partial<Record<keyof Copied, Partial<MessageIdentity>>> = {},
): Copied {
  return { sent: identity(uid, sent), copy: identity(uid + 10, { ...sent, ...copy }) };
}

/** `21=1`: UID 21 is a second copy of message 1. All texts are the same unless told. */
function found(
  newcomers: readonly MessageIdentity[],
  known: readonly Copied[],
  texts: Readonly<Record<number, string>> = {},
): string {
  const all = [...newcomers, ...known.map(({ copy }) => copy)];
  const textOf = new Map(all.map(({ uid }) => [uid, texts[uid] ?? "text"]));
  return planLateCopies(newcomers, known, textOf)
    .map(({ late, sent }) => `${String(late.uid)}=${String(sent.uid)}`)
    .join(" ");
}

test("as many newcomers are second copies as APPENDs may have made", () => {
  const newcomers = [identity(21), identity(22), identity(23)];
  const known = [copied(1), copied(2)];
  assert.equal(found(newcomers, expectedCopies(known, [])), "");
  assert.equal(found(newcomers, expectedCopies(known, [uidSetOf([2])])), "21=2");
  assert.equal(found(newcomers, expectedCopies(known, [uidSetOf([1, 2])])), "21=1 22=2");
  assert.equal(found(newcomers, expectedCopies(known, [uidSetOf([1, 2]), uidSetOf([1])])), "21=1 22=2 23=1");
});

for (const [what, difference] of [
  ["date", { date: 2000 }],
  ["size", { size: 101 }],
  ["Message-ID", { messageId: "<c@d>" }],
  ["no Message-ID", { messageId: undefined }],
] as const) {
  test(`where the server keeps messages as they are, another ${what} is another message`, () => {
    assert.deepEqual(plausibleAmong([identity(21, difference)], [copied(1)]), []);
    assert.equal(found([identity(21, difference)], [copied(1)]), "");
    assert.equal(found([identity(21, difference)], [copied(1, { sent: difference })]), "21=1");
  });
}

test("where the server alters messages, Message-ID and text tell", () => {
  for (const copy of [{ date: 5000 }, { size: 130 }, { date: NaN }]) {
    const known = [copied(1, { copy })];
    assert.equal(plausibleAmong([identity(21, { date: 6000, size: 131 })], known).length, 1);
    assert.equal(found([identity(21, { date: 6000, size: 131 })], known), "21=1");
    assert.equal(found([identity(21, { messageId: "<c@d>" })], known), "");
    assert.equal(found([identity(21)], known, { 21: "another" }), "");
  }
  const nameless = [copied(1, { sent: { messageId: undefined }, copy: { size: 130 } })];
  assert.deepEqual(plausibleAmong([identity(21, { messageId: undefined, size: 131 })], nameless), []);
  assert.equal(found([identity(21, { messageId: undefined, size: 131 })], nameless), "");
});

test("the text is compared with that of the copy that has a row; one that is not known is no copy", () => {
  assert.equal(found([identity(21)], [copied(1)], { 11: "other", 21: "text" }), "");
  assert.equal(found([identity(21), identity(22)], [copied(1), copied(2)], { 11: "x", 22: "x" }), "21=2 22=1");
  assert.deepEqual(planLateCopies([identity(21)], [copied(1)], new Map([[11, "text"]])), []);
});
