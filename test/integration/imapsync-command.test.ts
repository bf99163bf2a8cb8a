// The command `imapsync` where no server is asked: what it prints, what it loads, and how it ends.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };
import { scratchDirectory } from "../support/scratch.ts";

const built = fileURLToPath(new URL("../../dist/imapsync.js", import.meta.url));

const hasNoBash = spawnSync("bash", ["-c", "true"]).error !== undefined;

function run(args: readonly string[], { hook }: { readonly hook?: string } = {}) {
  const before = hook === undefined ? [] : ["--require", hook];
  const { HOME: _home, ...env } = process.env;
  return spawnSync(process.execPath, [...before, built, ...args], {
    encoding: "utf8",
    env,
    cwd: scratchDirectory("cwd"),
  });
}

test("without arguments it prints the help, as with --help", () => {
  const { status, stdout, stderr } = run([]);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
  assert.match(stdout, /^Usage: imapsync \[OPTION\]\.\.\./);
  assert.equal(run(["--host1", "h", "-help"]).stdout, stdout);
});

test("--version prints one line", () => {
  const { status, stdout, stderr } = run(["--version"]);
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: `imapsync ${packageJson.version}\n`, stderr: "" });
});

test("a wrong command line is told in one line, with what was meant, and leaves nothing behind", () => {
  for (const [args, line] of [
    [["--host1", "127.0.0.1", "--noexist"], /^unknown option --noexist; see imapsync --help$/],
    [["--host1", "127.0.0.1", "--justfoldrs"], /^unknown option --justfoldrs; did you mean --justfolders\?; see /],
    [["--delete", "2"], /; did you mean --delete2\?; see imapsync --help$/],
    [["--delete1", "--delete2"], /^--delete1 and --delete2 exclude each other; /],
  ] as const) {
    const { status, stdout, stderr } = run(args);
    assert.deepEqual({ status, stdout }, { status: 64, stdout: "" });
    assert.match(stderr, /^[^\n]+\n$/);
    assert.match(stderr.trimEnd(), line);
  }
});

test("where the original would test itself, it says that it does not, and copies nothing", () => {
  const { status, stdout, stderr } = run(["--tests", "--host1", "127.0.0.1"]);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
  assert.equal(stdout, "Option --tests is accepted, and does nothing\n");
});

test("a defect is told in one line, and ends the process with 70", () => {
  const hook = join(scratchDirectory("defect"), "hook.cjs");
  writeFileSync(hook, 'setImmediate(() => { throw new Error("boom"); });');
  // Connects to nothing: port 1 of this machine.
  const { status, stderr } = run(["--host1", "127.0.0.1", "--port1", "1", "--nolog", "--pidfile", ""], { hook });
  assert.equal(status, 70);
  assert.equal(stderr, "internal error: boom; please report it\n");
});

test("packages are loaded for what they are for only: to print a line takes none of them", () => {
  const directory = scratchDirectory("loaded");
  const [hook, list] = [join(directory, "hook.cjs"), join(directory, "list")];
  writeFileSync(
    hook,
    `process.on("exit", () => {
       const files = [...Object.keys(require.cache), ...process.moduleLoadList];
       require("node:fs").writeFileSync(${JSON.stringify(list)}, files.join("\\n"));
     });`,
  );
  const loadedBy = (...args: string[]): string => {
    run(args, { hook });
    return readFileSync(list, "utf8");
  };
  for (const args of [["--version"], ["--noexist"]]) {
    const few = /imapsync-help[.]js|better_sqlite3|NativeModule (?:crypto|tls|child_process)$/m;
    assert.equal(few.exec(loadedBy(...args))?.[0], undefined, args.join(" "));
  }
  assert.match(loadedBy("--help"), /imapsync-help[.]js/);
});

test("bash completes its options", { skip: hasNoBash && "there is no bash" }, () => {
  const directory = scratchDirectory("completion");
  const line = "imapsync --host1 h --justfolderl";
  writeFileSync(
    join(directory, "script"),
    `imapsync() { '${process.execPath}' '${built}' "$@"; }
     source <(imapsync --completion=bash)
     COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(imapsync --host1 h --justfolderl) COMP_CWORD=3
     _imapsync
     printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
  const { stdout, stderr } = spawnSync("bash", ["--norc", join(directory, "script")], { encoding: "utf8" });
  assert.deepEqual({ stdout, stderr }, { stdout: "--justfolderlists\n", stderr: "" });
});
