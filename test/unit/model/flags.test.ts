import assert from "node:assert/strict";
import { test } from "node:test";
import {
  establishedFlags,
  flagSet,
  formatFlags,
  isSendable,
  noFlags,
  permanentFlags,
  storableFlags,
  tellsEveryFlag,
  unionFlags,
  untoldFlags,
  withoutFlags,
} from "../../../src/model/flags.ts";

test("equal sets are the same object, whatever the order, case or duplicates", () => {
  const set = flagSet(["\\Seen", "$Equal", "\\Answered"]);
  assert.equal(flagSet(["\\ANSWERED", "\\seen", "$equal", "$EQUAL", "\\Seen"]), set);
  assert.notEqual(flagSet(["\\Seen", "$Equal"]), set);
  assert.equal(flagSet([]), noFlags);
});

test("system flags come first in canonical spelling, keywords keep the spelling first seen", () => {
  assert.deepEqual(flagSet(["zed", "$Foo", "\\SEEN", "\\draft", "NonJunk"]).flags, [
    "\\Draft",
    "\\Seen",
    "$Foo",
    "NonJunk",
    "zed",
  ]);
  assert.equal(flagSet(["NONJUNK"]).key, "NonJunk");
});

test("\\Recent is never kept", () => {
  assert.equal(flagSet(["\\recent"]), noFlags);
  assert.equal(flagSet(["\\Recent", "\\Seen"]), flagSet(["\\Seen"]));
});

test("the union of two sets", () => {
  const a = flagSet(["\\Seen", "$A"]);
  const b = flagSet(["\\Flagged", "$a"]);
  assert.equal(unionFlags(a, b), flagSet(["\\Flagged", "\\Seen", "$A"]));
  assert.equal(unionFlags(a, noFlags), a);
});

test("only what a mailbox can keep is stored", () => {
  const set = flagSet(["\\Seen", "\\Odd", "$Known", "$New"]);
  const closed = permanentFlags(["\\seen", "$known"]);
  const open = permanentFlags(["\\Seen", "\\*"]);
  assert.equal(storableFlags(set, closed), flagSet(["\\Seen", "$Known"]));
  assert.equal(
    storableFlags(set, open),
    flagSet(["\\Seen", "$Known", "$New"]),
    "\\* is for keywords, not for system flags",
  );
  assert.equal(storableFlags(set, permanentFlags([])), noFlags);
  assert.equal(
    storableFlags(set, permanentFlags(undefined)),
    flagSet(["\\Seen", "$Known", "$New"]),
    "RFC 3501 7.1: all flags are permanent unless said; a system flag of its own nobody knows",
  );
  assert.equal(storableFlags(set, permanentFlags(["\\odd"])), flagSet(["\\Odd"]));
});

test("what is no atom, or too much for a line, can be stored nowhere", () => {
  const open = permanentFlags(["\\Seen", "\\*", "a]b"]);
  for (const odd of ["k\xe9y", "a]b", "a\tb", "\x7f", "a%b", 'a"b', "\\", "\\x\xe9"]) {
    const set = flagSet(["\\Seen", odd]);
    assert.equal(storableFlags(set, open), flagSet(["\\Seen"]), odd);
    assert.equal(untoldFlags(set, open), flagSet([odd]), "nor can it have been removed there");
    assert.equal(isSendable(set), false);
  }
  const many = flagSet(["\\Seen", ...Array.from({ length: 1000 }, (_, i) => `keyword${String(i).padStart(4, "0")}`)]);
  const kept = storableFlags(many, open);
  assert.ok(kept.key.length <= 4000 && kept.flags.length > 300 && kept.flags[0] === "\\Seen");
  assert.equal(storableFlags(kept, open), kept);
  assert.equal(unionFlags(kept, untoldFlags(many, open)), many);
});

test("a mailbox cannot tell of what cannot be stored there", () => {
  const all = permanentFlags(["\\Seen", "\\Flagged", "\\Answered", "\\Deleted", "\\Draft", "\\*"]);
  assert.equal(tellsEveryFlag(all, { ...all, defined: new Set(["\\recent", "fine"]) }), true);
  assert.equal(tellsEveryFlag(all, { ...all, defined: new Set(["k\xe9y"]) }), false);
});

test("flags for people", () => {
  assert.equal(formatFlags(flagSet(["$Foo", "\\Seen"])), "\\Seen $Foo");
  assert.equal(formatFlags(noFlags), "none");
});

test("a keyword that a mailbox never had cannot have been removed there", () => {
  const set = flagSet(["\\Seen", "$Known", "$New"]);
  const listed = permanentFlags(["\\Seen", "\\Flagged", "\\Answered", "\\Deleted", "\\Draft", "\\*"]);
  const open = { ...listed, defined: new Set(["\\seen", "$known"]) };
  assert.equal(untoldFlags(set, open), flagSet(["$New"]));
  assert.equal(establishedFlags(set, open), flagSet(["\\Seen", "$Known"]));
  assert.equal(untoldFlags(set, listed), noFlags, "the server did not say which it has");
  const closed = { ...permanentFlags(["\\Seen"]), defined: new Set(["\\seen", "$known"]) };
  assert.equal(untoldFlags(set, closed), flagSet(["$Known", "$New"]), "nor one that it does not keep");
  assert.equal(tellsEveryFlag(open, { ...listed, defined: new Set(["$known"]) }), true);
  assert.equal(tellsEveryFlag(open, { ...listed, defined: new Set(["$new"]) }), false);
  assert.equal(tellsEveryFlag(listed, { ...listed, defined: new Set(["$new"]) }), true);
});

test("a keyword that was refused is not offered again", () => {
  const open = { ...permanentFlags(undefined), refused: new Set(["$new"]) };
  assert.equal(storableFlags(flagSet(["\\Seen", "$New"]), open), flagSet(["\\Seen"]));
});

test("flags without others", () => {
  assert.equal(withoutFlags(flagSet(["a", "b"]), flagSet(["b", "c"])), flagSet(["a"]));
  assert.equal(withoutFlags(flagSet(["a"]), flagSet(["A"])), noFlags);
});
