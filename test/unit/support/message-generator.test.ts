import assert from "node:assert/strict";
import { test } from "node:test";
import { makeMail, makeMessage } from "../../support/message-generator.ts";
import { seededRandom } from "../../support/random.ts";

test("messages keep to RFC 5322 whatever their kind", () => {
  const random = seededRandom(3);
  const ids = new Set<string>();
  for (let made = 0; made < 300; made++) {
    const text = makeMessage(random).toString("latin1");
    assert.doesNotMatch(text, /\0|\r(?!\n)|(?<!\r)\n/, "only CRLF line ends, no NUL");
    const header = text.slice(0, text.indexOf("\r\n\r\n"));
    assert.match(header, /^[\x20-\x7e\t\r\n]+$/, "no 8-bit octets in the header");
    for (const line of header.split("\r\n")) assert.match(line, /^[!-9;-~]+: ?\S|^[ \t]+\S/);
    ids.add(/^Message-ID: (\S+)/m.exec(header)?.[1] ?? "");
  }
  assert.equal(ids.size, 300);
});

test("a wanted size is met within a few per cent", () => {
  const random = seededRandom(4);
  for (let made = 0; made < 20; made++) {
    const { length } = makeMessage(random, { size: 100_000 });
    assert.ok(length > 95_000 && length < 105_000, `${length}`);
  }
});

test("the same seed makes the same mail", () => {
  assert.deepEqual(makeMail(seededRandom(9)), makeMail(seededRandom(9)));
  assert.notDeepEqual(makeMail(seededRandom(9)), makeMail(seededRandom(10)));
});
