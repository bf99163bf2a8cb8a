import assert from "node:assert/strict";
import { test } from "node:test";
import { readModSeq } from "../../../src/model/mod-seq.ts";

test("mod-sequences keep all their digits up to 64 bits", () => {
  assert.equal(readModSeq("0"), 0n);
  assert.equal(readModSeq("9223372036854775807"), 2n ** 63n - 1n);
  assert.equal(readModSeq("18446744073709551615"), 2n ** 64n - 1n);
});

test("anything else is none", () => {
  for (const text of ["", "-1", "1.0", "0x10", " 1", "1n", "18446744073709551616", "999999999999999999999"]) {
    assert.equal(readModSeq(text), undefined, `accepted ${JSON.stringify(text)}`);
  }
});
