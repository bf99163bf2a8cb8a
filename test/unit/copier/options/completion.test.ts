// What a shell offers at the cursor of a command line of imapsync.

import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates, fileOptions } from "../../../../src/copier/options/completion.ts";
import { parseCommandLine } from "../../../../src/copier/options/parse-options.ts";
import { assertRefused } from "./options-of.ts";

function offered(...words: string[]): readonly string[] {
  return candidates(["imapsync", ...words]).map(({ word }) => word);
}

test("options, those that do something", () => {
  assert.deepEqual(offered("--dry", "--justfol"), ["--justfolders", "--justfoldersizes", "--justfolderlists"]);
  assert.deepEqual(offered("--host1", "h", "--nofold"), ["--nofoldersizes", "--nofoldersizesatend"]);
  assert.ok(offered("").includes("--host1"));
  assert.ok(!offered("").includes("--releasecheck"));
  assert.deepEqual(candidates(["imapsync", "--passfile2"]), [
    { word: "--passfile2", describe: "a file whose first line is the password" },
  ]);
});

test("values where there are only some, and nothing where any will do", () => {
  assert.deepEqual(offered("--exit-priority", ""), ["frequency", "severity"]);
  assert.deepEqual(offered("--EXIT-p", "s"), ["severity"]);
  assert.deepEqual(offered("--exit-priority=f"), ["--exit-priority=frequency"]);
  for (const words of [["--host1", ""], ["--passfile1", "--"], ["--nonsense="], ["--host1="]])
    assert.deepEqual(offered(...words), [], words.join(" "));
});

test("files, which shells complete themselves", () => {
  for (const name of ["passfile1", "passfile2", "logdir", "tmpdir", "state"])
    assert.ok(fileOptions.includes(name), name);
  assert.ok(!fileOptions.includes("host1"));
});

test("shells ask by a word that is no option", () => {
  assert.deepEqual(parseCommandLine(["--get-yargs-completions", "fish", "imapsync", "--d"]), {
    command: "candidates",
    shell: "fish",
    words: ["imapsync", "--d"],
  });
  assert.deepEqual(parseCommandLine(["--completion", "zsh"]), { command: "completion", shell: "zsh" });
  assertRefused(["--completion=csh"], /^--completion takes bash, zsh or fish, not "csh"$/);
});
