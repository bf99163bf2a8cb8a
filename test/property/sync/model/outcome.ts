// How to tell what a story has led to, and whether it should have.

import assert from "node:assert/strict";
import { storableFlags } from "../../../../src/model/flags.ts";
import { otherSide, perSide, type Side, sides } from "../../../../src/model/side.ts";
import { groupBy } from "../../../../src/util/group-by.ts";
import type { Content, StoredMessage } from "./mailbox.ts";
import type { World } from "./world.ts";

/** A message's own body: no other has it, but for its copies. */
export function bodyOf({ bytes }: Content): string {
  return bytes.toString("latin1");
}

/** Equal for messages that are taken for the same: by Message-ID and size, or, without a Message-ID, by all of their text. */
export function keyOf({ bytes }: Content): string {
  const text = bodyOf({ bytes, internalDate: "" });
  const [first = ""] = text.split("\r\n", 1);
  return first.startsWith("Message-ID") ? `${first} ${String(bytes.length)}` : text;
}

export function messagesOf(world: World, on: Side): readonly StoredMessage[] {
  return world.mailboxes[on].inUidOrder;
}

/** A side's messages, and those of the other one that it refuses. */
export function messagesFor(world: World, on: Side): readonly StoredMessage[] {
  const other = otherSide(on);
  const uids = new Set(refusedOf(world, other));
  return [...messagesOf(world, on), ...messagesOf(world, other).filter(({ uid }) => uids.has(uid))];
}

function refusedOf(world: World, on: Side): number[] {
  return world.store.refusals.messages(world.idx).flatMap(({ side, uid }) => (side === on ? [uid] : []));
}

/**
 * Both sides hold the same messages, each in one row; all flags that both can keep are equal; nothing is left to be done.
 * What a side refuses is on the other one only.
 */
export function assertAgreement(world: World): void {
  assertSameMail(world);
  assert.equal(world.isDirty, false, "dirty");
  assert.equal(world.store.transfers.interruption(world.idx), undefined);
}

/** As {@link assertAgreement}, but there may be more to look at. */
export function assertSameMail(world: World): void {
  const { rows, mailboxes } = world;
  for (const on of sides) {
    const refused = new Set(refusedOf(world, on));
    const expected = messagesOf(world, on)
      .map(({ uid }) => uid)
      .filter((uid) => !refused.has(uid));
    assert.deepEqual(
      rows.map((row) => row[on]).sort((a, b) => a - b),
      expected,
      `rows of the ${on} side`,
    );
  }
  for (const row of rows) {
    const pair = perSide((on) => mailboxes[on].messages.get(row[on])!);
    assert.equal(keyOf(pair.local), keyOf(pair.remote));
    const common = perSide((on) => storableFlags(pair[on].flags, mailboxes[otherSide(on)].permanentFlags));
    assert.equal(common.local.key, common.remote.key, `flags of ${JSON.stringify(row)}`);
  }
}

/** The end, but for UIDs: pairs of equal bodies with their flags, and what is on one side only. */
export function outcome(world: World): string[] {
  const paired = perSide((on) => new Map(world.rows.map((row) => [row[on], row])));
  return sides
    .flatMap((on) =>
      messagesOf(world, on).map((message) => {
        const row = paired[on].get(message.uid);
        return `${bodyOf(message)} ${on} ${row === undefined ? "alone" : "paired"} ${message.flags.key}`;
      }),
    )
    .sort();
}

/** How many messages of each key a side holds. */
export function countKeys(messages: readonly Content[]): ReadonlyMap<string, number> {
  return new Map([...groupBy(messages, keyOf)].map(([key, alike]) => [key, alike.length]));
}

/** Everything there is, UIDs and mod-sequences included. */
export function everything({ mailboxes, rows, known }: World): unknown {
  return structuredClone({ rows, states: known.states, messages: perSide((on) => mailboxes[on].inUidOrder) });
}
