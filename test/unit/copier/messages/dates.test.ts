import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHeaderDate } from "../../../../src/copier/messages/dates.ts";
import { formatInternalDate } from "../../../../src/model/internal-date.ts";

function dateOf(value: string): string | undefined {
  const date = parseHeaderDate(value);
  return date && formatInternalDate(date);
}

void test("dates are read in many forms", () => {
  const dates: Record<string, string> = {
    "Fri, 13 Sept 2013 01:02:03 GMT": "13-Sep-2013 01:02:03 +0000",
    "Saturday, December 14, 2002 12:30 PM": "14-Dec-2002 12:30:00 +0000",
    "Saturday, December 14, 2002 12:30 AM": "14-Dec-2002 00:30:00 +0000",
    "Saturday, December 14, 2002 11:30 am": "14-Dec-2002 11:30:00 +0000",
    "Wed Jan  2 08:40:57 EST 2008": "02-Jan-2008 08:40:57 +0000",
    "Wed Jan  2 08:40:57 +0100 2008": "02-Jan-2008 08:40:57 +0100",
    "Wed Jan 12 08:40:57 2008": "12-Jan-2008 08:40:57 +0000",
    "Tue, 24 Aug 10 16:00:00 +0200": "24-Aug-2010 16:00:00 +0200",
    "Tue, 24 Aug 97 16:00:00 +0200": "24-Aug-1997 16:00:00 +0200",
    "Tue, 24 Aug 110 16:00:00 +0200": "24-Aug-2010 16:00:00 +0200",
    "Tue, 24 Aug 2010 16:00 -0330": "24-Aug-2010 16:00:00 -0330",
    "Tue, 24 Aug 2010 16:00:00 +02:00": "24-Aug-2010 16:00:00 +0200",
    "Tue, 24 August 2010 16:00:00.123 +0200 (a (nested) comment)": "24-Aug-2010 16:00:00 +0200",
    "2010-08-24T16:00:00Z": "24-Aug-2010 16:00:00 +0000",
    "2010-08-24 16:00:00 +0200": "24-Aug-2010 16:00:00 +0200",
    "2010-08-24T16:00:00-05:00": "24-Aug-2010 16:00:00 -0500",
    "TUE, 24 AUG 2010 16:00:00 +0200": "24-Aug-2010 16:00:00 +0200",
  };
  for (const [value, expected] of Object.entries(dates)) assert.equal(dateOf(value), expected, value);
});

void test("what is no date is none", () => {
  const values = [
    ...[
      "",
      "not a date",
      "31 Feb 2010 10:00:00",
      "24 Foo 2010 10:00:00",
      "24 Aug 2010 25:00:00",
      "24 Aug 2010 10:61:00",
    ],
    ...[
      "24 Aug 2010 13:00 PM",
      "24 Aug 2010 10:00:00 +9900",
      "8/24/2010 10:00:00",
      "1 2 3",
      "Aug 2010",
      "(((",
      "24 Aug",
    ],
  ];
  for (const value of values) assert.equal(dateOf(value), undefined, value);
});
