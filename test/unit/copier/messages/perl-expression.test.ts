import assert from "node:assert/strict";
import { test } from "node:test";
import { compileMatch, compileRegex, compileSubstitutions } from "../../../../src/copier/messages/perl-expression.ts";

function changed(text: string, ...expressions: readonly string[]): string {
  return compileSubstitutions(expressions, "--regexmess")(text);
}

function refused(expression: string, compile: (text: string, option: string) => unknown): string {
  try {
    compile(expression, "--option");
  } catch (error) {
    assert.ok(error instanceof Error && "code" in error && error.code === "USAGE", String(error));
    return error.message;
  }
  return assert.fail(`"${expression}" is accepted`);
}

const refusedSubstitution = (expression: string): string =>
  refused(expression, (text, option) => compileSubstitutions([text], option));

void test("expressions follow each other, in one option and in several", () => {
  assert.equal(changed("a", "s/a/b/; s/b/c/ ;", "tr/c/d/"), "d");
});

void test("any delimiters do", () => {
  for (const expression of ["s,a,b,", "s{a}{b}", "s(a)[b]", "s{a} {b}", "s<a>/b/", "s!a!b!", "s#a#b#", "s {a} {b}"]) {
    assert.equal(changed("xa", expression), "xb", expression);
  }
  assert.equal(changed("a/b", "s,/,\\,,"), "a,b");
  assert.equal(changed("(a)", "s{\\(a\\)}{{}}"), "{}");
});

void test("texts of options are octets: letters beyond ASCII are as in UTF-8", () => {
  assert.equal(changed(Buffer.from("é").toString("latin1"), "s/é/e/"), "e");
  assert.equal(changed("\xe9", "s/[\\x80-\\xff]/é/"), "\xc3\xa9");
});

void test("$ is before a last newline, too", () => {
  assert.equal(changed("a\n", "s/a$/b/"), "b\n");
  assert.equal(changed("a\n", "s/a\\z/b/"), "a\n");
  assert.equal(changed("a\r\nb\r\n", "s/^/> /mg"), "> a\r\n> b\r\n");
});

void test("modes hold up to their \\E", () => {
  assert.equal(changed("hello WORLD", "s/(\\w+) (\\w+)/\\u$1, \\u\\L$2\\E!/"), "Hello, World!");
  assert.equal(changed("a.b", "s/(.*)/\\U\\Q$1\\E x/"), "A\\.B X");
});

void test("texts that are put together may stand as code", () => {
  const only = "s/.*?(?:(\\\\(?:Answered|Flagged|Deleted|Seen|Draft)\\s?)|$)/defined($1)?$1:q()/eg";
  assert.equal(changed("\\Seen NonJunk \\Draft $Spam", only), "\\Seen \\Draft ");
  assert.equal(changed("ab cd", 's/(\\w+) (\\w+)/uc($2) . q{-} . lcfirst("X$1")/e'), "CD-xab");
});

void test("patterns without delimiters are looked for anywhere, in the case that they have", () => {
  const matches = (text: string, subject: string): boolean => compileRegex(text, "--exclude")(subject);
  assert.equal(matches("spam", "my spam"), true);
  assert.equal(matches("spam", "Spam"), false);
  assert.equal(matches("(?i)spam", "Spam"), true);
  assert.equal(matches("(?i:s)pam", "SPAM"), false);
  assert.equal(matches("\\[Gmail\\]$", "[Gmail]"), true);
  assert.equal(matches("a$b@c", "a$b@c"), false);
});

void test("an error names the option, the expression and the place", () => {
  assert.equal(
    refusedSubstitution("s/ü(a/b/"),
    '--option "s/ü(a/b/": a parenthesis that nothing closes, at character 6, "/b/"',
  );
  assert.equal(refusedSubstitution("s/a/b"), '--option "s/a/b": the closing / is missing, at its end');
});

void test("what would do nothing, or something else than in Perl, is refused", () => {
  const substitutions = [
    ...[
      "",
      ";",
      "a",
      "s/a/b/q",
      "s/a/b/ee",
      "s/a/b/r",
      "tr/a/b/r",
      "s/a/b/ if 1",
      "/a/",
      "s/a/b/xx",
      "sxaxbx",
      "=~ s/a/b/",
    ],
    ...["s/$name/b/", "s/a$\\z/b/", "s/a/$name/", "s/a/$1[0]/", "s/a/b$/", "s/a/\\d/", "s/(?:a|(b))*/$1/"],
    ...["s/\\x{100}/b/", "s/a/\\x{100}/", "s/(?{print})/b/", "s/(?<n>a)(?<n>b)/c/", "s/(a)|b\\1/c/", "s/(?i)(a)\\1/c/"],
    ...[
      "s/a**/b/",
      "s/*/b/",
      "s/(?:|a)*/b/",
      "s/(a/b/",
      "s/a)/b/",
      "s/[a/b/",
      "s/[b-a]/c/",
      "s/a{3,2}/b/",
      "s/\\p{L}/b/",
    ],
    ...[
      "tr/b-a//",
      "tr/a-c-e//",
      "s/a/b/;s//c/",
      "s/a{,2}/b/",
      "s/\\1/b/",
      "s/a\\Kb/c/",
      "s/a/\\N{U+41}/",
      "s/(?(1)a)/b/",
    ],
  ];
  for (const expression of substitutions) assert.match(refusedSubstitution(expression), /^--option "/, expression);
  for (const expression of ["a", "s/a/b/", "/a/;/b/", "m/a/ || m/b/"]) refused(expression, compileMatch);
  for (const expression of ["", "(", "a\\", "\\Qa"]) refused(expression, compileRegex);
});

void test("what is not tried again once it has matched", () => {
  assert.equal(changed("aab", "s/a++a/x/"), "aab");
  assert.equal(changed("aab", "s/(?>a+)(b)/<$1>/"), "<b>");
});
