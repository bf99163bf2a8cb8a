// A password reaches us as it stands in the file, unless it holds what begins a comment.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Complaints } from "../../../src/config/config-error.ts";
import { readSections } from "../../../src/config/sections.ts";
import { fc } from "../../support/examples.ts";

function passwordIn(text: string): string | undefined {
  const complaints = new Complaints();
  const { local } = readSections(Buffer.from(text), { file: "config", complaints, home: () => "/home/me" });
  complaints.throwIfAny();
  return local?.get("password");
}

function roundTrips(password: string): void {
  assert.equal(passwordIn(`[local]\npassword = ${password}\nusername = u\n`), password);
  assert.equal(passwordIn(`\ufeff[local]\r\npassword=${password}\r\nusername=u\r\n`), password);
}

/** Neither blanks at its ends nor a semicolon between blanks; the blank before the value counts. */
function isWhole(password: string): boolean {
  return !/^ | $|(?:^| ); ./.test(password);
}

const ascii = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));

test("any printable ASCII password", () => {
  const password = fc.string({ unit: fc.constantFrom(...ascii), minLength: 1 }).filter(isWhole);
  fc.assert(fc.property(password, roundTrips));
});

test("any password in Unicode", () => {
  const password = fc
    .string({ unit: "binary", minLength: 1 })
    // The characters that a line of text cannot hold.
    .filter((text) => !/[\0-\x1f\x7f-\x9f]/.test(text) && isWhole(text));
  fc.assert(fc.property(password, roundTrips));
});
