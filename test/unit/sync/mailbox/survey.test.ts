import assert from "node:assert/strict";
import { test } from "node:test";
import { sizesOf } from "../../../../src/model/message-sizes.ts";
import { emptyUidSet, uidRange, uidSetOf, union } from "../../../../src/model/uid-set.ts";
import type { Loss } from "../../../../src/sync/deletions/loss.ts";
import { type Survey, type SurveyTotals, totalsOf, withSizes } from "../../../../src/sync/mailbox/survey.ts";
import { fc } from "../../../support/examples.ts";

const nothing = { local: emptyUidSet, remote: emptyUidSet };

const quiet: Survey = {
  idx: 1,
  name: "box",
  isRubbish: false,
  loss: undefined,
  changed: { local: 0, remote: 0 },
  fresh: nothing,
  octets: { local: undefined, remote: undefined },
};

const loss: Loss = {
  idx: 1,
  name: "box",
  isRubbish: false,
  known: 9,
  vanished: { local: uidRange(1, 3), remote: uidRange(3, 4) },
  // One vanished on both sides.
  deletions: { local: 2, remote: 1 },
};

const zero: SurveyTotals = { mailboxes: 0, copies: 0, octets: 0, deletions: 0, flagChanges: 0 };

const rows: readonly (readonly [what: string, surveys: readonly Survey[], totals: SurveyTotals])[] = [
  ["nothing", [quiet], zero],
  ["deletions of both sides", [{ ...quiet, loss }], { ...zero, mailboxes: 1, deletions: 3 }],
  ["what vanished on both sides", [{ ...quiet, loss: { ...loss, deletions: { local: 0, remote: 0 } } }], zero],
  ["flags", [quiet, { ...quiet, changed: { local: 2, remote: 5 } }], { ...zero, mailboxes: 1, flagChanges: 7 }],
  [
    "messages of which nobody knows the sizes",
    [{ ...quiet, fresh: { local: uidRange(4, 6), remote: uidSetOf([9]) } }],
    { ...zero, mailboxes: 1, copies: 4 },
  ],
];

for (const [what, surveys, totals] of rows) {
  test(`there is to do: ${what}`, () => {
    assert.deepEqual(totalsOf(surveys), totals);
  });
}

test("sizes say which UIDs have a message; those of others are none of it", () => {
  const survey = { ...quiet, fresh: { local: uidRange(4, 9), remote: uidRange(1, 2) } };
  const sizes = sizesOf([
    { uid: 3, size: 1000 },
    { uid: 5, size: 20 },
    { uid: 9, size: 3 },
  ]);
  const sized = withSizes(survey, "local", { asked: uidRange(4, 9), sizes });
  assert.deepEqual(sized.fresh, { local: uidSetOf([5, 9]), remote: uidRange(1, 2) });
  assert.deepEqual(sized.octets, { local: 23, remote: undefined });
  assert.deepEqual(totalsOf([sized]), { ...zero, mailboxes: 1, copies: 4, octets: 23 });
});

test("sizes that come in slices add up, and say nothing of the rest", () => {
  const survey = { ...quiet, fresh: { local: uidRange(1, 9), remote: emptyUidSet } };
  const first = withSizes(survey, "local", { asked: uidRange(1, 4), sizes: sizesOf([{ uid: 2, size: 20 }]) });
  assert.deepEqual(first.fresh.local, union(uidSetOf([2]), uidRange(5, 9)));
  const second = withSizes(first, "local", { asked: uidRange(5, 9), sizes: sizesOf([{ uid: 9, size: 3 }]) });
  assert.deepEqual(totalsOf([second]), { ...zero, mailboxes: 1, copies: 2, octets: 23 });
});

const anyCounts = fc.record({ local: fc.nat(9), remote: fc.nat(9) });
const anySurvey = fc
  .record({ deletions: anyCounts, changed: anyCounts, fresh: anyCounts, octets: anyCounts })
  .map(({ deletions, changed, fresh, octets }): Survey => {
    const uids = { local: uidRange(1, fresh.local), remote: uidRange(1, fresh.remote) };
    return { ...quiet, loss: { ...loss, deletions }, changed, fresh: uids, octets };
  });

test("the totals of all are the sums of those of some and of the rest", () => {
  fc.assert(
    fc.property(fc.array(anySurvey), fc.array(anySurvey), (some, rest) => {
      const [all, a, b] = [[...some, ...rest], some, rest].map(totalsOf) as [SurveyTotals, SurveyTotals, SurveyTotals];
      for (const name of Object.keys(zero) as (keyof SurveyTotals)[]) assert.equal(all[name], a[name] + b[name], name);
    }),
  );
});
