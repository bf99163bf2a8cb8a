import assert from "node:assert/strict";
import { test } from "node:test";
import { watchSeconds, withoutNumbers } from "../../../src/cli/watch-option.ts";
import { fc } from "../../support/examples.ts";

const taken: readonly (readonly [argv: readonly string[], watch: string | undefined, rest: readonly string[]])[] = [
  [[], undefined, []],
  [["a", "--notify"], undefined, ["a", "--notify"]],
  [["--watch"], "0", []],
  [["--watch=5"], "5", []],
  [["--watch="], "", []],
  [["--watch=x y"], "x y", []],
  [["--watch=1\n2"], "1\n2", []],
  // The number may be an argument of its own, as with the original.
  [["--watch", "60"], "60", []],
  [["--watch", "60", "61"], "60", ["61"]],
  [["--watch", "INBOX"], "0", ["INBOX"]],
  [["--watch", "6O"], "0", ["6O"]],
  [["--watch", "-5"], "0", ["-5"]],
  [["--watch", ""], "0", [""]],
  [["--watch=5", "60"], "5", ["60"]],
  [["60", "--watch"], "0", ["60"]],
  // The last one counts.
  [["--watch=5", "--watch=6"], "6", []],
  [["--watch", "5", "--watch"], "0", []],
  // Others that look like it.
  [
    ["--watchdog", "--watc", "-watch", "--no-watch", "--config=--watch"],
    undefined,
    ["--watchdog", "--watc", "-watch", "--no-watch", "--config=--watch"],
  ],
  // What comes after -- are mailboxes.
  [["--", "--watch", "5"], undefined, ["--", "--watch", "5"]],
  [["--watch", "--", "5"], "0", ["--", "5"]],
  [["-q", "--watch=5", "a", "--", "--watch=6", "--"], "5", ["-q", "a", "--", "--watch=6", "--"]],
];

for (const [argv, watch, rest] of taken) {
  test(`${JSON.stringify(argv)}: ${watch ?? "no watch"}`, () => {
    assert.deepEqual(withoutNumbers(argv), { watch, all: undefined, rest });
  });
}

test("nothing else is taken away, and nothing changes place", () => {
  const argument = fc.oneof(fc.string(), fc.constantFrom("--", "--watch", "--watch=7", "-q", "60", "INBOX"));
  fc.assert(
    fc.property(fc.array(argument), (argv) => {
      const { rest } = withoutNumbers(argv);
      const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
      const kept = argv.filter((each, i) => {
        const isWatch = (at: number): boolean => at >= 0 && at < end && /^--watch(?:=|$)/.test(argv[at] ?? "");
        return !isWatch(i) && !(argv[i - 1] === "--watch" && isWatch(i - 1) && i < end && /^\d+$/.test(each));
      });
      assert.deepEqual(rest, kept);
    }),
    { numRuns: 1_000 },
  );
});

test("seconds: whole numbers that a timer can wait for; 0 is the usual time", () => {
  for (const [text, seconds] of [
    ["0", undefined],
    ["000", undefined],
    ["1", 1],
    ["007", 7],
    ["2147483", 2_147_483],
  ] as const) {
    assert.equal(watchSeconds(text), seconds, text);
  }
  for (const text of ["", " ", "x", "1.5", "-1", "1e3", "0x10", "5s", " 5", "٣", "2147484", "9".repeat(400)]) {
    assert.throws(() => watchSeconds(text), {
      code: "USAGE",
      message: /^--watch takes a number of seconds, at most 2147483, not "/,
    });
  }
  assert.throws(() => watchSeconds("1\x1b[2J"), { message: /not "1\\x1b\[2J"$/ });
});
