// What people read of an error, and may paste into a shell.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { parseArguments } from "../../../src/cli/options.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import type { Hint, Remedy } from "../../../src/model/remedy.ts";
import { allTargets } from "../../../src/model/target.ts";
import { errorLines } from "../../../src/report/remedy-line.ts";

function lineOf(hint: Hint | undefined, configFile?: string): string {
  return errorLines(configFile)(new InterimapError("MAILBOX_GONE", "gone", hint === undefined ? {} : { hint }));
}

function commandOf(remedy: Remedy): string {
  return lineOf([remedy]).slice("gone; ".length);
}

test("the hint follows the message, if there is one", () => {
  assert.equal(lineOf(undefined), "gone");
  assert.equal(lineOf("run again"), "gone; run again");
});

test("commands stand among words, and name the configuration file that was given", () => {
  const [forget, rename]: readonly Remedy[] = [
    { command: "delete", names: ["a"], delimiter: "/" },
    { command: "rename", names: ["a", "NEWNAME"], targets: ["local", "database"], delimiter: "/" },
  ];
  const hint = ["to delete it everywhere: ", forget!, "; if it was renamed: ", rename!];
  assert.equal(
    lineOf(hint),
    "gone; to delete it everywhere: interimap --delete a; " +
      "if it was renamed: interimap --target=local,database --rename a NEWNAME",
  );
  assert.equal(lineOf(["see ", { command: "status" }], "my mail"), "gone; see interimap '--config=my mail' --status");
});

test("each command with what belongs to it", () => {
  assert.equal(commandOf({ command: "sync" }), "interimap");
  assert.equal(commandOf({ command: "same-accounts" }), "interimap --same-accounts");
  assert.equal(commandOf({ command: "allow-mass-delete" }), "interimap --allow-mass-delete");
  assert.equal(commandOf({ command: "allow-mass-delete", mailbox: "a\0b c" }), "interimap --allow-mass-delete 'a/b c'");
});

test("names have the local delimiter, targets are given unless they are all", () => {
  assert.equal(commandOf({ command: "delete", names: ["a\0b", "c"], delimiter: "." }), "interimap --delete a.b c");
  assert.equal(
    commandOf({ command: "rename", names: ["a", "b c"], targets: ["remote", "database"], delimiter: "/" }),
    "interimap --target=remote,database --rename a 'b c'",
  );
});

test("a shell and our own command line understand it, whatever the names are", () => {
  const name = fc.stringMatching(/^[\x20-\x7e]+$/).filter((text) => text.toUpperCase() !== "INBOX");
  const targets = fc.subarray([...allTargets], { minLength: 1 });
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), targets, (names, targets) => {
      const command = commandOf({ command: "delete", names, targets, delimiter: "\x01" });
      const printed = execFileSync("/bin/sh", ["-c", `interimap() { printf '%s\\n' "$@"; }; ${command}`], {
        encoding: "utf8",
      });
      const invocation = parseArguments(printed.split("\n").slice(0, -1));
      assert.ok(invocation.command === "delete");
      assert.deepEqual(invocation.mailboxes, names);
      assert.deepEqual(invocation.targets, targets);
    }),
    { numRuns: 30 },
  );
});
