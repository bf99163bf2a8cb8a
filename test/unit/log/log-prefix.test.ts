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

for (const [format, message] of [
  ["%x", '"%x" is unknown'],
  ["50%", '"%" is unknown'],
  ["a & b", '"&" needs a backslash in front'],
  ["why?", '"?" needs a backslash in front'],
  ["a\\b", 'a backslash must stand before "&", "?" or "\\"'],
  ["a\\", 'a backslash must stand before "&", "?" or "\\"'],
  ["%?x?a?", '"%?x?" begins no condition'],
  ["%?n", '"%?n" begins no condition'],
  ["%?n?a", 'the condition "%?n?" is not closed by a "?"'],
  ["%?n?a&b", 'the condition "%?n?" is not closed by a "?"'],
  ["%?n?%?m?a?", 'the condition "%?n?" is not closed by a "?"'],
  ["%?n?a&b&c?", 'the condition "%?n?" has a second "&"'],
] as const) {
  test(`${JSON.stringify(format)} is refused`, () => {
    assert.throws(() => parseLogPrefix(format), { name: "SyntaxError", message });
  });
}
