// What happened in a mailbox since it was last seen, as one answer, from the dialogue with a server.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Baseline } from "../../src/mail/observe/changes.ts";
import { observe, observeAgain, observeNow } from "../../src/mail/observe/observe.ts";
import { formatUidSet, parseUidSet } from "../../src/model/uid-set-text.ts";
import { failsWith, withSession } from "./fixture.ts";

const codes = `
  S: * OK [UIDVALIDITY 7] v
  S: * OK [UIDNEXT 21] n
  S: * OK [HIGHESTMODSEQ 90] h`;

const state = { uidValidity: 7, uidNext: 20, highestModSeq: 9_007_199_254_740_993n };

interface Case {
  readonly baseline: Baseline | undefined;
  readonly sent: string;
  readonly told?: string;
  readonly answer: Record<string, unknown>;
}

const news = `
  S: * VANISHED (EARLIER) 3,5:6
  S: * 2 FETCH (UID 4 FLAGS (x) MODSEQ (9007199254740994))`;

const told: Readonly<Record<string, Case>> = {
  "nothing is known of: all is new": {
    baseline: undefined,
    sent: "",
    answer: { rung: "resync", isAnew: false, vanished: "", changed: {}, firstNew: 1, uncertain: "" },
  },
  "is known: what the server reports, and what is beyond the UIDNEXT known": {
    baseline: { state },
    sent: " (QRESYNC (7 9007199254740993 1:19))",
    told: news,
    answer: { rung: "resync", isAnew: false, vanished: "3,5:6", changed: { 4: "x" }, firstNew: 20, uncertain: "" },
  },
  "was replaced: what the server reports is not about the messages known": {
    baseline: { state: { ...state, uidValidity: 6 } },
    sent: " (QRESYNC (6 9007199254740993 1:19))",
    told: news,
    answer: { rung: "resync", isAnew: true, vanished: "", changed: {}, firstNew: 1, uncertain: "" },
  },
  "was recorded without a mod-sequence: the server is not asked, and neither is the sample": {
    baseline: { state: { ...state, highestModSeq: 0n }, sequenceSample: () => assert.fail("is of no use") },
    sent: "",
    answer: { rung: "full-look", isAnew: false, vanished: "", changed: {}, firstNew: 20, uncertain: "" },
  },
  "keeps no mod-sequences any more: nothing is told of what happened": {
    baseline: { state },
    sent: " (QRESYNC (7 9007199254740993 1:19))",
    told: "S: * OK [NOMODSEQ] none",
    answer: { rung: "full-look", isAnew: false, vanished: "", changed: {}, firstNew: 20, uncertain: "" },
  },
};

for (const [what, { baseline, sent, told: lines = "", answer }] of Object.entries(told)) {
  test(`a mailbox that ${what}`, async () => {
    await withSession(`C: t1 SELECT a${sent}\n${codes}\n${lines}\nS: t1 OK`, async (session) => {
      const observed = await observe(session, "a", baseline);
      const { rung, isAnew, vanished, changed, firstNew, state: now } = observed;
      const uncertain = formatUidSet(observed.uncertain);
      const flags = Object.fromEntries([...changed].map(([uid, change]) => [uid, change.flags.key]));
      assert.deepEqual({ rung, isAnew, vanished: formatUidSet(vanished), changed: flags, firstNew, uncertain }, answer);
      assert.deepEqual([now.uidValidity, now.uidNext, now.highestModSeq], [7, 21, 90n]);
    });
  });
}

test("a sample that reaches beyond what exists now is not trusted: SELECT again without it", async () => {
  const script = `
    C: t1 SELECT a (QRESYNC (7 9007199254740993 1:19 (1,9 5,19)))
    S: * 8 EXISTS
    ${codes}
    S: t1 OK
    C: t2 SELECT a (QRESYNC (7 9007199254740993 1:19))
    S: * OK [CLOSED] closed
    S: * 8 EXISTS
    ${codes}
    S: * VANISHED (EARLIER) 19
    S: t2 OK`;
  await withSession(script, async (session) => {
    const observed = await observe(session, "a", {
      state,
      sequenceSample: () => [
        [1, 5],
        [9, 19],
      ],
    });
    assert.deepEqual(observed.vanished.ranges, [[19, 19]]);
    assert.equal(session.view, observed.view);
  });
});

const unfit: readonly (readonly [what: string, lines: string, answer: string, reason: RegExp])[] = [
  ["is read-only", codes, "OK [READ-ONLY] look", /read-only/],
  ["says no UIDVALIDITY", "S: * OK [UIDNEXT 3] n\nS: * OK [HIGHESTMODSEQ 3] h", "OK", /UIDVALIDITY/],
];

for (const [what, lines, answer, reason] of unfit) {
  test(`a mailbox that ${what} cannot be synchronised`, async () => {
    await withSession(`C: t1 SELECT a\n${lines}\nS: t1 ${answer}`, (session) =>
      assert.rejects(observe(session, "a"), failsWith("MAILBOX_UNSYNCABLE", reason)),
    );
  });
}

for (const [answer, outcome] of [
  ["S: * STATUS a (MESSAGES 2 UIDNEXT 9 UIDVALIDITY 3 HIGHESTMODSEQ 3)", 9],
  ["", /no UIDVALIDITY or no UIDNEXT/],
] as const) {
  test(`a UIDNEXT that SELECT does not tell is asked for; ${answer === "" ? "without one nothing can be synchronised" : "STATUS tells it"}`, async () => {
    const script = `
      C: t1 SELECT a
      S: * 2 EXISTS
      S: * OK [UIDVALIDITY 3] v
      S: * OK [HIGHESTMODSEQ 3] h
      S: t1 OK
      C: t2 STATUS a (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
      ${answer}
      S: t2 OK`;
    await withSession(script, async (session) => {
      const observing = observe(session, "a");
      if (typeof outcome !== "number") return assert.rejects(observing, failsWith("MAILBOX_UNSYNCABLE", outcome));
      assert.equal((await observing).state.uidNext, outcome);
    });
  });
}

const again = [
  ["all since the state that the server last told", {}, " (QRESYNC (7 90))"],
  ["all since a state", { since: { ...state, highestModSeq: 80n } }, " (QRESYNC (7 80))"],
  [
    "what happened to some messages since a state",
    { since: { ...state, highestModSeq: 80n }, uids: parseUidSet("3:5") },
    " (QRESYNC (7 80 3:5))",
  ],
  [
    "what ever happened to some messages",
    { since: { ...state, highestModSeq: 0n }, uids: parseUidSet("3:5") },
    " (QRESYNC (7 1 3:5))",
  ],
  ["all since a state without a mod-sequence: nothing is told", { since: { ...state, highestModSeq: 0n } }, ""],
] as const;

for (const [what, asked, sent] of again) {
  test(`observed again: ${what}`, async () => {
    const script = `
      C: t1 SELECT a
      ${codes}
      S: t1 OK
      C: t2 SELECT a${sent}
      S: * OK [CLOSED] closed
      S: * VANISHED (EARLIER) 4
      S: t2 OK`;
    await withSession(script, async (session) => {
      const observed = await observe(session, "a");
      await observeAgain(session, observed, asked);
      assert.deepEqual(observed.vanished.ranges, [[4, 4]]);
    });
  });
}

const counting = `
  C: t1 SELECT a
  ${codes}
  S: t1 OK
  C: t2 STATUS a (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
  C: t3 NOOP`;

test("the state is what STATUS says, and what led to it has been reported by then", async () => {
  const script = `${counting}
    S: * STATUS a (MESSAGES 3 UIDNEXT 22 UIDVALIDITY 7 HIGHESTMODSEQ 95)
    S: t2 OK
    S: * VANISHED 4
    S: t3 OK`;
  await withSession(script, async (session) => {
    const observed = await observe(session, "a");
    const { view } = observed;
    assert.deepEqual(observed.vanished.ranges, []);
    const now = await observeNow(session, observed);
    assert.deepEqual([now.messages, now.uidNext, now.uidValidity, now.highestModSeq], [3, 22, 7, 95n]);
    assert.deepEqual([view.highestModSeq, formatUidSet(view.pending.vanished)], [95n, "4"]);
  });
});

for (const [uidNext, outcome] of [
  ["S: * OK [UIDNEXT 22] n", 22],
  ["", /neither in STATUS nor in SELECT/],
] as const) {
  test(`what STATUS leaves out is asked by SELECT; ${uidNext === "" ? "which tells no UIDNEXT either" : "which tells it"}`, async () => {
    const script = `${counting}
      S: * STATUS a (MESSAGES 3 UIDVALIDITY 7)
      S: t2 OK
      S: t3 OK
      C: t4 SELECT a (QRESYNC (7 90))
      S: * OK [UIDVALIDITY 7] v
      ${uidNext}
      S: * OK [HIGHESTMODSEQ 95] h
      S: t4 OK`;
    await withSession(script, async (session) => {
      const asked = observeNow(session, await observe(session, "a"));
      if (typeof outcome !== "number") return assert.rejects(asked, failsWith("MAILBOX_PROTOCOL", outcome));
      assert.deepEqual(await asked.then((now) => [now.uidNext, now.highestModSeq]), [outcome, 95n]);
    });
  });
}

test("a mailbox that was replaced has a state, but not one that says that everything was reported", async () => {
  const script = `${counting}
    S: * STATUS a (MESSAGES 3 UIDNEXT 22 UIDVALIDITY 8 HIGHESTMODSEQ 95)
    S: t2 OK
    S: t3 OK`;
  await withSession(script, async (session) => {
    const observed = await observe(session, "a");
    assert.equal((await observeNow(session, observed)).uidValidity, 8);
    assert.equal(observed.view.highestModSeq, 90n);
  });
});
