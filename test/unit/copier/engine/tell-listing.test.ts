// What is said of folders before anything is done with them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type AccountListing, tellListing } from "../../../../src/copier/engine/tell-listing.ts";
import type { CopyEvent } from "../../../../src/copier/events.ts";

const layout = { separator: "/", prefix: "" };
const listing: AccountListing = {
  layouts: { 1: layout, 2: layout },
  folders: { 1: ["spam"], 2: ["Junk", "Old"] },
  nameOn2: () => "Junk",
  pairing: undefined,
};

function said(of: AccountListing): string[] {
  const events: CopyEvent[] = [];
  tellListing((event) => events.push(event), of);
  return events.map((event) => (event.type === "notice" ? event.text : event.type));
}

test("folders of host2 that are images of others are no strangers", () => {
  const lines = said(listing);
  assert.deepEqual(lines.slice(lines.indexOf("Folders in host2 not in host1:")), [
    "Folders in host2 not in host1:",
    "[Old]",
    "",
  ]);
});

test("pairs are listed with --automap only", () => {
  const pairing = {
    special: { 1: new Map([["\\Junk", "spam"]] as const), 2: new Map([["\\Junk", "Junk"]] as const) },
    pairs: new Map([["spam", "Junk"]]),
  };
  const isPair = (line: string): boolean => /^\[spam\] +-> \[Junk\]$/.test(line);
  assert.ok(said({ ...listing, pairing }).some(isPair));
  assert.ok(!said(listing).some(isPair));
});
