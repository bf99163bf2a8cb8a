import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailboxStatusResponse } from "../../../src/imap/responses.ts";
import type { MailboxState } from "../../../src/model/mailbox-state.ts";
import { isBehind, isMore, isNews, mayHaveLost } from "../../../src/watch/is-news.ts";
import { fc } from "../../support/examples.ts";

const recorded: MailboxState = { uidValidity: 7, uidNext: 10, highestModSeq: 100n };

function told(numbers: Partial<MailboxState>): MailboxStatusResponse {
  return { kind: "mailbox-status", name: "box", messages: 3, ...numbers };
}

const cases: readonly (readonly [what: string, numbers: Partial<MailboxState>, expected: boolean])[] = [
  ["the recorded state itself", recorded, false],
  ["a new message", { ...recorded, uidNext: 11 }, true],
  ["a change of flags or an expunge", { ...recorded, highestModSeq: 101n }, true],
  ["another UIDVALIDITY, however small its numbers", { uidValidity: 8, uidNext: 1, highestModSeq: 1n }, true],
  ["news from before our own changes", { uidNext: 9, highestModSeq: 99n }, false],
  ["a mod-sequence alone, as Dovecot tells of flags", { highestModSeq: 101n }, true],
  ["our own change of flags, heard back", { highestModSeq: 100n }, false],
  ["a UIDNEXT alone: it says nothing of flags", { uidNext: 10 }, true],
  ["nothing at all", {}, true],
];

for (const [what, numbers, expected] of cases) {
  test(`${what} is ${expected ? "" : "no "}news`, () => {
    assert.equal(isNews(told(numbers), recorded), expected);
  });
}

test("whatever is said of a mailbox that was never synchronised is news", () => {
  assert.equal(isNews(told({}), undefined), true);
  assert.equal(isNews(told({ uidValidity: 1, uidNext: 1, highestModSeq: 0n }), undefined), true);
});

const counted = { ...recorded, messages: 3 };

test("another number of messages is news when all else is as it was, as is any word of a mailbox that is not relied on", () => {
  assert.equal(isNews(told(recorded), counted), false);
  assert.equal(isNews({ ...told(recorded), messages: 2 }, counted), true);
  // From before our own changes.
  assert.equal(isNews({ ...told({ ...recorded, highestModSeq: 99n }), messages: 2 }, counted), false);
  assert.equal(isNews(told({ ...recorded, highestModSeq: 0n }), { ...counted, highestModSeq: 0n }), true);
});

test("after a look, a mailbox that is not relied on has more to tell only by its numbers", () => {
  const untrusted = { ...counted, highestModSeq: 0n };
  assert.equal(isMore(told(recorded), untrusted), false);
  for (const numbers of [{ uidNext: 11 }, { uidValidity: 8 }, { messages: 4 }])
    assert.equal(isMore({ ...told(recorded), ...numbers }, untrusted), true);
  assert.equal(isMore(told({ ...recorded, highestModSeq: 101n }), counted), true);
});

test("numbers below those recorded say nothing for sure; those that are not told do not count", () => {
  for (const numbers of [{ uidNext: 9 }, { highestModSeq: 99n }, { uidNext: 1, highestModSeq: 1n }])
    assert.equal(isBehind(told({ ...recorded, ...numbers }), recorded), true);
  for (const numbers of [recorded, {}, { uidNext: 11 }, { highestModSeq: 100n }])
    assert.equal(isBehind(told(numbers), recorded), false);
  assert.equal(isBehind(told({ uidNext: 1 }), undefined), false);
});

test("messages may be gone where there are fewer than there were and came; where no count is told, nothing says so", () => {
  const told: MailboxStatusResponse = { kind: "mailbox-status", name: "box" };
  for (const [numbers, isLoss] of [
    [{ messages: 4 }, true],
    [{ messages: 5 }, false],
    [{ messages: 5, uidNext: 11 }, true],
    [{ messages: 6, uidNext: 11 }, false],
    [{ highestModSeq: 101n }, false],
  ] as const)
    assert.equal(
      mayHaveLost({ ...told, ...numbers }, { ...recorded, messages: 5 }),
      isLoss,
      Object.keys(numbers).join(),
    );
  assert.equal(mayHaveLost({ ...told, messages: 5 }, recorded), true);
  assert.equal(mayHaveLost({ ...told, messages: 5 }, undefined), false);
});

const uidValidity = fc.integer({ min: 1, max: 3 });
const uidNext = fc.integer({ min: 1, max: 5 });
const highestModSeq = fc.bigInt({ min: 0n, max: 5n });
const numbers = fc.record({ uidValidity, uidNext, highestModSeq }, { requiredKeys: [] });

test("there is news exactly if a number is ahead, UIDVALIDITY is another one, or the mod-sequence is not told", () => {
  fc.assert(
    fc.property(numbers, fc.record({ uidValidity, uidNext, highestModSeq }), (now, known) => {
      const isAhead =
        (now.uidValidity !== undefined && now.uidValidity !== known.uidValidity) ||
        (now.uidNext !== undefined && now.uidNext > known.uidNext) ||
        now.highestModSeq === undefined ||
        now.highestModSeq > known.highestModSeq ||
        // Nothing can be said of what is recorded without one.
        (known.highestModSeq === 0n && known.uidNext > 1);
      assert.equal(isNews(told(now), known), isAhead);
    }),
    { numRuns: 500 },
  );
});
