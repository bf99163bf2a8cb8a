import assert from "node:assert/strict";
import { test } from "node:test";
import { trafficLine } from "../../../src/log/traffic.ts";

const client = (line: string) => trafficLine("C", line, false);

test("ordinary lines show who said what", () => {
  assert.equal(trafficLine("S", Buffer.from("* OK ready\r\n"), false), "S: * OK ready");
  assert.equal(client('a1 SELECT "INBOX" (QRESYNC (7 99 1:5))\r\n'), 'C: a1 SELECT "INBOX" (QRESYNC (7 99 1:5))');
  assert.equal(client("DONE"), "C: DONE");
});

test("markers of literals stay, the line breaks after them do not", () => {
  assert.equal(
    trafficLine("S", "* 1 FETCH (UID 7 BODY[] {123}\r\n FLAGS (\\Seen))\r\n", false),
    "S: * 1 FETCH (UID 7 BODY[] {123} FLAGS (\\Seen))",
  );
  assert.equal(
    client("a2 APPEND box (\\Seen) {9+}\r\n (\\Draft) {8+}\r\n"),
    "C: a2 APPEND box (\\Seen) {9+} (\\Draft) {8+}",
  );
});

test("octets that are not printable ASCII are escaped", () => {
  assert.equal(
    trafficLine("S", Buffer.from("* OK \x1b[2J\xe9\r\n* evil", "latin1"), false),
    "S: * OK \\x1b[2J\\xe9\\x0d\\x0a* evil",
  );
});

test("credentials of LOGIN are redacted in every form", () => {
  for (const line of [
    "a1 LOGIN joe s3cret",
    'a1 LOGIN "joe" "s3cret"',
    'a1 LOGIN {3+}\r\n "s3cret"',
    "a1 LOGIN {3}",
    "a1 LOGIN joe {6+}\r\n",
  ]) {
    assert.equal(client(line), "C: a1 LOGIN [redacted]");
  }
  assert.equal(client("a1 login joe s3cret"), "C: a1 login [redacted]");
});

test("AUTHENTICATE shows its mechanism only", () => {
  assert.equal(client("a1 AUTHENTICATE PLAIN"), "C: a1 AUTHENTICATE PLAIN");
  assert.equal(client("a1 AUTHENTICATE PLAIN AGpvZQBzM2NyZXQ="), "C: a1 AUTHENTICATE PLAIN [redacted]");
  assert.equal(client("a1 authenticate plain AGpvZQBzM2NyZXQ="), "C: a1 authenticate plain [redacted]");
});

test("a line that is no command of its own could hold a credential", () => {
  assert.equal(client("AGpvZQBzM2NyZXQ="), "C: [redacted]");
  assert.equal(client(' "s3cret"'), "C: [redacted]");
  assert.equal(client(" s3cret"), "C: [redacted]");
  assert.equal(client(" {6}"), "C: {6}");
  assert.equal(client(' (\\Seen $Junk) " 1-Jan-2024 00:00:00 +0000" {99+}'), "C: (\\Seen $Junk) [redacted] {99+}");
});

test("whoever asks for secrets gets them", () => {
  assert.equal(trafficLine("C", "a1 LOGIN joe s3cret", true), "C: a1 LOGIN joe s3cret");
  assert.equal(trafficLine("C", "AGpvZQBzM2NyZXQ=", true), "C: AGpvZQBzM2NyZXQ=");
});
