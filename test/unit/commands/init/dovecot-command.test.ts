import assert from "node:assert/strict";
import { test } from "node:test";
import { dovecotOn } from "../../../../src/commands/init/dovecot-command.ts";

test("Dovecot is told where the mail is in the words of its version", () => {
  assert.equal(
    dovecotOn("~/Maildir", "2.3.19.1 (9b53102964)\n"),
    "doveadm exec imap -o mail_location=maildir:~/Maildir",
  );
  const newer = "doveadm exec imap -o mail_driver=maildir -o mail_path=~/Maildir -o mail_inbox_path=~/Maildir";
  for (const version of ["2.4.1-4 (7d8c0e5759)\n", "3.0.0", "2.30.1"])
    assert.equal(dovecotOn("~/Maildir", version), newer);
});
