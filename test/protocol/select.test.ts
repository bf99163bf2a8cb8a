// SELECT as it is sent, and which mailbox each response belongs to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { basic } from "../../src/imap/abilities.ts";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { openChannel } from "../../src/imap/mailbox/channel.ts";
import { selectAgain, type SelectBaseline } from "../../src/imap/mailbox/select-command.ts";
import { toldState } from "../../src/imap/mailbox/told-state.ts";
import { fetchFlags } from "../../src/imap/verbs/fetch-flags.ts";
import { noop, status } from "../../src/imap/verbs/mailbox.ts";
import { select } from "../../src/imap/verbs/select.ts";
import { storeFlags } from "../../src/imap/verbs/uid-store.ts";
import { flagSet } from "../../src/model/flags.ts";
import { uidSetOf } from "../../src/model/uid-set.ts";
import { failsWith, withSession } from "./fixture.ts";

const codes = `
  S: * OK [UIDVALIDITY 7] v
  S: * OK [UIDNEXT 21] n
  S: * OK [HIGHESTMODSEQ 90] h`;

const state = { uidValidity: 7, uidNext: 20, highestModSeq: 9_007_199_254_740_993n };

const known: readonly (readonly [what: string, known: SelectBaseline | undefined, sent: string])[] = [
  ["nothing", undefined, ""],
  ["its state", { state, sequenceSample: [] }, " (QRESYNC (7 9007199254740993 1:19))"],
  [
    "its state and a sample",
    {
      state,
      sequenceSample: [
        [1, 5],
        [2, 7],
        [3, 8],
        [9, 19],
      ],
    },
    " (QRESYNC (7 9007199254740993 1:19 (1:3,9 5,7:8,19)))",
  ],
  ["a mailbox that was empty", { state: { ...state, uidNext: 1 }, sequenceSample: [] }, ""],
  ["a state without mod-sequence", { state: { ...state, highestModSeq: 0n }, sequenceSample: [] }, ""],
  [
    "one message",
    { state: { ...state, uidNext: 2 }, sequenceSample: [[1, 1]] },
    " (QRESYNC (7 9007199254740993 1:1 (1 1)))",
  ],
];

for (const [what, knowledge, sent] of known) {
  test(`SELECT of a mailbox of which we know ${what}`, async () => {
    const script = `C: t1 SELECT "a b"${sent}\nS: * 20 EXISTS\n${codes}\nS: t1 OK [READ-WRITE] done`;
    await withSession(script, async (session) => {
      const view = await select(session, "a b", { known: knowledge });
      const { wireName, exists, uidValidity, uidNext, highestModSeq } = view;
      assert.deepEqual(
        { wireName, exists, uidValidity, uidNext, highestModSeq },
        { wireName: "a b", exists: 20, uidValidity: 7, uidNext: 21, highestModSeq: 90n },
      );
      assert.equal(session.view, view);
    });
  });
}

test("where nothing is enabled, no command says or asks anything of mod-sequences", async () => {
  const script = `
    C: t1 SELECT a
    ${codes}
    S: t1 OK
    C: t2 SELECT a
    S: * OK [CLOSED] closed
    S: t2 OK
    C: t3 UID FETCH 5 (UID FLAGS)
    S: * 1 FETCH (UID 5 FLAGS (x))
    S: t3 OK
    C: t4 STATUS a (MESSAGES UIDNEXT UIDVALIDITY)
    S: * STATUS a (MESSAGES 1 UIDNEXT 21 UIDVALIDITY 7)
    S: t4 OK`;
  await withSession(script, async (session) => {
    session.abilities = basic;
    const view = await select(session, "a", { known: { state, sequenceSample: [[1, 5]] } });
    await session.run(selectAgain(view));
    assert.equal((await fetchFlags(session, uidSetOf([5]))).get(5)?.modSeq, 0n);
    const told = toldState(await status(session, "a"), session.abilities);
    assert.deepEqual(told, { uidValidity: 7, uidNext: 21, highestModSeq: 0n });
  });
});

test("without mod-sequences none are asked for, and flags are stored on no condition", async () => {
  for (const code of ["NOMODSEQ", "HIGHESTMODSEQ 0"]) {
    const script = String.raw`
      C: t1 SELECT a
      S: * 1 EXISTS
      ${codes}
      S: * OK [${code}] none
      S: t1 OK
      C: t2 UID FETCH 5 (UID FLAGS)
      S: * 1 FETCH (UID 5 FLAGS (x))
      S: t2 OK
      C: t3 UID STORE 5 FLAGS.SILENT (y)
      S: t3 OK
      C: t4 SELECT a
      S: * OK [CLOSED] closed
      S: t4 OK`;
    await withSession(script, async (session) => {
      const view = await select(session, "a");
      const uids = uidSetOf([5]);
      assert.equal((await fetchFlags(session, uids)).get(5)?.flags.key, "x");
      await storeFlags(session, { uids, flags: flagSet(["y"]), unchangedSince: 0n });
      await session.run(selectAgain(view));
      assert.deepEqual([view.lacksModSeqs, view.hasUnknownModSeqs], [true, false]);
    });
  }
});

test("flags that are announced without a mod-sequence are noted; those that may be part of an answer are not", async () => {
  for (const [command, isNoted] of [
    ["NOOP", true],
    ["UID FETCH 6 (UID FLAGS MODSEQ)", false],
  ] as const) {
    const script = String.raw`
      C: t1 SELECT a
      ${codes}
      S: * 1 FETCH (UID 4 FLAGS (x))
      S: t1 OK
      C: t2 ${command}
      S: * 1 FETCH (UID 5 FLAGS (x))
      S: * 1 FETCH (UID 5 MODSEQ (91))
      S: t2 OK`;
    await withSession(script, async (session) => {
      const view = await select(session, "a");
      assert.equal(view.hasUnstampedNews, false);
      await (isNoted ? noop(session) : fetchFlags(session, uidSetOf([6])));
      assert.deepEqual([view.hasUnstampedNews, [...view.pending.changes.keys()]], [isNoted, [4, 5]]);
    });
  }
});

test("the number of messages that belongs to the answer stays when more arrive, or when it is selected again", async () => {
  const script = String.raw`
    C: t1 SELECT a
    S: * 0 EXISTS
    ${codes}
    S: t1 OK
    S: * 1 EXISTS
    C: t2 NOOP
    S: t2 OK
    C: t3 SELECT a (QRESYNC (7 90))
    S: * OK [CLOSED] closed
    S: * 2 EXISTS
    S: t3 OK`;
  await withSession(script, async (session) => {
    const a = await select(session, "a");
    assert.equal(a.existedWhenSelected, 0);
    await noop(session);
    await session.run(selectAgain(a));
    assert.deepEqual([a.exists, a.existedWhenSelected], [2, 0]);
  });
});

test("between the last answer and [CLOSED] responses may belong to either mailbox, and belong to none", async () => {
  const script = String.raw`
    C: t1 SELECT a
    S: * 3 EXISTS
    ${codes}
    S: t1 OK
    C: t2 SELECT b
    S: * VANISHED 5
    S: * 1 FETCH (UID 6 FLAGS (x) MODSEQ (91))
    S: * OK [CLOSED] closed
    S: * 40 EXISTS
    ${codes}
    S: * VANISHED (EARLIER) 1:4
    S: * 1 FETCH (UID 8 FLAGS (y) MODSEQ (92))
    S: t2 OK`;
  await withSession(script, async (session) => {
    const a = await select(session, "a");
    const b = await select(session, "b");
    assert.deepEqual([a.exists, a.pending.vanished.ranges, [...a.pending.changes.keys()]], [3, [], []]);
    assert.deepEqual([b.exists, b.pending.vanished.ranges, [...b.pending.changes.keys()]], [40, [[1, 4]], [8]]);
    assert.deepEqual(b.pending.vanishedLive.ranges, []);
    assert.equal(session.view, b);
  });
});

const leaving = `
    C: t1 SELECT a
    ${codes}
    S: t1 OK
    C: t2 SELECT b
    S: * OK [CLOSED]
    ${codes}
    S: t2 OK`;

for (const status of ["BAD", "NO"]) {
  test(`behind a mailbox that is selected though the answer is ${status}, the next one is selected once more`, async () => {
    const script = String.raw`${leaving}
      C: t3 SELECT x
      C: t4 UID FETCH 1 (UID FLAGS MODSEQ)
      C: t5 SELECT y
      C: t6 UID FETCH 1 (UID FLAGS MODSEQ)
      C: t7 SELECT z
      ...
      S: * OK [CLOSED]
      ${codes}
      S: t3 ${status} not now
      S: * 1 FETCH (UID 1 FLAGS (x) MODSEQ (5))
      S: t4 OK
      S: * OK [CLOSED]
      S: * 40 EXISTS
      ${codes}
      S: t5 OK
      S: * 1 FETCH (UID 1 FLAGS (y) MODSEQ (5))
      S: t6 OK
      S: * OK [CLOSED]
      S: * 50 EXISTS
      S: * OK [UIDVALIDITY 1234] v
      S: * OK [UIDNEXT 90] n
      S: * OK [HIGHESTMODSEQ 7] h
      S: t7 OK
      C: t8 SELECT y
      S: * OK [CLOSED]
      S: * 41 EXISTS
      ${codes}
      S: t8 OK`;
    await withSession(script, async (session) => {
      for (const name of ["a", "b"]) await select(session, name);
      const [x, y, z] = ["x", "y", "z"].map((name) => {
        const channel = openChannel(session);
        const selecting = select(channel, name);
        if (name !== "z") void fetchFlags(channel, uidSetOf([1])).catch(() => undefined);
        return selecting;
      });
      await assert.rejects(x!, CommandRefused);
      const again = await y!;
      assert.deepEqual([again.exists, [...again.pending.changes.keys()], again.isOfTwo], [41, [], false]);
      const { exists, uidValidity, isReplaced } = await z!;
      assert.deepEqual([exists, uidValidity, isReplaced], [50, 1234, false]);
    });
  });
}

test("[CLOSED] told twice leaves one mailbox, not two", async () => {
  const script = `${leaving}
    C: t3 SELECT c
    C: t4 SELECT d
    S: * OK [CLOSED]
    S: * OK [CLOSED]
    S: * 3 EXISTS
    ${codes}
    S: t3 OK
    S: * OK [CLOSED]
    S: * 4 EXISTS
    ${codes}
    S: t4 OK`;
  await withSession(script, async (session) => {
    for (const name of ["a", "b"]) await select(session, name);
    const both = await Promise.all(["c", "d"].map((name) => select(session, name)));
    assert.deepEqual(
      both.map(({ exists }) => exists),
      [3, 4],
    );
  });
});

test("mailboxes that were left for another one are known until somebody asks, each once", async () => {
  const script = ["a", "b", "a", "c"]
    .map(
      (name, i) => `C: t${i + 1} SELECT ${name}\n${i > 0 ? "S: * OK [CLOSED] x\n" : ""}${codes}\nS: t${i + 1} OK done`,
    )
    .join("\n");
  await withSession(script, async (session) => {
    for (const name of ["a", "b", "a", "c"]) await select(session, name);
    assert.deepEqual(session.takeLeft(), ["a", "b"]);
    assert.deepEqual(session.takeLeft(), []);
  });
});

test("a mailbox that is selected again twice is left once", async () => {
  const again = "QRESYNC (7 90)";
  const script = `${leaving}
    C: t3 SELECT b (${again})
    C: t4 SELECT b (${again})
    C: t5 SELECT c
    S: * OK [CLOSED]
    S: * 5 EXISTS
    ${codes}
    S: t3 OK
    S: * OK [CLOSED]
    S: * 6 EXISTS
    S: * VANISHED (EARLIER) 7
    ${codes}
    S: t4 OK
    S: * OK [CLOSED]
    S: * 3 EXISTS
    ${codes}
    S: t5 OK`;
  await withSession(script, async (session) => {
    await select(session, "a");
    const b = await select(session, "b");
    const [, , c] = await Promise.all([
      session.run(selectAgain(b)),
      session.run(selectAgain(b)),
      select(openChannel(session), "c"),
    ]);
    assert.deepEqual([b.exists, b.pending.vanished.ranges, c.exists, c.pending.vanished.ranges], [6, [[7, 7]], 3, []]);
  });
});

test("a SELECT that is answered before the one that was sent before it ends the connection", async () => {
  const script = `${leaving}
    C: t3 SELECT c
    C: t4 SELECT d
    S: * OK [CLOSED]
    S: * 4 EXISTS
    ${codes}
    S: t4 OK`;
  await withSession(script, async (session) => {
    for (const name of ["a", "b"]) await select(session, name);
    const both = ["c", "d"].map((name) => select(openChannel(session), name));
    for (const one of both) await assert.rejects(one, failsWith("PROTOCOL", /answered a SELECT before/));
  });
});

/** Up to where the server has shown that it does not tell [CLOSED]. */
const shownMissing = String.raw`
    C: t1 SELECT a
    S: * 3 EXISTS
    ${codes}
    S: t1 OK
    C: t2 SELECT b
    S: * 40 EXISTS
    ${codes}
    S: t2 OK
    C: t4 SELECT b
    S: * 40 EXISTS
    ${codes}
    S: t4 OK
    C: t5 UNSELECT
    ...`;

test("without [CLOSED] mailboxes are left by UNSELECT, and once that has worked they follow one another in a packet", async () => {
  const script = String.raw`${shownMissing}
    S: * 41 EXISTS
    S: t5 OK left
    C: t6 SELECT c
    C: t7 UID FETCH 1 (UID FLAGS MODSEQ)
    C: t8 UNSELECT
    C: t9 SELECT d
    C: t10 UID FETCH 1 (UID FLAGS MODSEQ)
    ...
    S: * 50 EXISTS
    ${codes}
    S: t6 OK
    S: * 1 FETCH (UID 1 FLAGS (x) MODSEQ (5))
    S: t7 OK
    S: * 51 EXISTS
    S: t8 OK
    S: * 60 EXISTS
    ${codes}
    S: t9 OK
    S: * 1 FETCH (UID 1 FLAGS (y) MODSEQ (5))
    S: t10 OK`;
  await withSession(
    script,
    async (session) => {
      await select(session, "a");
      const [onB, onC, onD] = [openChannel(session), openChannel(session), openChannel(session)];
      const b = await select(onB, "b");
      const [c, inC, d, inD] = await Promise.all([
        select(onC, "c"),
        fetchFlags(onC, uidSetOf([1])),
        select(onD, "d"),
        fetchFlags(onD, uidSetOf([1])),
      ]);
      assert.deepEqual([b.exists, c.exists, d.exists], [41, 51, 60]);
      assert.deepEqual([inC.get(1)?.flags.key, inD.get(1)?.flags.key], ["x", "y"]);
      assert.deepEqual(session.takeLeft(), ["a", "b", "c"]);
      assert.equal(session.view, d);
    },
    { capabilities: ["UNSELECT"] },
  );
});

test("where UNSELECT is refused, mailboxes are left as by a server that does not have it", async () => {
  const script = String.raw`${shownMissing}
    S: t5 BAD what
    C: t6 SELECT c
    ...
    S: * 50 EXISTS
    S: t6 OK
    C: t7 SELECT c
    ...
    S: * 50 EXISTS
    ${codes}
    S: t7 OK
    C: t8 UID FETCH 1 (UID FLAGS MODSEQ)
    S: t8 OK`;
  await withSession(
    script,
    async (session) => {
      await select(session, "a");
      const [onB, onC] = [openChannel(session), openChannel(session)];
      await select(onB, "b");
      const [c] = await Promise.all([select(onC, "c"), fetchFlags(onC, uidSetOf([1]))]);
      assert.deepEqual([c.exists, session.view === c], [50, true]);
    },
    { capabilities: ["UNSELECT"] },
  );
});

test("without [CLOSED] a mailbox is selected once more, and nothing overlaps any more", async () => {
  const script = String.raw`
    C: t1 SELECT a
    S: * 3 EXISTS
    ${codes}
    S: t1 OK
    C: t2 SELECT b
    C: t3 UID FETCH 1 (UID FLAGS MODSEQ)
    ...
    S: * VANISHED (EARLIER) 1:4
    S: * 40 EXISTS
    S: * OK [UIDVALIDITY 99] v
    S: t2 OK [READ-WRITE] done
    ...
    S: * 1 FETCH (UID 1 FLAGS (x) MODSEQ (5))
    S: t3 OK
    C: t4 SELECT b
    ...
    S: * 40 EXISTS
    ${codes}
    S: * VANISHED (EARLIER) 2
    S: t4 OK
    C: t5 SELECT c
    ...
    S: * 50 EXISTS
    S: t5 OK
    C: t6 SELECT c
    ...
    S: * 50 EXISTS
    ${codes}
    S: t6 OK
    C: t7 UID FETCH 1 (UID FLAGS MODSEQ)
    S: t7 OK`;
  await withSession(script, async (session) => {
    const a = await select(session, "a");
    const [onB, onC] = [openChannel(session), openChannel(session)];
    const [b, found, c] = await Promise.all([
      select(onB, "b"),
      fetchFlags(onB, uidSetOf([1])),
      select(onC, "c"),
      fetchFlags(onC, uidSetOf([1])),
    ]);
    assert.deepEqual([...found.keys()], [1]);
    assert.deepEqual(
      [a.exists, a.uidValidity === b.uidValidity, a.pending.vanished.ranges, a.isReplaced],
      [3, true, [], false],
    );
    assert.deepEqual([b.exists, b.pending.vanished.ranges, b.isReplaced], [40, [[2, 2]], false]);
    assert.deepEqual([c.exists, session.view === c], [50, true]);
    assert.deepEqual(
      [a, b, c].map(({ existedWhenSelected }) => existedWhenSelected),
      [3, 40, 50],
    );
  });
});

test("the first mailbox is read, and left for the next one, without a pause; then it shows whether [CLOSED] is told", async () => {
  const script = String.raw`
    C: t1 SELECT a
    C: t2 UID FETCH 1 (UID FLAGS MODSEQ)
    C: t3 SELECT b
    C: t4 UID FETCH 2 (UID FLAGS MODSEQ)
    ...
    S: * 3 EXISTS
    ${codes}
    S: t1 OK
    S: * 1 FETCH (UID 1 FLAGS (x) MODSEQ (5))
    S: t2 OK
    S: * OK [CLOSED]
    S: * 4 EXISTS
    ${codes}
    S: t3 OK
    C: t5 SELECT c
    C: t6 UID FETCH 3 (UID FLAGS MODSEQ)
    S: * 2 FETCH (UID 2 FLAGS (y) MODSEQ (6))
    S: t4 OK
    S: * OK [CLOSED]
    S: * 5 EXISTS
    ${codes}
    S: t5 OK
    S: * 3 FETCH (UID 3 FLAGS (z) MODSEQ (7))
    S: t6 OK`;
  await withSession(script, async (session) => {
    const all = await Promise.all(
      ["a", "b", "c"].map(async (name, i) => {
        const channel = openChannel(session);
        const selecting = select(channel, name);
        const found = await fetchFlags(channel, uidSetOf([i + 1]));
        return [(await selecting).exists, ...[...found].map(([uid, { flags }]) => `${String(uid)} ${flags.key}`)];
      }),
    );
    assert.deepEqual(all, [
      [3, "1 x"],
      [4, "2 y"],
      [5, "3 z"],
    ]);
  });
});

test("[CLOSED] that does not come any more, though other SELECTs are under way, ends the connection", async () => {
  const script = String.raw`
    C: t1 SELECT a
    S: * 3 EXISTS
    ${codes}
    S: t1 OK
    C: t2 SELECT b
    S: * OK [CLOSED]
    S: * 4 EXISTS
    ${codes}
    S: t2 OK
    C: t3 SELECT a
    C: t4 SELECT b
    S: * 3 EXISTS
    ${codes}
    S: t3 OK
    S: * OK [CLOSED]
    S: t4 OK`;
  await withSession(script, async (session) => {
    for (const name of ["a", "b"]) await select(session, name);
    const both = [select(session, "a"), select(session, "b")];
    for (const one of both) await assert.rejects(one, failsWith("PROTOCOL", /CLOSED/));
  });
});

test("after a SELECT that fails no mailbox is selected, and nothing is taken for its contents", async () => {
  for (const closed of ["S: * OK [CLOSED] closed", ""]) {
    const script = `
      C: t1 SELECT a
      S: * 3 EXISTS
      ${codes}
      S: t1 OK
      C: t2 SELECT b
      ${closed}
      S: t2 NO [NONEXISTENT] none
      C: t3 SELECT c
      S: * 5 EXISTS
      ${codes}
      S: t3 OK`;
    await withSession(script, async (session) => {
      const a = await select(session, "a");
      await assert.rejects(select(session, "b"), CommandRefused);
      assert.equal(session.view, undefined);
      const c = await select(session, "c");
      assert.deepEqual([a.exists, c.exists], [3, 5]);
    });
  }
});

test("mailbox names travel as they are: quoted, or as a literal when they have 8-bit octets", async () => {
  const script = String.raw`
    C: t1 SELECT "a \"b\\"
    ${codes}
    S: t1 OK
    C: t2 SELECT {4}
    S: + go
    C: caf\xe9
    S: * OK [CLOSED]
    ${codes}
    S: t2 OK`;
  await withSession(script, async (session) => {
    await select(session, 'a "b\\');
    await select(session, "caf\xe9");
  });
});
