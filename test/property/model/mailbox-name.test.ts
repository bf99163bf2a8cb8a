import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeUtf7, displayName, encodeUtf7, fromWire, toWire } from "../../../src/model/mailbox-name.ts";

test("modified UTF-7 returns any text, and its encoding is printable ASCII", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })), (text) => {
      const encoded = encodeUtf7(text);
      assert.match(encoded, /^[\x20-\x7e]*$/);
      assert.equal(decodeUtf7(encoded), text);
    }),
  );
});

test("whatever octets a server sends can be shown", () => {
  const octets = fc.string({
    unit: fc.constantFrom("&", "-", "A", "O", "k", "G", "E", ",", "+", "\0", "\x1b", "\xe9"),
  });
  fc.assert(fc.property(octets, (raw) => assert.doesNotMatch(displayName(raw), /[\p{Cc}\p{Cs}]/u)));
});

test("a name that a server can hold returns from the wire as it went out", () => {
  const component = fc.string({ unit: fc.constantFrom("a", "b", "x", ".", "/", "&", "\xe9", "I"), minLength: 1 });
  const name = fc.oneof(
    fc.constantFrom("INBOX", "inbox", "INBOX\0a"),
    fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("\0")),
  );
  const naming = fc.record({
    delimiter: fc.constantFrom(".", "/", null),
    reference: fc.constantFrom("", "foo/", "a.", "x"),
  });
  fc.assert(
    fc.property(name, naming, (name, naming) => {
      const wire = outcome(() => toWire(name, naming));
      if (wire === undefined) return;
      assert.equal(fromWire(wire, naming), name);
    }),
  );
});

function outcome<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
