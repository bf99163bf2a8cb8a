// What the codec relies on in imapflow's parser, and why some things are read by hand. A failure here after an update of
// imapflow says which assumption to look at.

import assert from "node:assert/strict";
import { test } from "node:test";
import parser from "imapflow/lib/handler/imap-parser.js";

test("the parser keeps octets above 0x7f when given a latin1 string, and numbers as text", async () => {
  const { attributes } = await parser('* 1 FETCH (X "\xff\xa0" FLAGS (caf\xe9) MODSEQ (9223372036854775807))');
  assert.deepEqual(attributes?.[1], [
    { type: "ATOM", value: "X" },
    { type: "STRING", value: "\xff\xa0" },
    { type: "ATOM", value: "FLAGS" },
    [{ type: "ATOM", value: "caf\xe9" }],
    { type: "ATOM", value: "MODSEQ" },
    [{ type: "ATOM", value: "9223372036854775807" }],
  ]);
});

test("the parser takes one literal for each marker, in their order, empty ones too", async () => {
  const literals = [Buffer.alloc(0), Buffer.from("x")];
  const { attributes } = await parser("* 1 FETCH (BODY[] {0}\r\n BINARY[] ~{1}\r\n)", { literals });
  assert.deepEqual(attributes?.[1], [
    { type: "ATOM", value: "BODY", section: [] },
    { type: "LITERAL", value: Buffer.alloc(0) },
    { type: "ATOM", value: "BINARY", section: [] },
    { type: "LITERAL", value: Buffer.from("x") },
  ]);
});

test("why mailbox names are read by hand: the parser refuses or changes some", async () => {
  for (const name of ["]x", "a{b", "1*", "a\x01b"]) await assert.rejects(parser(`* LIST () "/" ${name}`), name);
  const { attributes } = await parser('* LIST () "/" BODY[x]');
  assert.deepEqual(attributes?.[2], { type: "ATOM", value: "BODY", section: [{ type: "ATOM", value: "x" }] });
});

test("why `truncatedAttributes` is looked at: the parser gives NIL for what is nested too deeply", async () => {
  const deep = `${"(".repeat(200)}${")".repeat(200)}`;
  const { attributes, truncatedAttributes } = await parser(`* 1 FETCH (BODY[] ${deep})`);
  assert.deepEqual(attributes?.[1], [{ type: "ATOM", value: "BODY", section: [] }, null]);
  assert.equal(truncatedAttributes?.length, 1);
});
