// One message in many situations, as a table, each also with the sides exchanged.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlagChange } from "../../../../src/imap/mailbox/pending-changes.ts";
import { type FlagSet, flagSet, type PermanentFlags, permanentFlags } from "../../../../src/model/flags.ts";
import { type PerSide, perSide, type Side } from "../../../../src/model/side.ts";
import { type FlagSituation, planFlags } from "../../../../src/sync/flags/flags-plan.ts";

const pair = { local: 1, remote: 101 };
const everything = permanentFlags(["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft", "\\*"]);
const notK = permanentFlags(["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"]);

/** `S K` for \Seen and K, `.` for no flag; undefined for `-`: nothing changed, or nothing known. */
function flags(signs: string): FlagSet | undefined {
  if (signs === "-") return undefined;
  const names = new Map([
    ["S", "\\Seen"],
    ["F", "\\Flagged"],
  ]);
  return flagSet(signs === "." ? [] : signs.split(" ").map((sign) => names.get(sign) ?? sign));
}

interface Row {
  readonly what: string;
  /** Changed flags on either side, and what is known to be there where nothing changed (`-` nothing, then). */
  readonly changed: readonly [left: string, right: string];
  readonly present?: readonly [left: string, right: string];
  /** The flags at the last checkpoint, where they are known. */
  readonly base?: readonly [left: string, right: string];
  /** The same where only one side changed. */
  readonly recorded?: readonly [left: string, right: string];
  /** Which flags each side gets; `-` none. */
  readonly set: readonly [left: string, right: string];
  /** What the user is told both sides get. */
  readonly conflict?: string;
  /** What the right side keeps. */
  readonly right?: PermanentFlags;
}

const table: readonly Row[] = [
  { what: "one changed, the other is unknown: it follows", changed: ["S", "-"], set: ["-", "S"] },
  { what: "one lost all its flags", changed: [".", "-"], set: ["-", "."] },
  { what: "one changed to what the other has", changed: ["S", "-"], present: ["-", "S"], set: ["-", "-"] },
  { what: "one changed, the other has something else", changed: ["S", "-"], present: ["-", "F"], set: ["-", "S"] },
  { what: "both changed, to the same", changed: ["S F", "F S"], set: ["-", "-"] },
  { what: "both changed, differently: the union", changed: ["S", "F"], set: ["S F", "S F"], conflict: "S F" },
  { what: "both changed, one includes the other", changed: ["S F", "F"], set: ["-", "S F"], conflict: "S F" },
  { what: "both changed, one to nothing", changed: ["S", "."], set: ["-", "S"], conflict: "S" },
  { what: "spelling is no difference", changed: ["key", "KEY"], set: ["-", "-"] },

  { what: "a flag the other cannot keep is not sent", changed: ["S K", "-"], set: ["-", "S"], right: notK },
  {
    what: "nor is anything else, if it is all that is new",
    changed: ["S K", "-"],
    present: ["S", "S"],
    set: ["-", "-"],
    right: notK,
  },
  {
    what: "a side is not told to drop what the other cannot keep",
    changed: ["-", "S"],
    present: ["K", "."],
    set: ["S K", "-"],
    right: notK,
  },
  {
    what: "and what the other can keep, it drops",
    changed: ["-", "."],
    present: ["S K", "S"],
    set: ["K", "-"],
    right: notK,
  },
  {
    what: "both changed: a flag one cannot keep is no conflict",
    changed: ["S K", "S"],
    set: ["-", "-"],
    right: notK,
  },
  {
    what: "both changed, and one cannot keep part of the union",
    changed: ["F K", "S"],
    set: ["S F K", "S F"],
    conflict: "S F K",
    right: notK,
  },

  { what: "both changed: one removed, one added", changed: [".", "S F"], base: ["S", "S"], set: ["F", "F"] },
  { what: "the same, known of one side", changed: [".", "S F"], base: ["-", "S"], set: ["F", "F"] },
  { what: "the same, known of the other", changed: [".", "S F"], base: ["S", "-"], set: ["F", "F"] },
  { what: "both added", changed: ["S F", "S K"], base: ["S", "S"], set: ["S F K", "S F K"] },
  { what: "both removed, not the same", changed: ["S", "F"], base: ["S F", "S F"], set: [".", "."] },
  { what: "one did not change, in truth", changed: ["S", "F"], base: ["S", "S"], set: ["F", "-"] },
  { what: "what only one had is united", changed: ["S K F", "S X"], base: ["S K", "S"], set: ["F K S X", "F K S X"] },
  {
    what: "a flag one cannot keep is not removed by it",
    changed: ["S F K", "."],
    base: ["S K", "S"],
    set: ["F K", "F"],
    right: notK,
  },
  {
    what: "the same, known of the other side only",
    changed: ["S F K", "."],
    base: ["S K", "-"],
    set: ["F K", "F"],
    right: notK,
  },
  {
    what: "nor one that it could keep until now",
    changed: ["S F K", "."],
    base: ["S K", "S K"],
    set: ["F K", "F"],
    right: notK,
  },
  {
    what: "one changed, the other has more than both had: it keeps that",
    changed: ["S F", "-"],
    present: ["-", "S K"],
    base: ["S", "-"],
    set: ["-", "S K F"],
  },
  {
    what: "one lost a flag, the other has more than both had: it keeps that",
    changed: [".", "-"],
    present: ["-", "S K"],
    base: ["S", "-"],
    set: ["-", "K"],
  },
  {
    what: "nor one that its mailbox never had",
    changed: ["S F K", "."],
    base: ["S K", "-"],
    set: ["F K", "F K"],
    right: { ...everything, defined: new Set(["\\seen", "\\flagged", "x"]) },
  },
  {
    what: "the other lost a flag that its mailbox does not know any more",
    changed: ["-", "S"],
    present: ["S K L", "-"],
    recorded: ["-", "S K"],
    set: ["S L", "-"],
    right: { ...everything, defined: new Set(["\\seen"]) },
  },
];

const exchanged: readonly (readonly [left: Side, right: Side])[] = [
  ["local", "remote"],
  ["remote", "local"],
];

const unknown = ["-", "-"] as const;

for (const row of table) {
  const { what, changed, present = unknown, base = unknown, recorded = unknown, set, conflict } = row;
  const { right: kept = everything } = row;
  for (const [left, right] of exchanged) {
    const on = <T>(values: readonly [T, T]): PerSide<T> => perSide((side) => values[side === left ? 0 : 1]);
    test(`${what} (${left}, ${right} = ${changed.join(", ")})`, () => {
      const change = (signs: string): FlagChange | undefined => {
        const set = flags(signs);
        return set && { flags: set, modSeq: 5n };
      };
      const changes = on(changed);
      const [known, before] = [on(present), on(base)];
      const situation: FlagSituation = {
        pair,
        changes: perSide((side) => change(changes[side])),
        present: perSide((side) => flags(known[side])),
        base: perSide((side) => flags(before[side])),
        recorded: perSide((side) => flags(on(recorded)[side])),
      };
      const plan = planFlags([situation], on([everything, kept]));
      const given = new Map(plan.updates.map((update) => [update.side, update.flags]));
      assert.deepEqual(
        [left, right].map((side) => given.get(side)?.key),
        set.map((signs) => flags(signs)?.key),
      );
      assert.ok(plan.updates.every((update) => update.pair === pair));
      assert.deepEqual(plan.conflicts, conflict === undefined ? [] : [{ pair, flags: flags(conflict) }]);
    });
  }
}

test("messages do not disturb each other", () => {
  const nothing = { local: undefined, remote: undefined };
  const situations: FlagSituation[] = [1, 2, 3].map((uid) => ({
    pair: { local: uid, remote: uid + 100 },
    changes: { ...nothing, [uid === 2 ? "remote" : "local"]: { flags: flagSet([`k${String(uid)}`]), modSeq: 1n } },
    present: nothing,
    base: nothing,
  }));
  const { updates } = planFlags(situations, { local: everything, remote: everything });
  assert.deepEqual(
    updates.map(({ side, pair: { local }, flags: set }) => [side, local, set.key]),
    [
      ["remote", 1, "k1"],
      ["local", 2, "k2"],
      ["remote", 3, "k3"],
    ],
  );
});
