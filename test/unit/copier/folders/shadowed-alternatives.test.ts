// Alternatives that an expression never finds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { shadowedAlternative, shadowWarnings } from "../../../../src/copier/folders/shadowed-alternatives.ts";

test("folder.map.quirk: a word behind its own beginning is never found", () => {
  const expected = { never: "Sent Messages", because: "Sent" };
  for (const expression of [
    "s{Sent|Sent Messages|Gesendet}{Sent}",
    "s/Sent|Sent Messages/Sent/",
    "s,Junk|Sent|Sent Messages,X,i",
    "s(Sent|Sent Messages)(Sent)",
  ])
    assert.deepEqual(shadowedAlternative(expression), expected, expression);
});

test("a warning says what to do", () => {
  assert.deepEqual(shadowWarnings(["s/a/b/", "s/Sent|Sent Messages/X/"]), [
    '--regextrans2 "s/Sent|Sent Messages/X/" never finds "Sent Messages", because it finds "Sent" before: use ^ and $',
  ]);
});

test("nothing is said of what is found, or not understood", () => {
  for (const expression of [
    "s{Sent Messages|Sent}{Sent}",
    "s{^Sent$|^Sent Messages$}{Sent}",
    "s{Sent|Se.t Messages}{Sent}",
    "s/Sent/Sent|Sent Messages/",
    "tr/a|ab/x/",
    "s{|a}{b}",
    "",
  ])
    assert.equal(shadowedAlternative(expression), undefined, expression);
});
