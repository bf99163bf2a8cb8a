// What people read of an error, and may paste into a shell.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { parseArguments } from "../../../src/cli/options.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { meantBy, readings } from "../../../src/model/given-name.ts";
import type { Hint, Remedy } from "../../../src/model/remedy.ts";
import { allTargets } from "../../../src/model/target.ts";
import { errorLines } from "../../../src/report/remedy-line.ts";
import { printable } from "../../../src/util/printable.ts";
import { fc } from "../../support/examples.ts";

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

test("a name that looks like an option is none", () => {
  assert.equal(
    commandOf({ command: "allow-mass-delete", mailbox: "-quiet" }),
    "interimap --allow-mass-delete -- -quiet",
  );
  assert.equal(commandOf({ command: "delete", names: ["a", "-q"], delimiter: "/" }), "interimap --delete -- a -q");
});

/** What a server may have in a name, and what means something to a shell. */
const character = fc.oneof(
  fc.constantFrom(..."-'\"$`\\!~#*?[]{}()<>|&;=% \t\n\r\x1b\0"),
  fc.integer({ min: 1, max: 0x7e }).map((code) => String.fromCharCode(code)),
);
const mailboxName = fc
  .array(character, { minLength: 1, maxLength: 12 })
  .map((characters) => characters.join(""))
  .filter((name) => name.toUpperCase() !== "INBOX" && !/^\0|\0$|\0\0/.test(name))
  // A name that is not in modified UTF-7 has no & that would mean anything.
  .filter((name) => !/&/.test(name) || !/[\x01-\x1f]/.test(name));

const shells = ["sh", "bash", "zsh", "fish"].filter(
  (shell) => spawnSync(shell, ["-c", "true"], { stdio: "ignore" }).status === 0,
);

/** The arguments with which a shell would run the command. */
function argumentsIn(shell: string, command: string): string[] {
  const script =
    shell === "fish"
      ? `function interimap; for word in $argv; printf '%s\\0' $word; end; end; ${command}`
      : `interimap() { for word in "$@"; do printf '%s\\0' "$word"; done; }; ${command}`;
  return execFileSync(shell, ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

for (const shell of shells) {
  test(`${shell} and our own command line understand it, whatever the names are`, () => {
    const targets = fc.subarray([...allTargets], { minLength: 1 });
    fc.assert(
      fc.property(fc.array(mailboxName, { minLength: 1, maxLength: 3 }), targets, (names, targets) => {
        // As a line shows it.
        const command = printable(commandOf({ command: "delete", names, targets, delimiter: "/" }));
        const invocation = parseArguments(argumentsIn(shell, command));
        assert.ok(invocation.command === "delete");
        assert.deepEqual(invocation.targets, targets);
        const there = new Set(names.map((name) => name.replaceAll("/", "-")));
        assert.equal(invocation.mailboxes.length, names.length);
        for (const [i, mailbox] of invocation.mailboxes.entries())
          if (there.has(names[i]!)) assert.equal(meantBy(mailbox, "/", there), names[i]);

        const allowing = printable(commandOf({ command: "allow-mass-delete", mailbox: names[0] }));
        const allowed = parseArguments(argumentsIn(shell, allowing));
        assert.ok(allowed.command === "sync" && allowed.allowsMassDelete);
        assert.equal(allowed.mailboxes.length, 1);
        if (there.has(names[0]!)) assert.ok(readings(allowed.mailboxes[0]!, "/").includes(names[0]!));
      }),
      { numRuns: 30 },
    );
  });
}
