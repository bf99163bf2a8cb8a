import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommand, programName } from "../../../src/util/command-line.ts";

test("plain words are run directly", () => {
  assert.deepEqual(parseCommand("  ssh -T  user@host\t--a=b%c "), {
    file: "ssh",
    args: ["-T", "user@host", "--a=b%c"],
  });
});

test("anything special to a shell goes through one, whole", () => {
  const commands = [
    "a | b",
    "a 'b c'",
    "a $HOME",
    "a >/dev/null",
    "a; b",
    "a\\ b",
    "~/bin/imapd",
    "A=b imapd",
    "a\nb",
    "a [bc]",
    "a ?",
    "exec ssh host imapd",
    " exec\tssh host",
    ". /etc/profile",
    "ulimit -n 100",
    "umask 077",
    "cd /srv/mail",
    "command imapd",
    "eval imapd",
    "! imapd",
    " A=b imapd",
  ];
  for (const command of commands) {
    assert.deepEqual(parseCommand(command), { file: "/bin/sh", args: ["-c", command] });
  }
});

test("what only begins like a word of the shell is a program", () => {
  for (const file of ["execute", "exec2", "env", "nice", "./exec", "cdrom", "/usr/bin/time"]) {
    assert.deepEqual(parseCommand(`${file} imapd`), { file, args: ["imapd"] });
  }
});

test("messages name the first word only, and nothing that may be a secret", () => {
  assert.equal(programName("sshpass -p hunter2 ssh host"), "sshpass");
  assert.equal(programName("exec ssh host"), "ssh");
  assert.equal(programName("exec -a imap ssh host"), "exec");
  assert.equal(programName("exec PASSWORD=hunter2"), undefined);
  assert.equal(programName("PASSWORD='hunter 2' imapd"), undefined);
});
