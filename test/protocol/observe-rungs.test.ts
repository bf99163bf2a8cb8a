// What happened in a mailbox, from the dialogue with servers that do not report it: by mod-sequences, and by a look at all of it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { basic, withCondstore } from "../../src/imap/abilities.ts";
import { Capabilities } from "../../src/imap/capabilities.ts";
import type { Session } from "../../src/imap/session/session.ts";
import type { Baseline, Observed } from "../../src/mail/observe/changes.ts";
import { observe, observeAgain, observeNow } from "../../src/mail/observe/observe.ts";
import { flagSet } from "../../src/model/flags.ts";
import { KnownFlags } from "../../src/model/known-flags.ts";
import { formatUidSet, parseUidSet } from "../../src/model/uid-set-text.ts";
import { failsWith, withSession } from "./fixture.ts";

const seen = flagSet(["\\Seen"]);

function known(flags: Readonly<Record<number, readonly string[]>>): KnownFlags {
  const all = new KnownFlags();
  for (const [uid, list] of Object.entries(flags)) all.set(Number(uid), flagSet(list));
  return all;
}

function said({ vanished, changed, rung, uncertain }: Observed): Record<string, unknown> {
  const flags = Object.fromEntries([...changed].map(([uid, change]) => [uid, change.flags.key]));
  return { rung, uncertain: formatUidSet(uncertain), vanished: formatUidSet(vanished), changed: flags };
}

describe("by mod-sequences", () => {
  const state = { uidValidity: 7, uidNext: 20, highestModSeq: 80n };
  const baseline: Baseline = { state, messages: 5, recorded: () => parseUidSet("3,5:6,18:19") };

  const opened = (exists: number, more = "", uidNext = 20): string => `
    C: t1 SELECT a (CONDSTORE)
    S: * ${String(exists)} EXISTS
    S: * OK [UIDVALIDITY 7] v
    S: * OK [UIDNEXT ${String(uidNext)}] n
    S: * OK [HIGHESTMODSEQ 90] h
    S: t1 OK
    C: t2 UID FETCH 1:19 (UID FLAGS) (CHANGEDSINCE 80)
    ${more}
    S: t2 OK`;

  const withServer = (script: string, work: (session: Session) => Promise<void>): Promise<void> =>
    withSession(script, (session) => {
      session.abilities = withCondstore;
      return work(session);
    });

  test("as many messages as before, and one for each UID since: nothing is searched for", async () => {
    const news = String.raw`S: * 2 FETCH (UID 5 FLAGS (\Seen) MODSEQ (85))`;
    const answer = { rung: "mod-sequences", uncertain: "", vanished: "", changed: { 5: "\\Seen" } };
    for (const [exists, uidNext] of [
      [5, 20],
      [7, 22],
    ] as const)
      await withServer(opened(exists, news, uidNext), async (session) => {
        assert.deepEqual(said(await observe(session, "a", baseline)), answer);
      });
  });

  test("otherwise what does not answer is said to be gone", async () => {
    for (const [exists, uidNext] of [
      [3, 20],
      [4, 22],
      [5, 22],
    ] as const) {
      const script = `${opened(exists, "", uidNext)}
        C: t3 UID SEARCH UID 1:19
        S: * SEARCH 3 5 18
        S: t3 OK`;
      await withServer(script, async (session) => {
        assert.deepEqual(said(await observe(session, "a", baseline)).vanished, "6,19");
      });
    }
  });

  test("what the server counts and leaves out is not gone", async () => {
    const script = (news: string): string => `${opened(4)}
      C: t3 UID SEARCH UID 1:19
      S: * SEARCH 3 5 18
      S: t3 OK
      C: t4 NOOP
      ${news}
      S: t4 OK`;
    await withServer(script(""), async (session) => {
      const message = /counts 4 messages but does not list 1 of them/;
      await assert.rejects(observe(session, "a", baseline), failsWith("MAILBOX_PROTOCOL", message));
    });
    await withServer(script("S: * 3 EXPUNGE"), async (session) => {
      assert.deepEqual(said(await observe(session, "a", baseline)).vanished, "6,19");
    });
  });

  test("copies since are not missed: nobody knows that they ever were there", async () => {
    const script = `${opened(4)}
      C: t3 UID SEARCH UID 1:19
      S: * SEARCH 3 5:6 18
      S: t3 OK`;
    const recorded = (): ReturnType<typeof parseUidSet> => parseUidSet("3,5:6,18:19,25");
    await withServer(script.replace("5:6 18", "5 6 18"), async (session) => {
      assert.deepEqual(said(await observe(session, "a", { ...baseline, recorded })).vanished, "19");
    });
  });

  test("of another mailbox under that name nothing is taken for a change", async () => {
    const script = opened(5, String.raw`S: * 2 FETCH (UID 5 FLAGS (\Seen) MODSEQ (85))`).replace(
      "UIDVALIDITY 7",
      "UIDVALIDITY 8",
    );
    await withServer(script, async (session) => {
      const observed = await observe(session, "a", baseline);
      assert.ok(observed.isAnew);
      assert.equal(observed.view.pending.changes.size, 0);
    });
  });

  test("a mailbox without mod-sequences: the server refuses to tell, and all of it is looked at", async () => {
    const script = String.raw`
      C: t1 SELECT a (CONDSTORE)
      S: * 2 EXISTS
      S: * OK [UIDVALIDITY 7] v
      S: * OK [UIDNEXT 20] n
      S: * OK [NOMODSEQ] h
      S: t1 OK
      C: t2 UID FETCH 1:19 (UID FLAGS) (CHANGEDSINCE 80)
      S: t2 BAD no mod-sequences
      C: t3 UID FETCH 1:19 (UID FLAGS)
      S: * 1 FETCH (UID 3 FLAGS (\Seen))
      S: * 2 FETCH (UID 5 FLAGS ())
      S: t3 OK`;
    await withServer(script, async (session) => {
      const flags = (): KnownFlags => known({ 3: [], 5: [], 6: [], 18: [], 19: [] });
      const answer = { rung: "full-look", uncertain: "", vanished: "6,18:19", changed: { 3: "\\Seen" } };
      assert.deepEqual(said(await observe(session, "a", { ...baseline, flags })), answer);
    });
  });

  test("what is told by number only is found out before the state counts", async () => {
    const script = String.raw`${opened(5)}
      C: t3 STATUS a (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
      C: t4 NOOP
      S: * STATUS a (MESSAGES 4 UIDNEXT 20 UIDVALIDITY 7 HIGHESTMODSEQ 95)
      S: t3 OK
      S: * 2 EXPUNGE
      S: * 2 FETCH (FLAGS (\Seen) MODSEQ (95))
      S: t4 OK
      C: t5 SELECT a (CONDSTORE)
      S: * 4 EXISTS
      S: * OK [UIDVALIDITY 7] v
      S: * OK [UIDNEXT 20] n
      S: * OK [HIGHESTMODSEQ 95] h
      S: t5 OK
      C: t6 UID FETCH 1:19 (UID FLAGS) (CHANGEDSINCE 90)
      S: * 2 FETCH (UID 6 FLAGS (\Seen) MODSEQ (95))
      S: t6 OK
      C: t7 UID SEARCH UID 1:19
      S: * SEARCH 3 6 18 19
      S: t7 OK`;
    await withServer(script, async (session) => {
      const observed = await observe(session, "a", baseline);
      const now = await observeNow(session, observed);
      assert.deepEqual([now.highestModSeq, now.messages], [95n, 4]);
      assert.deepEqual(said(observed), {
        rung: "mod-sequences",
        uncertain: "",
        vanished: "5",
        changed: { 6: "\\Seen" },
      });
      assert.ok(!observed.view.hasUnnamedNews);
    });
  });
});

describe("by a look at all of it", () => {
  const state = { uidValidity: 7, uidNext: 20, highestModSeq: 0n };
  const flags = { 3: ["\\Seen"], 5: [], 6: [], 18: ["\\Seen", "work"], 19: [] };
  const baseline: Baseline = { state, recorded: () => parseUidSet("3,5:6,18:19"), flags: () => known(flags) };
  const selected = (exists: number): string => `
    C: t1 SELECT a
    S: * ${String(exists)} EXISTS
    S: * OK [UIDVALIDITY 7] v
    S: * OK [UIDNEXT 22] n
    S: t1 OK`;

  const withServer = (script: string, work: (session: Session) => Promise<void>): Promise<void> =>
    withSession(script, (session) => {
      session.abilities = basic;
      return work(session);
    });

  const looked = String.raw`${selected(6)}
    C: t2 UID FETCH 1:19 (UID FLAGS)
    S: * 1 FETCH (UID 3 FLAGS (\Seen))
    S: * 2 FETCH (UID 5 FLAGS (\Flagged))
    S: * 3 FETCH (UID 18 FLAGS (work \Seen \Recent))
    S: * 4 FETCH (UID 19 FLAGS ())
    S: t2 OK`;

  test("what has other flags than it had has changed, and what does not answer is said to be gone", async () => {
    await withServer(looked, async (session) => {
      const observed = await observe(session, "a", baseline);
      const answer = { rung: "full-look", uncertain: "", vanished: "6", changed: { 5: "\\Flagged" } };
      assert.deepEqual(said(observed), answer);
      assert.equal(observed.firstNew, 20);
      assert.deepEqual(
        [...observed.flagsNow!.entries()].map(([uid]) => uid),
        [3, 5, 18, 19],
      );
    });
  });

  test("after the look the numbers of messages mean something", async () => {
    const script = String.raw`${looked}
      C: t3 STATUS a (MESSAGES UIDNEXT UIDVALIDITY)
      C: t4 NOOP
      S: * STATUS a (MESSAGES 5 UIDNEXT 22 UIDVALIDITY 7)
      S: t3 OK
      S: * 2 EXPUNGE
      S: * 3 FETCH (FLAGS (\Seen))
      S: t4 OK`;
    await withServer(script, async (session) => {
      const observed = await observe(session, "a", baseline);
      await observeNow(session, observed);
      assert.deepEqual(said(observed), {
        rung: "full-look",
        uncertain: "",
        vanished: "5:6",
        changed: { 19: "\\Seen" },
      });
    });
  });

  test("beyond what was looked at they do not: it is looked at once more, and compared with the last look", async () => {
    const script = String.raw`${looked}
      C: t3 STATUS a (MESSAGES UIDNEXT UIDVALIDITY)
      C: t4 NOOP
      S: * STATUS a (MESSAGES 6 UIDNEXT 22 UIDVALIDITY 7)
      S: t3 OK
      S: * 5 FETCH (FLAGS (\Seen))
      S: t4 OK
      C: t5 SELECT a
      S: * 6 EXISTS
      S: * OK [UIDVALIDITY 7] v
      S: * OK [UIDNEXT 22] n
      S: t5 OK
      C: t6 UID FETCH 1:21 (UID FLAGS)
      S: * 1 FETCH (UID 3 FLAGS ())
      S: * 2 FETCH (UID 5 FLAGS (\Flagged))
      S: * 3 FETCH (UID 18 FLAGS (work \Seen))
      S: * 4 FETCH (UID 19 FLAGS ())
      S: * 5 FETCH (UID 20 FLAGS (\Seen))
      S: * 6 FETCH (UID 21 FLAGS ())
      S: t6 OK`;
    await withServer(script, async (session) => {
      const observed = await observe(session, "a", baseline);
      observed.view.pending.takeChanges();
      await observeNow(session, observed);
      assert.deepEqual(said(observed).changed, { 3: "" });
      assert.equal(observed.flagsNow!.get(20), seen);
    });
  });

  test("what the server counts and leaves out is not gone", async () => {
    const script = `${looked.replace("6 EXISTS", "7 EXISTS")}
      C: t3 NOOP
      S: t3 OK`;
    await withServer(script, async (session) => {
      const message = /counts 7 messages but does not list 1 of them/;
      await assert.rejects(observe(session, "a", baseline), failsWith("MAILBOX_PROTOCOL", message));
    });
  });

  test("an answer that is about some of the messages only is none (MESSAGELIMIT)", async () => {
    const script = `${selected(6)}
      C: t2 UID FETCH 1:19 (UID FLAGS)
      S: * 1 FETCH (UID 3 FLAGS ())
      S: t2 OK [MESSAGELIMIT 1 5] partly`;
    await withServer(script, async (session) => {
      await assert.rejects(observe(session, "a", baseline), failsWith("MAILBOX_PROTOCOL", /some of the messages only/));
    });
  });

  test("a server with such a limit is asked for fewer at once", async () => {
    const script = `${selected(5)}
      C: t2 UID FETCH 1:10 (UID FLAGS)
      C: t3 UID FETCH 11:19 (UID FLAGS)
      S: * 1 FETCH (UID 3 FLAGS (\\Seen))
      S: * 2 FETCH (UID 5 FLAGS ())
      S: * 3 FETCH (UID 6 FLAGS ())
      S: t2 OK
      S: * 4 FETCH (UID 18 FLAGS (\\Seen work))
      S: * 5 FETCH (UID 19 FLAGS (x))
      S: t3 OK`;
    await withServer(script, async (session) => {
      session.capabilities = new Capabilities(["MESSAGELIMIT=10"]);
      assert.deepEqual(said(await observe(session, "a", baseline)).changed, { 19: "x" });
    });
  });

  test("of a message with two different answers the server is asked again", async () => {
    const script = String.raw`${selected(1)}
      C: t2 UID FETCH 1:19 (UID FLAGS)
      S: * 1 FETCH (UID 5 FLAGS (\Flagged))
      S: * 1 FETCH (UID 5 FLAGS (\Seen))
      S: t2 OK
      C: t3 UID FETCH 5 (UID FLAGS)
      S: * 1 FETCH (UID 5 FLAGS (\Seen))
      S: t3 OK`;
    await withServer(script, async (session) => {
      const observed = await observe(session, "a", { ...baseline, recorded: () => parseUidSet("5") });
      assert.deepEqual(said(observed).changed, { 5: "\\Seen" });
      assert.equal(observed.flagsNow!.get(5), seen);
    });
  });

  test("messages whose flags were not known are told apart", async () => {
    await withServer(looked, async (session) => {
      const observed = await observe(session, "a", { ...baseline, flags: () => known({ 3: [], 18: [] }) });
      assert.deepEqual(said(observed), {
        rung: "full-look",
        uncertain: "5,19",
        vanished: "6",
        changed: { 3: "\\Seen", 18: "\\Seen work" },
      });
    });
  });

  test("where no flags are known there is nothing to compare with, and nothing is asked", async () => {
    await withServer(selected(6), async (session) => {
      const observed = await observe(session, "a", { ...baseline, flags: () => undefined });
      assert.deepEqual(said(observed), { rung: "full-look", uncertain: "3,5:6,18:19", vanished: "", changed: {} });
    });
  });

  test("asked again it says what happened since, claims the same messages, and nothing of copies", async () => {
    const script = String.raw`${looked}
      C: t3 SELECT a
      S: * 3 EXISTS
      S: * OK [UIDVALIDITY 7] v
      S: * OK [UIDNEXT 25] n
      S: t3 OK
      C: t4 UID FETCH 1:24 (UID FLAGS)
      S: * 1 FETCH (UID 3 FLAGS (\Seen))
      S: * 2 FETCH (UID 5 FLAGS (\Flagged))
      S: * 3 FETCH (UID 18 FLAGS (work \Seen))
      S: t4 OK`;
    await withServer(script, async (session) => {
      const observed = await observe(session, "a", { ...baseline, recorded: () => parseUidSet("3,5:6,18:19,24") });
      observed.view.pending.takeChanges();
      await observeAgain(session, observed);
      assert.deepEqual(said(observed), { rung: "full-look", uncertain: "", vanished: "6,19", changed: {} });
    });
  });
});
