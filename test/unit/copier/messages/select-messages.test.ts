import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arrivalRule,
  goesByFlags,
  messageIdKeys,
  searchText,
  sizeLimits,
} from "../../../../src/copier/messages/select-messages.ts";

const now = Date.UTC(2020, 2, 15, 13, 0, 0);
const anyAge = { minage: undefined, maxage: undefined };
const daysAgo = (days: number): number => now - days * 86_400_000;

void test("ages are search keys, in days of UTC", () => {
  assert.equal(searchText(undefined, anyAge, now), undefined);
  assert.equal(searchText(undefined, { ...anyAge, maxage: 10 }, now), "SENTSINCE 5-Mar-2020");
  assert.equal(searchText(undefined, { ...anyAge, minage: 0.5 }, now), "SENTBEFORE 15-Mar-2020");
  assert.equal(searchText(undefined, { ...anyAge, minage: 0.6 }, now), "SENTBEFORE 14-Mar-2020");
  assert.equal(searchText(undefined, { ...anyAge, maxage: 99_999 }, now), "SENTSINCE 1-Jan-1970");
});

void test("two ages are a span, or what is outside of it", () => {
  assert.equal(searchText(undefined, { minage: 5, maxage: 10 }, now), "SENTSINCE 5-Mar-2020 SENTBEFORE 10-Mar-2020");
  assert.equal(searchText(undefined, { minage: 10, maxage: 10 }, now), "SENTSINCE 5-Mar-2020 SENTBEFORE 5-Mar-2020");
  assert.equal(searchText(undefined, { minage: 10, maxage: 5 }, now), "OR SENTSINCE 10-Mar-2020 SENTBEFORE 5-Mar-2020");
});

void test("a search and ages both have to match", () => {
  assert.equal(searchText("FROM a", anyAge, now), "FROM a");
  assert.equal(searchText("FROM a", { ...anyAge, maxage: 10 }, now), "FROM a SENTSINCE 5-Mar-2020");
});

void test("any of several Message-IDs", () => {
  assert.equal(messageIdKeys(["a"]), 'HEADER MESSAGE-ID "a"');
  const three = 'OR HEADER MESSAGE-ID "a" OR HEADER MESSAGE-ID "b" HEADER MESSAGE-ID "c"';
  assert.equal(messageIdKeys(["a", "b", "c"]), three);
});

void test("a search by flags or UIDs is told from others", () => {
  for (const text of ["UNSEEN", "not deleted", "OR (FLAGGED) ALL", "UID 1:5", "KEYWORD x"])
    assert.equal(goesByFlags(text), true, text);
  for (const text of ["ALL", 'SUBJECT "seen it"', "SENTSINCE 1-Jan-2020", "FROM unseen@example.org"])
    assert.equal(goesByFlags(text), false, text);
});

void test("where a server cannot search, ages go by the date of arrival", () => {
  assert.equal(arrivalRule(anyAge, now), undefined);
  const selected = (ages: { minage?: number; maxage?: number }): number[] => {
    const rule = arrivalRule({ ...anyAge, ...ages }, now)!;
    return [1, 15, 40].filter((days) => rule(daysAgo(days)));
  };
  assert.deepEqual(selected({ maxage: 20 }), [1, 15]);
  assert.deepEqual(selected({ minage: 10 }), [15, 40]);
  assert.deepEqual(selected({ minage: 10, maxage: 20 }), [15]);
  assert.deepEqual(selected({ minage: 30, maxage: 5 }), [1, 40]);
  assert.equal(arrivalRule({ ...anyAge, maxage: 20 }, now)!(Number.NaN), false);
});

void test("sizes have limits, of the options and of host2", () => {
  const none = { minsize: undefined, maxsize: undefined, appendlimit: undefined };
  assert.deepEqual(sizeLimits(none, undefined), { above: -1, most: Infinity });
  assert.deepEqual(sizeLimits({ ...none, minsize: 5, maxsize: 100 }, 50), { above: 5, most: 50 });
  assert.deepEqual(sizeLimits({ ...none, appendlimit: 100 }, 50), { above: -1, most: 100 });
});
