// The hours of a day in which an account may be worked on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseWindow, untilClosed, untilOpen, windowText } from "../../../src/fleet/accounts/daily-window.ts";

const minute = 60_000;

function at(hours: number, minutes: number): Date {
  return new Date(2026, 4, 12, hours, minutes);
}

for (const text of ["22:00-06:00", "00:00-24:00", "08:30-17:15"])
  test(`${text} is read and written`, () => {
    assert.equal(windowText(parseWindow(text)!), text);
  });

for (const text of ["", "22-6", "25:00-06:00", "22:00-06:60", "06:00-06:00", "22:00"])
  test(`"${text}" is no window`, () => {
    assert.equal(parseWindow(text), undefined);
  });

test("a window over midnight is open on both sides of it", () => {
  const night = parseWindow("22:00-06:00");
  assert.equal(untilOpen(night, at(23, 0)), 0);
  assert.equal(untilOpen(night, at(5, 59)), 0);
  assert.equal(untilOpen(night, at(6, 0)), 16 * 60 * minute);
  assert.equal(untilClosed(night, at(23, 0)), 7 * 60 * minute);
  assert.equal(untilClosed(night, at(5, 0)), 60 * minute);
});

test("a window within a day opens on the next one when it is over", () => {
  const day = parseWindow("08:00-17:00");
  assert.equal(untilOpen(day, at(7, 30)), 30 * minute);
  assert.equal(untilOpen(day, at(17, 0)), 15 * 60 * minute);
  assert.equal(untilClosed(day, at(16, 45)), 15 * minute);
});

test("without a window it is always open", () => {
  assert.equal(untilOpen(undefined, at(3, 0)), 0);
  assert.equal(untilClosed(undefined, at(3, 0)), undefined);
});
