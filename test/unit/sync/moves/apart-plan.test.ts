// What was moved on both sides, to two mailboxes.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageIdentity } from "../../../../src/imap/verbs/fetch.ts";
import { fingerprint } from "../../../../src/model/fingerprint.ts";
import { noFlags } from "../../../../src/model/flags.ts";
import { laterMove, planApart } from "../../../../src/sync/moves/apart-plan.ts";

function message(uid: number, name: string | undefined, more: Partial<MessageIdentity> = {}): MessageIdentity {
  return {
    uid,
    messageId: name === undefined ? undefined : `<${name}>`,
    size: 100,
    date: 1000,
    flags: noFlags,
    ...more,
  };
}

const goneOf = (name: string) => {
  const print = fingerprint(message(1, name));
  return { pair: { local: 1, remote: 1 }, prints: { local: print, remote: print } };
};
const place = (target: string, one: MessageIdentity) => ({ target, message: one });

test("it is the same message, in two mailboxes, and the only one of its kind in either", () => {
  const [a, b] = [message(5, "a"), message(6, "a")];
  const found = planApart([goneOf("a")], { local: [place("X", a)], remote: [place("Y", b)] });
  assert.deepEqual(found, [{ local: place("X", a), remote: place("Y", b) }]);
  for (const [local, remote] of [
    [[place("X", a)], [place("X", b)]],
    [[place("X", a)], [place("Y", message(6, "b"))]],
    [[place("X", a)], [place("Y", message(6, "a", { date: 2000 }))]],
    [[place("X", a), place("Z", message(7, "a"))], [place("Y", b)]],
    [[place("X", a)], []],
  ] as const)
    assert.deepEqual(planApart([goneOf("a")], { local, remote }), []);
});

test("the later move is known where both servers tell, and their clocks cannot be the reason", () => {
  assert.equal(laterMove({ local: 100_000, remote: 200_000 }), "remote");
  assert.equal(laterMove({ local: 200_000, remote: 100_000 }), "local");
  assert.equal(laterMove({ local: 100_000, remote: 160_000 }), undefined);
  assert.equal(laterMove({ local: undefined, remote: 160_000 }), undefined);
});
