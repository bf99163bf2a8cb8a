// Answers without an end: the limits of what a server may list. What it may send at all is in unit/imap/codec.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { list } from "../../src/imap/verbs/list.ts";
import { existingUids } from "../../src/imap/verbs/search.ts";
import { countUids, uidRange } from "../../src/model/uid-set.ts";
import { failsWith, withSession } from "./fixture.ts";

const query = { selectOptions: [], reference: "", patterns: ["*"] };
const longest = { mailboxes: 3, octets: 60 };

describe("a list of mailboxes without an end is given up", () => {
  for (const [what, line] of [
    ["mailboxes", '* LIST () "/" box'],
    ["states of mailboxes", "* STATUS box (UIDVALIDITY 1 UIDNEXT 1 HIGHESTMODSEQ 1)"],
    ["lines that cannot be read", '* LIST () "/" a b'],
    ["names", `* LIST () "/" ${"x".repeat(21)}`],
    ["attributes", `* LIST (${"x".repeat(20)}) "/" x`],
  ] as const) {
    const listing = (lines: number): Promise<unknown> => {
      const script = `
        C: l LIST "" * RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ))
        ${Array.from({ length: lines }, () => `S: ${line}`).join("\n")}
        S: l OK`;
      return withSession(script, (session) => list(session, query, longest), {
        capabilities: ["LIST-EXTENDED", "LIST-STATUS"],
      });
    };
    const most = what === "names" || what === "attributes" ? 2 : 3;

    test(what, async () => {
      await listing(most);
      await assert.rejects(
        listing(most + 1),
        failsWith("PROTOCOL", /^the server's list of mailboxes has no end: more than 3 mailboxes, or /),
      );
    });
  }
});

test("what is searched for is kept once, however often it is told", async () => {
  const script = `
    C: s UID SEARCH UID 1:3
    S: * SEARCH 1 2 1 2
    S: * SEARCH 1 2
    S: s OK`;
  const found = await withSession(script, (session) => existingUids(session, uidRange(1, 3)));
  assert.equal(countUids(found), 2);
});
