import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandRefused } from "../../../../src/imap/command-refused.ts";
import { saysNowhere } from "../../../../src/sync/mailboxes/nowhere.ts";

function refused(line: string): CommandRefused {
  const [, status = "", name, text = ""] = /^(NO|BAD) (?:\[(\w+)\] )?(.*)$/.exec(line) ?? [];
  const code = name === undefined ? undefined : { name, text: "" };
  return new CommandRefused(
    "STATUS",
    { kind: "tagged", tag: "1", status: status as "NO", code, text } as never,
    "local",
  );
}

for (const line of [
  "NO [NONEXISTENT] Mailbox doesn't exist: box",
  "NO [NONEXISTENT] Unknown Mailbox: system (Failure)",
  "NO [TRYCREATE] Mailbox does not exist",
  "NO Mailbox does not exist",
  "NO Mailbox doesn't exist: internal/permissions",
  "NO Unknown mailbox",
  "NO STATUS Couldn't open mailbox",
  "NO Postfach nicht vorhanden",
])
  test(`there is no such mailbox: ${line}`, () => {
    assert.equal(saysNowhere(refused(line)), true);
  });

for (const line of [
  "BAD Mailbox does not exist",
  "NO [UNAVAILABLE] Mailbox does not exist",
  "NO [NOPERM] Permission denied",
  "NO [SERVERBUG] Internal error",
  "NO [CORRUPTION] Mailbox does not exist",
  "NO [CANNOT] Invalid mailbox name",
  "NO Permission denied",
  "NO System I/O error",
  "NO Server is busy, try later",
  "NO Temporary failure",
])
  test(`it may be there: ${line}`, () => {
    assert.equal(saysNowhere(refused(line)), false);
  });
