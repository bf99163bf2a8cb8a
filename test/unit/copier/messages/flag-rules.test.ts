import assert from "node:assert/strict";
import { test } from "node:test";
import { type FlagOptions, flagRules } from "../../../../src/copier/messages/flag-rules.ts";
import { flagSet, permanentFlags } from "../../../../src/model/flags.ts";

const defaults: FlagOptions = { filterbuggyflags: false, regexflag: [], flagscase: true, filterflags: true };
const anything = permanentFlags(["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft", "\\*"]);

function onHost2(flags: readonly string[], options: Partial<FlagOptions> = {}, permanent = anything): string {
  return flagRules({ ...defaults, ...options })(flagSet(flags), permanent).key;
}

void test("flags are as on host1, without \\Recent", () => {
  assert.equal(onHost2(["\\RECENT", "\\SEEN", "$Forwarded", "work"]), "\\Seen $Forwarded work");
  assert.equal(onHost2([]), "");
});

void test("what the mailbox does not keep is left out, unless --nofilterflags", () => {
  const few = permanentFlags(["\\Seen", "work"]);
  assert.equal(onHost2(["\\Seen", "\\Flagged", "work", "home"], {}, few), "\\Seen work");
  assert.equal(onHost2(["\\Flagged", "home"], { filterflags: false }, few), "\\Flagged home");
});

void test("a flag with a backslash that host2 does not name would have it refuse the message", () => {
  assert.equal(onHost2(["\\Seen", "\\XStrange"]), "\\Seen");
  assert.equal(onHost2(["\\Seen", "\\XStrange"], { filterflags: false }), "\\Seen \\XStrange");
  assert.equal(onHost2(["\\JunkMail"], { filterflags: false, filterbuggyflags: true }), "");
});

void test("--regexflag is applied before what the mailbox keeps, and its result is written as flags", () => {
  const regexflag = ["s/\\bwork\\b/\\\\FLAGGED/", "s/\\\\Seen//"];
  assert.equal(onHost2(["\\Seen", "work"], { regexflag }), "\\Flagged");
  assert.equal(onHost2(["\\Seen"], { regexflag: ["s/.*/a(b c/"] }), "c");
});

void test("equal lists of flags are worked out once", () => {
  const rules = flagRules(defaults);
  assert.equal(rules(flagSet(["\\Seen", "a"]), anything), rules(flagSet(["a", "\\SEEN"]), anything));
});
