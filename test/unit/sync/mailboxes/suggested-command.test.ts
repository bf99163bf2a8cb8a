import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { parseArguments } from "../../../../src/cli/options.ts";
import { allTargets } from "../../../../src/model/target.ts";
import { suggestedCommand } from "../../../../src/sync/mailboxes/suggested-command.ts";

test("names have the local delimiter, targets are given unless they are all", () => {
  const command = suggestedCommand({ program: ["interimap"], command: "delete", names: ["a\0b", "c"], delimiter: "." });
  assert.equal(command, "interimap --delete a.b c");
  assert.equal(
    suggestedCommand({
      program: ["interimap"],
      command: "rename",
      names: ["a", "b c"],
      targets: ["remote", "database"],
      delimiter: "/",
    }),
    "interimap --target=remote,database --rename a 'b c'",
  );
});

test("a shell and our own command line understand it, whatever the names are", () => {
  const name = fc.stringMatching(/^[\x20-\x7e]+$/).filter((text) => text.toUpperCase() !== "INBOX");
  const targets = fc.subarray([...allTargets], { minLength: 1 });
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), targets, (names, targets) => {
      const command = suggestedCommand({
        program: ["interimap"],
        command: "delete",
        names,
        targets,
        delimiter: "\x01",
      });
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
