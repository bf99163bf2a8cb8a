import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeUtf7, displayName, encodeUtf7, fromWire, shadowed, toWire } from "../../../src/model/mailbox-name.ts";
import { contradiction, isStraight, type NamePair } from "../../../src/model/name-pairs.ts";
import { fc } from "../../support/examples.ts";

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

const deep = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("\0"));

/** As a configuration may have them. */
const pairs = fc
  .array(fc.record({ ours: deep, theirs: deep }), { maxLength: 4 })
  .map((all) => all.filter((_, i) => contradiction(all.slice(0, i + 1)) === undefined || i === 0))
  .filter((all) => contradiction(all) === undefined);

const wire = deep.map((name) => name.replaceAll("\0", "/"));

const naming = (pairs: readonly NamePair[]) => ({ delimiter: "/", reference: "", pairs });

test("with other names on a server, names return, and no two of one side are one of the other", () => {
  fc.assert(
    fc.property(fc.uniqueArray(deep), fc.uniqueArray(wire), pairs, (names, wires, pairs) => {
      const there = names.map((name) => outcome(() => toWire(name, naming(pairs))));
      for (const [i, one] of there.entries())
        if (one !== undefined) assert.equal(fromWire(one, naming(pairs)), names[i]);
      const here = wires.map((one) => fromWire(one, naming(pairs)));
      for (const [i, name] of here.entries()) {
        if (name !== undefined) assert.equal(toWire(name, naming(pairs)), wires[i]);
        assert.equal(shadowed(wires[i]!, naming(pairs)) === undefined, name !== undefined);
      }
      for (const found of [there, here].map((all) => all.filter((one) => one !== undefined)))
        assert.equal(new Set(found).size, found.length);
    }),
  );
});

test("a paired mailbox has the name that it was given, and those below it go along", () => {
  fc.assert(
    fc.property(pairs, deep, (pairs, below) => {
      for (const { ours, theirs } of pairs) {
        assert.equal(toWire(ours, naming(pairs)), theirs.replaceAll("\0", "/"));
        if (!isStraight(ours, pairs)) continue;
        assert.equal(toWire(`${ours}\0${below}`, naming(pairs)), `${theirs}\0${below}`.replaceAll("\0", "/"));
      }
    }),
  );
});

test("what has no name here is told, with the mailbox that has it", () => {
  fc.assert(
    fc.property(wire, pairs, (raw, pairs) => {
      const found = shadowed(raw, naming(pairs));
      if (found === undefined) return;
      assert.equal(found.name, raw.replaceAll("/", "\0"));
      assert.notEqual(found.other.theirs, found.name);
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
