import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, describeChange, planChanges, type Survey } from "../../support/mutate.ts";
import { seededRandom } from "../../support/random.ts";

const survey: Survey = new Map(
  ["INBOX", "a", "a\0b", "c", "d"].map((name) => [name, Array.from({ length: 12 }, (_, index) => index + 1)]),
);

function rounds(side: "local" | "remote"): Change[] {
  return planChanges(seededRandom(side === "local" ? 1 : 2), survey, { side, changes: 300 });
}

test("a round has as many changes as wanted, of every kind, each with a line for people", () => {
  const changes = rounds("local");
  assert.equal(changes.length, 300);
  assert.deepEqual([...new Set(changes.map(({ kind }) => kind))].sort(), [
    "append",
    "create",
    "expunge",
    "flags",
    "subscribe",
    "unsubscribe",
  ]);
  for (const change of changes) assert.doesNotMatch(describeChange(change), /\0|undefined/);
});

test("no subscription and no new name is changed on both sides", () => {
  const names = (side: "local" | "remote") =>
    rounds(side).flatMap(({ kind, mailbox }) => (/create|subscribe/.test(kind) ? [mailbox] : []));
  const local = new Set(names("local"));
  assert.ok(local.size > 0);
  assert.deepEqual(
    names("remote").filter((name) => local.has(name)),
    [],
  );
});

test("a message is not touched after it was expunged", () => {
  const gone = new Set<string>();
  for (const change of rounds("local")) {
    if (change.kind !== "flags" && change.kind !== "expunge") continue;
    for (const uid of change.uids) assert.ok(!gone.has(`${change.mailbox} ${uid}`));
    if (change.kind === "expunge") for (const uid of change.uids) gone.add(`${change.mailbox} ${uid}`);
  }
  assert.ok(gone.size > 0);
});

test("kinds can be left out", () => {
  const changes = planChanges(seededRandom(1), survey, { without: ["expunge", "create"] });
  assert.ok(changes.every(({ kind }) => kind !== "expunge" && kind !== "create"));
});
