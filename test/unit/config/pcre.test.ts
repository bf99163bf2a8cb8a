import assert from "node:assert/strict";
import { test } from "node:test";
import { BadValue } from "../../../src/config/bad-value.ts";
import { pcre } from "../../../src/config/pcre.ts";
import { fitsName } from "../../../src/model/fits-name.ts";

for (const [pattern, matches, others] of [
  ["^virtual(?:\\x00|$)", ["virtual", "virtual\0a"], ["virtually", "a\0virtual", "Virtual"]],
  ["(?i)^spam$", ["spam", "SPAM"], ["spams"]],
  ["(?i)(?s)^a.b$", ["A\nB"], ["ab"]],
  ["(?m)^b$", ["a\nb\nc"], ["ab"]],
  ["\\Atrash\\z", ["trash"], ["trash\n", "a\0trash"]],
  ["(?m)\\Ab\\z", ["b"], ["a\nb", "b\nc"]],
  ["\\Atrash\\Z", ["trash", "trash\n"], ["trash\n\n", "trashed"]],
  ["^a\\hb$", ["a b", "a\tb", "a\xa0b"], ["a\nb", "ahb"]],
  ["^a\\Hb$", ["axb", "aHb"], ["a b", "a\tb"]],
  ["^a[\\h-]b$", ["a b", "a-b"], ["ahb", "a\\b"]],
  ["^\\x{41}\\x42$", ["AB"], ["x{41}B"]],
  ["^[\\x{41}\\x42]$", ["A", "B"], ["x", "4"]],
  ["^a\\x{0}b$", ["a\0b"], ["a0b"]],
  ["^\\a\\e$", ["\x07\x1b"], ["ae"]],
  ["^[]x]$", ["]", "x"], ["", "a"]],
  ["^[^]x]$", ["a"], ["]", "x"]],
  ["^[(?>*+[]$", ["(", "?", ">", "*", "+", "["], ["a"]],
  ["^[a\\]b]+$", ["a]b"], ["c"]],
  ["^(?P<l>.)(?<r>.)\\k<r>\\k<l>$", ["abba"], ["abab"]],
  ["^(a|b)\\1$", ["aa", "bb"], ["ab"]],
  ["^(?=a)(?!ab)(?<!b)a.(?<=c)$", ["ac"], ["ab", "bc"]],
  ["^a{2}b{1,}c{1,2}d+?e*?f??$", ["aabcd"], ["abcd"]],
  ["^\\\\\\.\\*\\+$", ["\\.*+"], [".*+"]],
  ["^[\\d\\w.]{3}$", ["1a."], ["1 a"]],
  ["^a\\++$", ["a+", "a++"], ["aa"]],
  ["^\\012$", ["\n"], ["12"]],
] as const) {
  test(`${pattern} means what it does in Perl`, () => {
    const expression = pcre(pattern);
    assert.deepEqual(
      [...matches, ...others].filter((name) => expression.test(name)),
      matches,
    );
  });
}

for (const [pattern, construct] of [
  ["a++", "++"],
  ["a*+", "*+"],
  ["a?+", "?+"],
  ["a{1,2}+", "{1,2}+"],
  ["(?>a)", "(?>"],
  ["(?|a|b)", "(?|"],
  ["(?#comment)", "(?#"],
  ["a(?i)b", "(?i"],
  ["(?i:a)", "(?i"],
  ["(?-i)a", "(?-"],
  ["(?R)", "(?R"],
  ["(?1)", "(?1"],
  ["(?(1)a|b)", "(?("],
  ["(?P=name)", "(?P="],
  ["(?P>name)", "(?P>"],
  ["(?'name'a)", "(?'"],
  ["(*UTF8)a", "(*"],
  ["\\Qa.b\\E", "\\Q"],
  ["\\p{Lu}", "\\p"],
  ["\\Kx", "\\K"],
  ["\\Gx", "\\G"],
  ["\\R", "\\R"],
  ["\\N", "\\N"],
  ["\\v", "\\v"],
  ["\\g1", "\\g"],
  ["\\k{a}", "\\k"],
  ["\\x{100}", "\\x{100}"],
  ["[\\Q]", "\\Q"],
  ["[\\A]", "\\A"],
  ["[[:alpha:]]", "[:alpha:]"],
  ["[^[:^digit:]x]", "[:^digit:]"],
] as const) {
  test(`${pattern} is refused by name`, () => {
    assert.throws(
      () => pcre(pattern),
      (error) =>
        error instanceof BadValue && error.problem === `"${construct}" is not supported in a regular expression here`,
    );
  });
}

for (const pattern of ["(", "a)", "[a", "[]", "[]a", "*", "a**", "a\\", "(?", "(?<a>.)(?<a>.)"]) {
  test(`${pattern} is refused`, () => {
    assert.throws(() => pcre(pattern), BadValue);
  });
}

test("a malformed expression is refused with the engine's reason", () => {
  assert.throws(
    () => pcre("a(b"),
    (error) => error instanceof BadValue && error.problem === "the expression is malformed (unterminated group)",
  );
});

test("one outside ASCII is about names as people read them", () => {
  const both = pcre("^(?:Entwürfe|a\\x00[äö])$");
  for (const name of ["Entw&APw-rfe", "a\0&APY-"]) assert.ok(fitsName(both, name), name);
  for (const name of ["Entw&APw-rfe2", "a/&APY-", "Entwurfe"]) assert.ok(!fitsName(both, name), name);
  assert.ok(fitsName(pcre("^Entw&APw-rfe$"), "Entw&APw-rfe"));
  assert.ok(fitsName(pcre("^R&-D$"), "R&-D"));
});

test("an empty expression is refused", () => {
  assert.throws(() => pcre(""), BadValue);
  assert.throws(() => pcre("(?i)"), BadValue);
});
