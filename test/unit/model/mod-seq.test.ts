import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModSeq } from "../../../src/model/mod-seq.ts";

test("mod-sequences keep all their digits up to 64 bits", () => {
  assert.equal(parseModSeq("0"), 0n);
  assert.equal(parseModSeq("9223372036854775807"), 2n ** 63n - 1n);
  assert.equal(parseModSeq("18446744073709551615"), 2n ** 64n - 1n);
});

test("anything else is a protocol error", () => {
  for (const text of ["", "-1", "1.0", "0x10", " 1", "1n", "18446744073709551616", "999999999999999999999"]) {
    assert.throws(() => parseModSeq(text), { code: "PROTOCOL" }, `accepted ${JSON.stringify(text)}`);
  }
});
