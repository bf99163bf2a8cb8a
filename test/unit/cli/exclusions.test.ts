// Which options go together: every pair is tried, with as many arguments as the command wants, and with others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArguments } from "../../../src/cli/options.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { errorLine } from "../../support/error-line.ts";

/** With the numbers of MAILBOX arguments that it takes. */
const commands = [
  { option: "--repair", takes: [0, 1, 2, 3], hasTarget: false, mayDelete: true },
  { option: "--delete", takes: [1, 2, 3], hasTarget: true, mayDelete: false },
  { option: "--rename", takes: [2], hasTarget: true, mayDelete: false },
  { option: "--status", takes: [0], hasTarget: false, mayDelete: false },
] as const;
const daemons = ["--watch", "--watch=5", "--notify"] as const;

function isAccepted(argv: readonly string[]): boolean {
  try {
    parseArguments(argv);
    return true;
  } catch (error) {
    assert.ok(error instanceof InterimapError, String(error));
    assert.deepEqual([error.code, error.exitCode], ["USAGE", 64]);
    assert.doesNotMatch(errorLine(error), /\n/);
    return false;
  }
}

/** The option before, between and after the arguments. */
function placements(options: readonly string[], mailboxes: readonly string[]): string[][] {
  return [
    [...options, ...mailboxes],
    [...mailboxes, ...options],
    [...mailboxes.slice(0, 1), ...options, ...mailboxes.slice(1)],
  ];
}

const names = ["a", "b", "c"];

function assertAll(options: readonly string[], count: number, expected: boolean): void {
  for (const argv of placements(options, names.slice(0, count))) {
    assert.equal(isAccepted(argv), expected, argv.join(" "));
  }
}

for (const { option, takes, hasTarget, mayDelete } of commands) {
  test(`${option} takes ${takes.join(" or ")} arguments, no other command, and neither --watch nor --notify`, () => {
    for (const count of [0, 1, 2, 3]) {
      const fits = takes.some((one) => one === count);
      assertAll([option], count, fits);
      assertAll([option, "--quiet", "--debug", "--config=x"], count, fits);
      for (const target of ["--target=local", "--target=remote,database"]) {
        assertAll([option, target], count, fits && hasTarget);
        assertAll([target, "--target=local", option], count, fits && hasTarget);
      }
      for (const daemon of daemons) {
        assertAll([option, daemon], count, false);
        assertAll([daemon, option], count, false);
      }
      assertAll([option, "--allow-mass-delete"], count, fits && mayDelete);
      assertAll(["--allow-mass-delete", option], count, fits && mayDelete);
      assertAll([option, "--same-accounts"], count, fits && option !== "--status");
      for (const other of commands) if (other.option !== option) assertAll([option, other.option], count, false);
    }
  });
}

test("no command: any number of arguments, --watch and --notify, but no --target", () => {
  for (const count of [0, 1, 2, 3]) {
    assertAll([], count, true);
    assertAll(["--target=local"], count, false);
    assertAll(["--allow-mass-delete"], count, true);
    assertAll(["--same-accounts"], count, true);
    for (const daemon of daemons) {
      assertAll([daemon], count, true);
      assertAll([daemon, "--notify"], count, true);
      assertAll([daemon, "--allow-mass-delete"], count, true);
      assertAll([daemon, "--same-accounts"], count, true);
      assertAll([daemon, "--target=local"], count, false);
    }
  }
});
