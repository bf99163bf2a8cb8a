import assert from "node:assert/strict";
import { test } from "node:test";
import type { Observation } from "../../../../src/model/mailbox-state.ts";
import { type Doubt, doubtOf, type ModSeqEvidence } from "../../../../src/sync/mailbox/mod-seq-doubt.ts";

const told: Observation = { uidValidity: 7, uidNext: 5, highestModSeq: 9n, messages: 3, latestModSeq: 9n };
const sound = { lacksModSeqs: false, hasUnknownModSeqs: false, hasUnstampedNews: false };

interface Case {
  readonly recorded?: Partial<Observation> | undefined;
  readonly listed?: Partial<Observation>;
  readonly selected?: Partial<Observation>;
  readonly now?: Partial<Observation>;
  readonly view?: Partial<ModSeqEvidence["view"]>;
  readonly hasLost?: boolean;
  readonly isStoredInVain?: boolean;
}

/** The mailbox as it was, unless told otherwise. */
function doubt(one: Case): Doubt | undefined {
  const selected = { ...told, ...one.selected };
  return doubtOf({
    recorded: "recorded" in one && one.recorded === undefined ? undefined : { ...told, ...one.recorded },
    listed: one.listed === undefined ? undefined : { ...told, ...one.listed },
    selected,
    now: { ...selected, ...one.now },
    hasLost: one.hasLost ?? true,
    isStoredInVain: () => one.isStoredInVain ?? false,
    view: { ...sound, ...one.view },
  });
}

const untold: readonly (readonly [what: string, one: Case, reason: RegExp])[] = [
  ["no mod-sequences", { view: { lacksModSeqs: true } }, /keeps no mod-sequences/],
  [
    "none any more, of a mailbox that had messages",
    { view: { lacksModSeqs: true }, selected: { messages: 0 } },
    /no mod/,
  ],
  ["a message without one", { view: { hasUnknownModSeqs: true } }, /some messages/],
  ["a message far above, when it is selected", { selected: { latestModSeq: 10n } }, /above HIGHESTMODSEQ 9/],
  ["a message far above, later", { now: { latestModSeq: 10n } }, /above HIGHESTMODSEQ 9/],
  ["a new message since the last run", { selected: { uidNext: 6, messages: 4 } }, /stays at 9/],
  ["a new message that is gone again", { selected: { uidNext: 6 } }, /stays at 9/],
  ["a deletion since the last run", { selected: { messages: 2 } }, /stays at 9/],
  ["a new message in this run", { now: { uidNext: 6, messages: 4 } }, /stays at 9/],
  ["a deletion in this run", { now: { messages: 2 } }, /stays at 9/],
  ["flags announced without a mod-sequence", { view: { hasUnstampedNews: true } }, /stays at 9/],
  ["flags that we set", { isStoredInVain: true }, /stays at 9/],
  [
    "a new message in a mailbox that is met for the first time",
    { recorded: undefined, now: { uidNext: 6, messages: 4 } },
    /stays/,
  ],
];

for (const [what, one, reason] of untold) {
  test(`changes are not told: ${what}`, () => {
    assert.match(doubt(one)?.reason ?? "none", reason);
  });
}

test("one has come and one has gone, or UIDNEXT was told too low: the comparison decides", () => {
  assert.equal(doubt({ selected: { uidNext: 6 } })?.isFaint, true);
  assert.equal(doubt({ selected: { uidNext: 6, messages: 4 } })?.isFaint, false);
  assert.equal(doubt({ recorded: { messages: undefined }, selected: { uidNext: 6 } })?.isFaint, false);
});

test("a list from before the last run says nothing of what has risen since", () => {
  assert.match(doubt({ listed: { highestModSeq: 8n }, now: { messages: 2 } })?.reason ?? "none", /stays at 9/);
});

const fine: readonly (readonly [what: string, one: Case])[] = [
  ["nothing happened", {}],
  ["HIGHESTMODSEQ rose, whatever happened", { selected: { uidNext: 6, messages: 1, highestModSeq: 10n } }],
  ["it rose in this run", { now: { uidNext: 6, messages: 4, highestModSeq: 10n, latestModSeq: 10n } }],
  [
    "it rose with flags that were announced without it",
    { view: { hasUnstampedNews: true }, now: { highestModSeq: 10n } },
  ],
  [
    "an empty mailbox has no mod-sequences yet",
    { view: { lacksModSeqs: true }, recorded: { messages: 0 }, selected: { messages: 0 } },
  ],
  ["HIGHESTMODSEQ went back: another matter", { selected: { highestModSeq: 4n, latestModSeq: 4n, uidNext: 6 } }],
  ["UIDNEXT went back, too", { selected: { uidNext: 4, messages: 2 } }],
  ["another mailbox has the name", { selected: { uidValidity: 8, uidNext: 1, messages: 0 } }],
  ["a number that was told too high", { selected: { messages: 2 }, hasLost: false }],
  [
    "a number that was told too low, or too late",
    { recorded: undefined, selected: { messages: 0 }, now: { messages: 3 } },
  ],
  ["UIDNEXT was told too low", { selected: { uidNext: 4 }, now: { uidNext: 5 } }],
  ["a HIGHESTMODSEQ that was told wrong once", { selected: { uidNext: 6 }, now: { highestModSeq: 10n } }],
  [
    "a number that SELECT told too early, by what LIST said",
    { recorded: undefined, listed: { highestModSeq: 8n }, now: { uidNext: 6, messages: 4 } },
  ],
  ["nobody counted", { recorded: { messages: undefined } }],
];

for (const [what, one] of fine) {
  test(`nothing speaks against a server: ${what}`, () => {
    assert.equal(doubt(one), undefined);
  });
}
