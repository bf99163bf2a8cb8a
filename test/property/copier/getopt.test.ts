// Command lines are read as Perl's Getopt::Long reads them, whatever is on them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import type { OptionKind, OptionSpec } from "../../../src/copier/options/option-spec.ts";
import { optionTable } from "../../../src/copier/options/option-table.ts";
import type { OptionName } from "../../../src/copier/options/options.ts";
import { readArguments } from "../../../src/copier/options/read-arguments.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { fc } from "../../support/examples.ts";

/** perl-base is on every Debian, and has Getopt::Long. */
const perl = "/usr/bin/perl";

const table = Object.entries<OptionSpec>(optionTable);

const notations: Readonly<Record<OptionKind, string>> = {
  flag: "",
  boolean: "!",
  string: "=s",
  integer: "=i",
  number: "=f",
  strings: "=s@",
  pairs: "=s%",
};
const declarations = table.map(([name, { kind, aliases = [] }]) => [name, ...aliases].join("|") + notations[kind]);

/**
 * Reads a command line a line, its words in hexadecimal, and prints the options as NAME=WORD,..., numbers as what they are worth,
 * the words in hexadecimal again.
 */
const program = `
  use Getopt::Long qw(GetOptionsFromArray);
  local $SIG{__WARN__} = sub {};
  my %is_number = map { /^([^|=]+).*=[if]$/ ? ($1 => 1) : () } @ARGV;
  while (defined(my $line = <STDIN>)) {
    chomp $line;
    my @words = map { pack("H*", substr($_, 1)) } split(/ /, $line);
    my %found;
    my $is_understood = GetOptionsFromArray(\\@words, \\%found, @ARGV) && !grep { $_ ne "" } @words;
    my @all = map { my $name = $_; "$name=" . join(",", map { hex_of($_) } values_of($name, $found{$name})) } sort keys %found;
    print $is_understood ? join(" ", @all) : "refused", "\\n";
  }
  sub hex_of { return "x" . unpack("H*", $_[0]) }
  sub values_of {
    my ($name, $value) = @_;
    return @$value if ref $value eq "ARRAY";
    return map { "$_=$value->{$_}" } sort keys %$value if ref $value eq "HASH";
    return $is_number{$name} ? 0 + $value : $value;
  }
`;

const hex = (text: string): string => `x${Buffer.from(text).toString("hex")}`;

function asPerlReads(lines: readonly (readonly string[])[]): string[] {
  const input = lines.map((words) => `${words.map(hex).join(" ")}\n`).join("");
  const output = execFileSync(perl, ["-e", program, ...declarations], { input, maxBuffer: 2 ** 30 });
  return output.toString("latin1").split("\n").slice(0, -1);
}

function asWeRead(words: readonly string[]): string {
  try {
    return Object.entries(readArguments(words))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${wordsOf(value).map(hex).join(",")}`)
      .join(" ");
  } catch (error) {
    if (error instanceof InterimapError && error.code === "USAGE") return "refused";
    throw error;
  }
}

function wordsOf(value: ReturnType<typeof readArguments>[OptionName]): readonly string[] {
  if (typeof value === "boolean") return [value ? "1" : "0"];
  if (typeof value !== "object") return [String(value)];
  return "get" in value ? [...value].map(([key, word]) => `${key}=${word}`).toSorted() : value;
}

const runs = Number(process.env["RUNS"] ?? 100) * 40;

const names = table.flatMap(([name, { aliases = [] }]) => [name, ...aliases]);

/** Some of it, from the beginning, so that it may still be unique. */
const shortened = (name: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(name) },
    fc.integer({ min: 1, max: name.length }).map((length) => name.slice(0, length)),
  );

const option = fc
  .tuple(fc.constantFrom("--", "-"), fc.constantFrom("", "", "no", "no-"), fc.constantFrom(...names).chain(shortened))
  .chain(([dashes, no, name]) => fc.mixedCase(fc.constant(no + name)).map((written) => dashes + written));

const value = fc.oneof(
  fc.constantFrom("a", "a b", "A=B", "=", "a=", "=b", "a=b=c", "-", "--", "-x", "--dry", "true", "1e3", "é"),
  fc.constantFrom(
    "5",
    "45_000_000",
    "0.5",
    ".5",
    "5.",
    "_5",
    "5_",
    "1_0.0_1",
    "1e2",
    "1E-2",
    "+3",
    "ten",
    "07",
    "",
    "1.2.3",
  ),
);

const words = fc
  .array(
    fc.oneof(
      option.map((one) => [one]),
      fc.tuple(option, value),
      fc
        .tuple(
          option,
          value.filter((one) => one !== ""),
        )
        .map(([one, word]) => [`${one}=${word}`]),
      value.map((one) => [one]),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.flat());

test("what Getopt::Long understands is understood in the same way, and nothing else is", () => {
  const lines = fc.sample(words, runs);
  const theirs = asPerlReads(lines);
  assert.equal(theirs.length, lines.length);
  assert.ok(theirs.filter((one) => one !== "refused").length > runs / 20);
  // Of these, only some values are allowed.
  const hasChoices = table.filter(([, spec]) => "choices" in spec).map(([name]) => `${name}=`);
  for (const [index, line] of lines.entries()) {
    const expected = theirs[index] ?? "";
    if (!hasChoices.some((name) => expected.includes(name)))
      assert.equal(asWeRead(line), expected, JSON.stringify(line));
  }
});
