// LIST and STATUS as nearly all servers send them are read in a way of their own; what they say is the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseResponse } from "../../../src/imap/codec/parse-response.ts";
import type { Response } from "../../../src/imap/responses.ts";
import { fc } from "../../support/examples.ts";

const name = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."abAZ09./-_&+,[]^|#$=;:<>?@!'`"), maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...'ab \\"(){}~%*\0\r\n\x7f\xe9'), maxLength: 8 }),
  fc.constantFrom("a".repeat(300), '""', '"a b"', '"a\\"b"', "{3}", "INBOX", "inbox"),
  fc.string({ unit: fc.constantFrom(..."ab /.\xe9("), maxLength: 20 }).map((text) => `"${text}"`),
);
const number = fc.constantFrom("", "0", "1", "007", "999999999", "4294967295", "4294967296", "12345678901", "1x");
const modSeq = fc.constantFrom("", "0", "1", "18446744073709551615", "18446744073709551616", "-1");

/** In lower case, no line is usual. */
function assertSame(line: string): void {
  const other = line.replace(/^\* (LIST|STATUS)/, (verb) => verb.toLowerCase());
  const [usual, general] = [line, other].map((one) => ({ ...(parseResponse(one, []) as Response), line: "" }));
  assert.deepEqual(usual, general);
}

test("LIST", () => {
  const attributes = fc.constantFrom("", "\\HasNoChildren", "\\Noselect \\HasChildren", " \\Marked  x ", '"', "a(b");
  const delimiter = fc.constantFrom('"/"', '"."', "NIL", '"\\\\"', '""', '"\0"', '"ab"');
  const end = fc.constantFrom("", "", " ", ' ("OLDNAME" (b))', " x");
  fc.assert(
    fc.property(attributes, delimiter, name, end, (...[flags, character, mailbox, rest]) => {
      assertSame(`* LIST (${flags}) ${character} ${mailbox}${rest}`);
    }),
    { numRuns: 3000 },
  );
});

test("STATUS", () => {
  const items = fc.oneof(
    fc
      .tuple(number, number, number, modSeq)
      .map(
        ([messages, next, validity, seq]) =>
          `MESSAGES ${messages} UIDNEXT ${next} UIDVALIDITY ${validity} HIGHESTMODSEQ ${seq}`,
      ),
    fc
      .tuple(number, number, number)
      .map(([messages, next, validity]) => `MESSAGES ${messages} UIDNEXT ${next} UIDVALIDITY ${validity}`),
    fc.constantFrom("UIDNEXT 2 MESSAGES 1", "MAILBOXID (x)", "", "MESSAGES 1 UNSEEN 2 UIDNEXT 3 UIDVALIDITY 4"),
  );
  const end = fc.constantFrom("", "", " ", ")");
  fc.assert(
    fc.property(name, items, end, (mailbox, told, rest) => {
      assertSame(`* STATUS ${mailbox} (${told})${rest}`);
    }),
    { numRuns: 3000 },
  );
});
