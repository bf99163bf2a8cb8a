// Perl's expressions do what Perl does, whatever they and the texts are, or are refused.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { compileMatch, compileRegex, compileSubstitutions } from "../../../src/copier/messages/perl-expression.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { exampleSeed as seed, fc } from "../../support/examples.ts";
import { anything, pattern, substitution, text, transliteration } from "../../support/perl-expressions.ts";

/** perl-base is on every Debian. */
const perl = "/usr/bin/perl";

/** Reads lines of an operand and a text, in hexadecimal, and prints what became of each. */
const substituting = `
  no strict; no warnings;
  while (defined(my $line = <STDIN>)) {
    chomp $line;
    my ($expression, $text) = map { pack("H*", $_) } split(/ /, $line, 2);
    my $changed = apply($expression, $text);
    print defined $changed ? "=" . unpack("H*", $changed) : "refused", "\\n";
  }
  sub apply { my ($e, $t) = @_; local $SIG{__WARN__} = sub {}; return eval("\\$t =~ $e; 1") ? $t : undef; }
`;

const matching = `
  no warnings; use re "eval";
  while (defined(my $line = <STDIN>)) {
    chomp $line;
    my ($expression, $text) = map { pack("H*", $_) } split(/ /, $line, 2);
    my $matches = eval { $text =~ m{$expression} ? 1 : 0 };
    print defined $matches ? "=$matches" : "refused", "\\n";
  }
`;

interface Case {
  readonly expression: string;
  readonly text: string;
}

const runs = Number(process.env["RUNS"] ?? 100) * 40;

/** What Perl makes of each case; undefined: it refuses the expression. */
function perlOf({ program, cases }: { program: string; cases: readonly Case[] }): readonly (string | undefined)[] {
  const hex = (octets: string): string => Buffer.from(octets, "latin1").toString("hex");
  const input = cases.map(({ expression, text: subject }) => `${hex(expression)} ${hex(subject)}\n`).join("");
  const output = execFileSync(perl, ["-e", program], { input, maxBuffer: 1 << 28, encoding: "latin1" });
  return output.split("\n").map((line) => (line.startsWith("=") ? line.slice(1) : undefined));
}

function withCode({ expression, text: subject }: Case): Case {
  const code = "(??{q()})";
  const operator = /^(?:s.|(?:tr|y).*)?/s.exec(expression)![0];
  return {
    expression: operator + (operator.length > 2 ? "" : code) + expression.slice(operator.length),
    text: subject,
  };
}

/** Undefined: refused. */
function ours(apply: () => string): string | undefined {
  try {
    return apply();
  } catch (error) {
    assert.ok(error instanceof InterimapError && error.code === "USAGE", String(error));
    return undefined;
  }
}

/** Expressions are octets here, and text in options. */
function asOption(expression: string): string | undefined {
  const given = Buffer.from(expression, "latin1").toString("utf8");
  return Buffer.from(given, "utf8").toString("latin1") === expression ? given : undefined;
}

function compare(cases: readonly Case[], program: string, apply: (one: Case) => string): void {
  const expected = perlOf({ program, cases });
  // What Perl works out of a pattern beforehand is wrong at times: with code in front it has to try.
  const tried = perlOf({ program, cases: cases.map(withCode) });
  const differences: string[] = [];
  let compared = 0;
  for (const [index, one] of cases.entries()) {
    const result = ours(() => apply(one));
    // Older and newer Perls refuse more than is needed.
    if (result === undefined || expected[index] === undefined) continue;
    compared++;
    if (result !== expected[index] && result !== tried[index]) {
      differences.push(JSON.stringify({ ...one, ours: result, perl: expected[index] }));
    }
  }
  differences.sort((a, b) => a.length - b.length);
  assert.deepEqual(differences.slice(0, 20), []);
  assert.ok(compared * 3 > cases.length, `only ${compared} of ${cases.length} are understood`);
}

function sample(expressions: fc.Arbitrary<string>, seed: number): Case[] {
  const cases = fc.sample(fc.record({ expression: expressions, text }), { numRuns: runs, seed });
  return cases.filter(({ expression }) => asOption(expression) !== undefined);
}

/** The same each time, unless more are wanted: Perl has odd corners that nobody has met yet. */

void test(`substitutions change a text as Perl does (SEED=${seed})`, () => {
  compare(sample(substitution, seed), substituting, ({ expression, text: subject }) => {
    const changed = compileSubstitutions([asOption(expression)!], "--regexmess")(subject);
    return Buffer.from(changed, "latin1").toString("hex");
  });
});

void test(`transliterations change a text as Perl does (SEED=${seed})`, () => {
  compare(sample(transliteration, seed), substituting, ({ expression, text: subject }) => {
    const changed = compileSubstitutions([asOption(expression)!], "--regexmess")(subject);
    return Buffer.from(changed, "latin1").toString("hex");
  });
});

void test(`patterns match what Perl matches (SEED=${seed})`, () => {
  compare(
    sample(
      pattern.filter((source) => !/\\[QE]/.test(source)),
      seed,
    ),
    matching,
    ({ expression, text: subject }) => (compileRegex(asOption(expression)!, "--exclude")(subject) ? "1" : "0"),
  );
});

void test("whatever an option says, it is understood or a usage error", () => {
  const given = fc.oneof(
    anything,
    ...["s/*/e", "s{*}g", "tr/*/d"].map((whole) => anything.map((part) => whole.replace("*", () => part))),
  );
  fc.assert(
    fc.property(given, text, (expression, subject) => {
      for (const compile of [compileMatch, compileRegex]) ours(() => String(compile(expression, "--option")(subject)));
      ours(() => compileSubstitutions([expression], "--option")(subject));
    }),
    { numRuns: runs / 4 },
  );
});
