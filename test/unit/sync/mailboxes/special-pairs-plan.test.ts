import assert from "node:assert/strict";
import { test } from "node:test";
import type { PerSide } from "../../../../src/model/side.ts";
import { perSide } from "../../../../src/model/side.ts";
import { type PairSituation, planSpecialPairs } from "../../../../src/sync/mailboxes/special-pairs-plan.ts";

type Told = Readonly<Record<string, readonly string[]>>;

function plan(uses: PerSide<Told>, more: Partial<PairSituation> = {}) {
  const nothing = { given: [], known: [], recorded: new Map() };
  const { pairs, unpaired } = planSpecialPairs({
    ...nothing,
    ...more,
    uses: perSide((side) => new Map(Object.entries(uses[side]))),
  });
  const shown = ({ ours, theirs }: { readonly ours: string; readonly theirs: string }): string => `${ours} = ${theirs}`;
  return { pairs: pairs.map(shown), unpaired: unpaired.map(({ use, names }) => `${use} ${shown(names)}`) };
}

const sent = { local: { "\\sent": ["Sent"] }, remote: { "\\sent": ["Sent Items"] } };
const paired = { known: [{ idx: 1, name: "Sent" }], recorded: new Map([[1, { name: "Sent Items", use: "\\sent" }]]) };

test("the only ones of a use are paired, where their names differ", () => {
  assert.deepEqual(plan(sent), { pairs: ["Sent = Sent Items"], unpaired: [] });
  assert.deepEqual(plan({ local: { "\\junk": ["Junk"] }, remote: { "\\junk": ["Junk"] } }).pairs, []);
  assert.deepEqual(plan({ ...sent, local: { "\\sent": ["Sent", "Old"] } }).pairs, [], "two of them");
  assert.deepEqual(plan({ ...sent, local: {} }).pairs, [], "none");
  assert.deepEqual(plan({ local: { "\\all": ["a"] }, remote: { "\\all": ["b"] } }).pairs, [], "not for this");
  assert.deepEqual(plan({ local: { "\\sent": ["INBOX"] }, remote: { "\\sent": ["Sent"] } }).pairs, []);
});

test("what the configuration says of either goes before", () => {
  for (const given of [
    { ours: "Sent", theirs: "Other" },
    { ours: "Other", theirs: "Sent Items" },
  ])
    assert.deepEqual(plan(sent, { given: [given] }), { pairs: [], unpaired: [] });
  assert.deepEqual(plan(sent, { ...paired, given: [{ ours: "Sent", theirs: "Other" }] }).pairs, []);
});

test("what was paired stays so, whether the servers say the same, nothing or other things, of which the last is told", () => {
  const pairs = ["Sent = Sent Items"];
  assert.deepEqual(plan(sent, paired), { pairs, unpaired: [] });
  assert.deepEqual(plan({ local: {}, remote: {} }, paired), { pairs, unpaired: [] });
  const moved = { ...sent, remote: { "\\sent": ["Gesendet"] } };
  assert.deepEqual(plan(moved, paired), { pairs, unpaired: ["\\sent Sent = Gesendet"] });
  const both = { local: { "\\sent": ["a"] }, remote: { "\\sent": ["b"] } };
  assert.deepEqual(plan(both, paired), { pairs, unpaired: ["\\sent a = b"] });
  assert.deepEqual(plan({ local: { "\\sent": ["Sent"] }, remote: { "\\sent": ["Sent"] } }, paired).unpaired, [
    "\\sent Sent = Sent",
  ]);
});

test("what was synchronised under its own name is not paired", () => {
  for (const name of ["Sent", "Sent Items"])
    assert.deepEqual(plan(sent, { known: [{ idx: 1, name }] }), {
      pairs: [],
      unpaired: ["\\sent Sent = Sent Items"],
    });
});

test("what is below a pair needs none, unless it is elsewhere", () => {
  const known = ["Sent", "Sent\0a", "Sent\0b"].map((name, idx) => ({ idx, name }));
  const use = "\\sent";
  const recorded = new Map([
    [2, { name: "Elsewhere", use }],
    [1, { name: "Sent Items\0a", use }],
    [0, { name: "Sent Items", use }],
  ]);
  assert.deepEqual(plan(sent, { known, recorded }).pairs, ["Sent = Sent Items", "Sent\0b = Elsewhere"]);
});
