import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLogPrefix, formatLogPrefix, parseLogPrefix } from "../../../src/log/log-prefix.ts";

const none = {};
const side = { component: "remote" };
const both = { component: "remote", mailbox: "INBOX" };
const mailboxOnly = { mailbox: "INBOX" };

for (const [values, expected] of [
  [none, ""],
  [side, "remote: "],
  [both, "remote(INBOX): "],
  [mailboxOnly, ""],
  [{ component: "", mailbox: "INBOX" }, ""],
  [{ component: "remote", mailbox: "" }, "remote: "],
] as const) {
  test(`the default prefix for ${JSON.stringify(values)}`, () => {
    assert.equal(formatLogPrefix(parseLogPrefix(defaultLogPrefix), values), expected);
  });
}

for (const [format, values, expected] of [
  ["", both, ""],
  ["plain: ", none, "plain: "],
  ["%n/%m", both, "remote/INBOX"],
  ["%n/%m", none, "/"],
  ["100%% %n", side, "100% remote"],
  ["%%n", side, "%n"],
  ["a\\&b\\?c\\\\d", none, "a&b?c\\d"],
  ["%?m?[%m]&-?", both, "[INBOX]"],
  ["%?m?[%m]&-?", side, "-"],
  ["%?m?yes?", side, ""],
  ["%?m?&no?", both, ""],
  ["%?m?&no?", side, "no"],
  ["%?m??", both, ""],
  ["%?n?%?m?both&side?&%?m?mailbox&none??", both, "both"],
  ["%?n?%?m?both&side?&%?m?mailbox&none??", side, "side"],
  ["%?n?%?m?both&side?&%?m?mailbox&none??", mailboxOnly, "mailbox"],
  ["%?n?%?m?both&side?&%?m?mailbox&none??", none, "none"],
  ["%?m?what\\? a\\&b?.", both, "what? a&b."],
] as const) {
  test(`${JSON.stringify(format)} for ${JSON.stringify(values)}`, () => {
    assert.equal(formatLogPrefix(parseLogPrefix(format), values), expected);
  });
}

test("values are inserted as they are, not read as formats", () => {
  assert.equal(formatLogPrefix(parseLogPrefix("%m"), { mailbox: "%n&?\\" }), "%n&?\\");
});

for (const [format, expected] of [
  ["%x", "%x"],
  ["%N", "%N"],
  ["50%", "50%"],
  ["a & b", "a & b"],
  ["why? %n", "why? remote"],
  ["a\\b", "a\\b"],
  ["a\\", "a\\"],
  ["%?n", "%?n"],
  ["%?n?a", "%?n?a"],
  ["%?n?a&b", "%?n?a&b"],
  ["%?n?%?m?a?", "%?n?a"],
  ["%?n?a&b&c?", "%?n?a&b&c?"],
  ["%?n?%x&b?", "%x"],
  ["%?n?a\\b?", "%?n?a\\b?"],
  ["%?x?a&b?", "b"],
] as const) {
  test(`${JSON.stringify(format)} is text where it has no meaning`, () => {
    assert.equal(formatLogPrefix(parseLogPrefix(format), both), expected);
  });
}
