// The fast path and the general parser read every FETCH response alike.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFetchQuickly } from "../../../src/imap/codec/fetch-fast-path.ts";
import { parseFetch } from "../../../src/imap/codec/parse-fetch.ts";
import { salvageFetch } from "../../../src/imap/codec/salvage-fetch.ts";
import { maxUid } from "../../../src/model/uid-set.ts";
import { fc } from "../../support/examples.ts";

interface Item {
  readonly text: string;
  readonly literal?: Buffer;
}

const uid = fc.oneof(fc.integer({ min: 1, max: maxUid }), fc.constantFrom(1, maxUid));
const keyword = fc.stringMatching(/^[A-Za-z$_\[\xe9][A-Za-z0-9$_.\[\]\xff-]{0,12}$/);
const flag = fc.oneof(
  fc.constantFrom("\\Seen", "\\Answered", "\\Deleted", "$Forwarded", "NIL"),
  keyword,
  keyword.map((name) => `\\${name.replace(/^\[/, "x")}`),
);
const octets = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const literal = fc
  .tuple(octets, fc.constantFrom("", "~"))
  .map(([buffer, tilde]) => ({ text: `${tilde}{${buffer.length}}\r\n`, literal: buffer }));
const nstring: fc.Arbitrary<Item> = fc.oneof({ weight: 5, arbitrary: literal }, fc.constant({ text: "NIL" }));
const name = fc.stringMatching(/^[A-Z][A-Z-]{0,10}$/);

const item: fc.Arbitrary<Item> = fc.oneof(
  uid.map((value) => ({ text: `UID ${value}` })),
  fc.array(flag, { maxLength: 5 }).map((flags) => ({ text: `FLAGS (${flags.join(" ")})` })),
  fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map((value) => ({ text: `MODSEQ (${value})` })),
  fc.constant({ text: 'INTERNALDATE " 1-Jan-2024 00:00:00 +0000"' }),
  fc.nat(Number.MAX_SAFE_INTEGER).map((value) => ({ text: `RFC822.SIZE ${value}` })),
  fc
    .tuple(fc.constantFrom("BODY[]", "BINARY[]"), nstring)
    .map(([section, value]) => ({ ...value, text: `${section} ${value.text}` })),
  fc
    .tuple(fc.array(name, { minLength: 1, maxLength: 3 }), nstring)
    .map(([names, value]) => ({ ...value, text: `BODY[HEADER.FIELDS (${names.join(" ")})] ${value.text}` })),
);

function nameOf({ text }: Item): string {
  return text.split(" ", 1)[0] ?? "";
}

const response = fc
  .tuple(uid, fc.uniqueArray(item, { selector: nameOf, minLength: 1, maxLength: 6 }))
  .map(([sequence, items]) => ({
    line: `* ${sequence} FETCH (${items.map(({ text }) => text).join(" ")})`,
    literals: items.flatMap(({ literal: octetsOfItem }) => (octetsOfItem === undefined ? [] : [octetsOfItem])),
  }));

test("what servers send takes the fast path and means the same on both", async () => {
  await fc.assert(
    fc.asyncProperty(response, async ({ line, literals }) => {
      const quick = parseFetchQuickly(line, literals);
      assert.notEqual(quick, undefined);
      assert.deepEqual(quick, await parseFetch(line, literals));
    }),
    { numRuns: 500 },
  );
});

// One octet changed, removed or doubled: mostly wrong, sometimes another right response.
const damaged = fc
  .tuple(response, fc.nat(), fc.constantFrom(" ", "(", ")", '"', "\\", "0", "9", "[", "]", "{", "\r", "\xff", "", "  "))
  .map(([{ line, literals }, position, replacement]) => {
    const start = "* 1 FETCH (".length;
    const at = start + (position % (line.length - start));
    return { line: line.slice(0, at) + replacement + line.slice(at + 1), literals };
  });

test("what the fast path takes of a damaged response is what the general parser makes of it", async () => {
  await fc.assert(
    fc.asyncProperty(damaged, async ({ line, literals }) => {
      const quick = parseFetchQuickly(line, literals);
      fc.pre(quick !== undefined);
      assert.deepEqual(quick, await parseFetch(line, literals));
    }),
    { numRuns: 500 },
  );
});

test("what imapflow's parser reads is read alike without it", async () => {
  await fc.assert(
    fc.asyncProperty(response, fc.constantFrom('ENVELOPE ((NIL) "a)")', 'X-GM (b "(")', ""), async (sound, more) => {
      const { literals } = sound;
      const line = sound.line.replace(/\)$/, more === "" ? ")" : ` ${more})`);
      assert.deepEqual(salvageFetch(line, literals), await parseFetch(line, literals));
    }),
    { numRuns: 500 },
  );
});
