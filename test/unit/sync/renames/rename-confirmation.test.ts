import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedMailbox } from "../../../../src/mail/listing/list-mailboxes.ts";
import type { MailboxState } from "../../../../src/model/mailbox-state.ts";
import { otherSide, perSide, type Side, sides } from "../../../../src/model/side.ts";
import { confirmation } from "../../../../src/sync/renames/rename-confirmation.ts";
import type { Proof } from "../../../../src/sync/renames/whereabouts-plan.ts";

const state = (uidNext: number, highestModSeq = 9n): MailboxState => ({ uidValidity: 7, uidNext, highestModSeq });

function listed(names: Readonly<Record<string, MailboxState>>): ReadonlyMap<string, ListedMailbox> {
  return new Map(
    Object.entries(names).map(([name, one]) => [name, { wireName: name, exists: true, subscribed: false, state: one }]),
  );
}

interface Renamed {
  readonly proof: Proof;
  /** Of "a" on the server that did not rename it. */
  readonly there?: MailboxState;
  /** Of "other" on the one that did. */
  readonly other?: MailboxState;
}

/** "a" has become "b" on one side. */
function isConfirmed(side: Side, { proof, there = state(5), other = state(5) }: Renamed): boolean {
  const known = ["a", "other"].map((name, idx) => ({
    ...{ idx, name, subscribed: false, isUnfinished: false },
    states: { local: state(5), remote: state(5) },
  }));
  const places = new Map([[0, "b"]]);
  const none = new Map<number, never>();
  const found = {
    listed: perSide((one) => (one === side ? listed({ b: state(5), other }) : listed({ a: there, other: state(5) }))),
    places: perSide((one) => (one === side ? places : none)),
    proofs: perSide((one) => (one === side ? new Map([[0, proof]]) : none)),
  };
  const confirms = confirmation(new Map(known.map((one) => [one.name, one])), found);
  assert.equal(confirms(otherSide(side), 0), false);
  return confirms(side, 0);
}

for (const side of sides) {
  test(`a rename on the ${side} server is confirmed by messages, and not by numbers`, () => {
    assert.equal(isConfirmed(side, { proof: "messages" }), true);
    assert.equal(isConfirmed(side, { proof: "messages", there: state(6) }), true);
    assert.equal(isConfirmed(side, { proof: "numbers" }), false);
  });

  test(`an empty mailbox counts as renamed on the ${side} server as long as it is empty on the other one`, () => {
    assert.equal(isConfirmed(side, { proof: "nothing" }), true);
    assert.equal(isConfirmed(side, { proof: "nothing", there: state(6) }), false);
    assert.equal(isConfirmed(side, { proof: "nothing", there: state(5, 10n) }), false);
  });

  test(`nothing is confirmed of the ${side} server when one of its mailboxes went back`, () => {
    assert.equal(isConfirmed(side, { proof: "messages", other: state(4) }), false);
    assert.equal(isConfirmed(side, { proof: "messages", other: state(5, 8n) }), false);
    assert.equal(isConfirmed(side, { proof: "messages", other: state(9, 12n) }), true);
  });
}
