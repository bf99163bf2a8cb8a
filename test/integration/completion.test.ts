// The scripts of --completion in real shells, with mailboxes that the database has from a run.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { optionNamed } from "../../src/cli/option-table.ts";
import { encodeUtf7 } from "../../src/model/mailbox-name.ts";
import { startDovecot } from "../support/dovecot.ts";
import { quoted } from "../support/raw-imap.ts";
import {
  homeEnvironment,
  interimapCommand,
  type InterimapHome,
  runInterimap,
  startInterimap,
} from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { command, twoStores } from "../support/two-stores.ts";

const { server } = await startAll({ server: startDovecot() });

const hostile = "a $(touch pwned) `touch pwned` b";
const names = [
  "Archive/2024",
  "Archive old",
  "it's; touch pwned",
  'say "hi"',
  hostile,
  "-dash",
  "x:y=z",
  "R&D",
  "Entwürfe",
  "日本語",
];

const hasNoShell = (shell: string): string | false =>
  spawnSync(shell, ["-c", "true"]).error === undefined ? false : `there is no ${shell}`;

async function homeWithMailboxes(t: TestContext): Promise<InterimapHome> {
  const { home, remote } = await twoStores(t, { local: server, remote: server });
  await command(remote, ...names.map((name) => `CREATE ${quoted(encodeUtf7(name))}`));
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 0, stderr);
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await runInterimap(home, [`--completion=${shell}`]);
    writeFileSync(join(home.directory, shell), stdout);
  }
  return home;
}

/** The program under test as a function of the shell, and then `text`. */
function inShell(home: InterimapHome, shell: "bash" | "zsh" | "fish", text: string): string {
  const program = interimapCommand()
    .map((word) => `'${word}'`)
    .join(" ");
  const define = shell === "fish" ? `function interimap; ${program} $argv; end` : `interimap() { ${program} "$@"; }`;
  const file = join(home.directory, `${shell}.script`);
  writeFileSync(file, `${define}\n${text}\n`);
  const args = { bash: ["--norc"], zsh: ["-f"], fish: ["--no-config"] }[shell];
  const { stdout, stderr } = spawnSync(shell, [...args, file], {
    encoding: "utf8",
    cwd: home.directory,
    env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8", ...homeEnvironment(home) },
  });
  assert.equal(stderr, "");
  assert.ok(!existsSync(join(home.directory, "pwned")), "a mailbox's name was carried out");
  return stdout;
}

function inQuotes(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The last word of `line`, as bash reads it, for each candidate. `replaced`: the end of the line that bash takes for its word. */
function completedInBash(home: InterimapHome, line: string, replaced: string): string[] {
  const text = `
    source ./bash
    COMP_LINE=${inQuotes(line)} COMP_WORDS=(interimap ${inQuotes(replaced)}) COMP_CWORD=1
    COMP_POINT=\${#COMP_LINE}
    kept="\${COMP_LINE:0:COMP_POINT-${replaced.length}}"
    _interimap
    for word in "\${COMPREPLY[@]}"; do
      eval "set -- $kept$word"
      printf '%s\\n' "\${@: -1}"
    done`;
  return inShell(home, "bash", text).split("\n").slice(0, -1);
}

test("bash: mailboxes with whatever is in their names, quoted", { skip: hasNoShell("bash") }, async (t) => {
  const home = await homeWithMailboxes(t);
  const offered = names.filter((name) => !name.startsWith("-"));
  assert.deepEqual(completedInBash(home, "interimap --delete ", "").sort(), [...offered, "INBOX"].sort());
  assert.deepEqual(completedInBash(home, "interimap -- ", "").sort(), [...names, "INBOX"].sort());
  assert.deepEqual(completedInBash(home, "interimap a", "a"), [hostile]);
  assert.deepEqual(completedInBash(home, String.raw`interimap Archive\ `, String.raw`Archive\ `), ["Archive old"]);
  assert.deepEqual(completedInBash(home, "interimap --re", "--re").sort(), ["--rename", "--repair"]);
  assert.deepEqual(completedInBash(home, "interimap --delete --target=r", "r"), ["--target=remote"]);
});

test("bash: mailboxes while a process has the database", { skip: hasNoShell("bash") }, async (t) => {
  const home = await homeWithMailboxes(t);
  const daemon = startInterimap(home, ["--watch", "--debug"]);
  try {
    await daemon.line(/LOGIN|AUTHENTICATE/);
    assert.deepEqual(completedInBash(home, "interimap say", "say"), ['say "hi"']);
  } finally {
    daemon.child.kill("SIGTERM");
    await daemon.finished;
  }
});

test("zsh gets them as they are, to quote them itself", { skip: hasNoShell("zsh") }, async (t) => {
  const home = await homeWithMailboxes(t);
  const complete = (...words: string[]): string[] =>
    inShell(
      home,
      "zsh",
      `compdef() {}; _default() {}; _describe() { print -rl -- "\${(@P)2}" }
       source ./zsh
       words=(interimap ${words.map((word) => `"${word}"`).join(" ")}) CURRENT=${words.length + 1} BUFFER= CURSOR=0
       _interimap_yargs_completions`,
    )
      .split("\n")
      .slice(0, -1);
  assert.deepEqual(
    complete("").sort(),
    [...names.filter((name) => !name.startsWith("-")), "INBOX"].map((name) => name.replaceAll(":", "\\:")).sort(),
  );
  assert.deepEqual(complete("--status", "--j"), [`--json:${optionNamed("json").describe}`]);
});

test("fish gets them as they are, to quote them itself", { skip: hasNoShell("fish") }, async (t) => {
  const home = await homeWithMailboxes(t);
  const complete = (line: string): string[] =>
    inShell(home, "fish", `source ./fish\ncomplete -C '${line}'`).split("\n").slice(0, -1);
  assert.deepEqual(complete("interimap a"), [hostile]);
  assert.deepEqual(complete("interimap --status --j"), [`--json\t${optionNamed("json").describe}`]);
  assert.deepEqual(complete("interimap --delete --target=r"), ["--target=remote"]);
  assert.ok(complete("interimap --config=").includes("--config=config"));
});
