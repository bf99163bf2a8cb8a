import assert from "node:assert/strict";
import { test } from "node:test";
import { formatInternalDate, instantOf, isKept, parseInternalDate } from "../../../src/model/internal-date.ts";

function rewritten(text: string): string | undefined {
  const date = parseInternalDate(text);
  return date && formatInternalDate(date);
}

test("a date is written as RFC 3501 has it, however a server told it", () => {
  for (const [told, written] of [
    ["01-Jan-2024 00:00:00 +0000", "01-Jan-2024 00:00:00 +0000"],
    [" 1-Jan-2024 00:00:00 +0000", "01-Jan-2024 00:00:00 +0000"],
    ["1-Jan-2024 00:00:00 +0000", "01-Jan-2024 00:00:00 +0000"],
    ["31-DEC-1999 23:59:59 -1200", "31-Dec-1999 23:59:59 -1200"],
    ["29-feb-2000 12:30:45 +0545", "29-Feb-2000 12:30:45 +0545"],
    ["25-Mar-2018 02:30:00 -0930", "25-Mar-2018 02:30:00 -0930"],
    ["30-Jun-2015 23:59:60 +0000", "30-Jun-2015 23:59:59 +0000"],
    ["01-Jan-2024 00:00:00", "01-Jan-2024 00:00:00 +0000"],
    ["01-Jan-2024 00:00:00 GMT", "01-Jan-2024 00:00:00 +0000"],
    ["31-Dec-9999 23:59:59 -1400", "31-Dec-9999 23:59:59 -1400"],
  ] as const) {
    assert.equal(rewritten(told), written, told);
  }
});

test("what is no date is none", () => {
  for (const told of [
    "",
    "NIL",
    "yesterday",
    "32-Jan-2024 00:00:00 +0000",
    "00-Jan-2024 00:00:00 +0000",
    "31-Feb-2024 00:00:00 +0000",
    "29-Feb-2023 00:00:00 +0000",
    "01-Foo-2024 00:00:00 +0000",
    "01-Jan-99999 00:00:00 +0000",
    "01-Jan-0000 00:00:00 +0000",
    "01-Jan-24 00:00:00 +0000",
    "01-Jan-2024 25:00:00 +0000",
    "01-Jan-2024 24:00:00 +0000",
    "01-Jan-2024 00:60:00 +0000",
    "01-Jan-2024 00:00:61 +0000",
    "01-Jan-2024 00:00:00 +9999",
    "01-Jan-2024 00:00:00 +0060",
    "01-Jan-2024 00:00:00 +000",
    "01-Jan-2024\t00:00:00 +0000",
    "01-Jan-2024 00:00:00 +0000\t",
    '01-Jan-2024 00:00:00 +0000"',
    "01-Jan-2024 00:00:00 +0000\n",
    "01-J\xe4n-2024 00:00:00 +0000",
    "01-Jan-2024 00:00:00 \xff0000",
    "2024-01-01T00:00:00Z",
  ]) {
    assert.equal(parseInternalDate(told), undefined, JSON.stringify(told));
  }
});

test("the same moment in another zone", () => {
  const instant = Date.UTC(2024, 0, 1);
  for (const told of ["01-Jan-2024 01:30:00 +0130", "31-Dec-2023 19:00:00 -0500"]) {
    assert.equal(instantOf(told), instant);
  }
  assert.ok(Number.isNaN(instantOf("yesterday")));
});

test("servers make other dates of those before 1970", () => {
  assert.equal(isKept(parseInternalDate("01-Jan-1970 00:00:00 +0000")), true);
  assert.equal(isKept(parseInternalDate("31-Dec-1969 23:59:59 +0000")), false);
  assert.equal(isKept(undefined), false);
});
