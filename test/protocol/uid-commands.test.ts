// UID FETCH, UID STORE and UID EXPUNGE: lines within limits, answers told apart from announcements.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withQresync } from "../../src/imap/abilities.ts";
import { Capabilities } from "../../src/imap/capabilities.ts";
import type { Command } from "../../src/imap/command.ts";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { MailboxView } from "../../src/imap/mailbox/mailbox-view.ts";
import type { TaggedResponse } from "../../src/imap/responses.ts";
import type { Session } from "../../src/imap/session/session.ts";
import { expunge } from "../../src/imap/verbs/expunge.ts";
import { fetchIdentities, fetchMessages, fetchSizes } from "../../src/imap/verbs/fetch.ts";
import { fetchFlags, refetchFlags } from "../../src/imap/verbs/fetch-flags.ts";
import { storeFlags } from "../../src/imap/verbs/uid-store.ts";
import { flagSet } from "../../src/model/flags.ts";
import { emptyUidSet, type UidSet, uidSetOf, union } from "../../src/model/uid-set.ts";
import { formatUidSet, parseUidSet } from "../../src/model/uid-set-text.ts";
import { failsWith, withSession } from "./fixture.ts";

/** 50,000 UIDs, no two of which touch. */
const scattered = uidSetOf(Array.from({ length: 50_000 }, (_, i) => 3_000_000_000 + 3 * i));

/** The lines that `work` sends, each answered with OK at once. */
async function linesOf(work: (session: Session) => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const ok: TaggedResponse = { kind: "tagged", tag: "", status: "OK", code: undefined, text: "" };
  const run = ({ parts }: Command): Promise<TaggedResponse> => {
    lines.push(parts.map((part) => (typeof part === "string" ? part : "{}")).join(""));
    return Promise.resolve(ok);
  };
  const session = { run, capabilities: new Capabilities([]), abilities: withQresync, view: undefined, side: "local" };
  await work(session as unknown as Session);
  return lines;
}

function uidsIn(lines: readonly string[]): UidSet {
  return lines.map((line) => parseUidSet(line.split(" ")[2] ?? "")).reduce(union, emptyUidSet);
}

const longFlags = flagSet(Array.from({ length: 30 }, (_, i) => `$keyword-number-${String(i)}`));

const commands: Readonly<Record<string, (session: Session) => Promise<unknown>>> = {
  "UID FETCH of sizes": (session) => fetchSizes(session, scattered),
  "UID FETCH of identities": (session) => fetchIdentities(session, scattered),
  "UID FETCH of messages": (session) => fetchMessages(session, scattered),
  "UID FETCH of flags": (session) => fetchFlags(session, scattered),
  "UID STORE": (session) =>
    storeFlags(session, { uids: scattered, flags: longFlags, unchangedSince: 9_223_372_036_854_775_807n }),
};

for (const [name, work] of Object.entries(commands)) {
  test(`${name} of 50,000 scattered UIDs is cut into lines that servers take`, async () => {
    // Of what nothing is told, some commands ask twice.
    const lines = [...new Set(await linesOf(work))];
    assert.ok(lines.length > 50_000 / 800 && lines.length < 100, `${String(lines.length)} lines`);
    // The tag and the line's end are to come.
    assert.ok(lines.every((line) => line.length < 8192 - 20));
    assert.equal(formatUidSet(uidsIn(lines)), formatUidSet(scattered));
  });
}

test("expunging 50,000 scattered UIDs marks all parts before it removes the first", async () => {
  const lines = await linesOf((session) => expunge(session, scattered));
  assert.ok(lines.every((line) => line.length < 8192 - 20));
  const parts = lines.length / 2;
  for (let i = 0; i < parts; i++) {
    const uids = lines[i]?.split(" ")[2] ?? "";
    assert.equal(lines[i], String.raw`UID STORE ${uids} +FLAGS.SILENT (\Deleted)`);
    assert.equal(lines[parts + i], `UID EXPUNGE ${uids}`);
  }
  assert.equal(formatUidSet(uidsIn(lines)), formatUidSet(scattered));
});

test("no UIDs, no command", async () => {
  for (const work of [fetchSizes, fetchMessages, fetchFlags, refetchFlags, expunge]) {
    assert.deepEqual(await linesOf((session) => work(session, emptyUidSet)), []);
  }
});

test("flags too long for any line are refused by name, not by a crash", async () => {
  const flags = flagSet(Array.from({ length: 300 }, (_, i) => `$a-very-long-keyword-with-number-${String(i)}`));
  const update = { uids: uidSetOf([1]), flags, unchangedSince: 1n };
  const outcome = await linesOf((session) => storeFlags(session, update)).catch((error: unknown) => error);
  assert.ok(!(outcome instanceof RangeError), String(outcome));
});

/** A session with a mailbox selected, as far as it knows. */
function withSelected<T>(script: string, work: (session: Session, view: MailboxView) => Promise<T>): Promise<T> {
  return withSession(script, (session) => {
    const view = new MailboxView("box", withQresync);
    session.view = view;
    return work(session, view);
  });
}

test("what the server announces by itself is no size, but a change", async () => {
  const script = String.raw`
    C: t1 UID FETCH 1:3 (UID RFC822.SIZE)
    S: * 1 FETCH (UID 1 FLAGS (a) MODSEQ (9))
    S: * 1 FETCH (UID 1 RFC822.SIZE 5)
    S: * 9 FETCH (UID 9 FLAGS (b) RFC822.SIZE 5)
    S: * 3 FETCH (RFC822.SIZE 7 UID 3)
    S: t1 OK`;
  await withSelected(script, async (session, view) => {
    assert.deepEqual(
      [...(await fetchSizes(session, parseUidSet("1:3")))],
      [
        { uid: 1, size: 5 },
        { uid: 3, size: 7 },
      ],
    );
    assert.deepEqual([...view.pending.changes.keys()], [1]);
    assert.equal(formatUidSet(view.takeUnread()), "9", "nobody asked for that: it may be about another message");
  });
});

test("messages come with their latest flags, which makes older announcements void", async () => {
  const script = String.raw`
    C: t1 UID FETCH 1:3 (UID FLAGS INTERNALDATE BODY.PEEK[])
    S: * 1 FETCH (UID 1 FLAGS (old) MODSEQ (9))
    S: * 1 FETCH (UID 1 FLAGS (new) INTERNALDATE " 1-Jan-2024 00:00:00 +0000" BODY[] {6}
    S: a
    S: b\xff\x00)
    S: * 2 FETCH (UID 2 FLAGS (later) MODSEQ (10))
    S: t1 OK
    C: t2 UID FETCH 2:3 (UID FLAGS INTERNALDATE BODY.PEEK[])
    S: t2 OK`;
  await withSelected(script, async (session, view) => {
    assert.deepEqual(await fetchMessages(session, parseUidSet("1:3")), [
      {
        uid: 1,
        flags: flagSet(["new"]),
        date: { instant: Date.UTC(2024, 0, 1), zoneMinutes: 0 },
        bytes: Buffer.from("a\r\nb\xff\0", "latin1"),
      },
    ]);
    assert.deepEqual([...view.pending.changes.keys()], [2]);
  });
});

const whole = String.raw`FLAGS (a) INTERNALDATE "01-Jan-2024 00:00:00 +0000" BODY[] {1}
    S: x`;

for (const [what, answer] of [
  ["twice, word for word", `S: * 1 FETCH (UID 1 ${whole})\nS: * 1 FETCH (UID 1 ${whole})`],
  [
    "in pieces, the octets last",
    `S: * 1 FETCH (UID 1 FLAGS (a))
     S: * 1 FETCH (UID 1 INTERNALDATE "01-Jan-2024 00:00:00 +0000")
     S: * 1 FETCH (UID 1 BODY[] {1}
     S: x)`,
  ],
  [
    "in pieces, the octets first",
    `S: * 1 FETCH (UID 1 BODY[] {1}
     S: x)
     S: * 1 FETCH (UID 1 INTERNALDATE "01-Jan-2024 00:00:00 +0000")
     S: * 1 FETCH (UID 1 FLAGS (a))`,
  ],
  ["beside one that nobody asked for", `S: * 1 FETCH (UID 1 ${whole})\nS: * 2 FETCH (UID 2 ${whole})`],
  ["only when asked once more", `S: t1 OK\nC: t2 UID FETCH 1 ITEMS\nS: * 1 FETCH (UID 1 ${whole})`],
  [
    "without its flags, until asked once more",
    `S: * 1 FETCH (UID 1 INTERNALDATE "01-Jan-2024 00:00:00 +0000" BODY[] {1}
     S: x)
     S: t1 OK
     C: t2 UID FETCH 1 ITEMS
     S: * 1 FETCH (UID 1 FLAGS (a))`,
  ],
] as const) {
  test(`a message told ${what} is one message`, async () => {
    const [items, last] = ["(UID FLAGS INTERNALDATE BODY.PEEK[])", answer.includes("t2") ? "t2" : "t1"];
    const script = `C: t1 UID FETCH 1 ${items}\n${answer.replaceAll("ITEMS", items)}\nS: ${last} OK`;
    await withSelected(script, async (session, view) => {
      assert.deepEqual(await fetchMessages(session, uidSetOf([1])), [
        {
          uid: 1,
          flags: flagSet(["a"]),
          date: { instant: Date.UTC(2024, 0, 1), zoneMinutes: 0 },
          bytes: Buffer.from("x"),
        },
      ]);
      assert.equal(view.pending.changes.has(1), false);
    });
  });
}

test("a message without flags, however often it is asked for, is none", async () => {
  const script = `
    C: t1 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])
    S: * 1 FETCH (UID 1 BODY[] {1}
    S: x)
    S: t1 OK
    C: t2 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])
    S: * 1 FETCH (UID 1 BODY[] {1}
    S: x)
    S: t2 OK`;
  await withSelected(script, async (session) => {
    assert.deepEqual(await fetchMessages(session, uidSetOf([1])), []);
  });
});

const mailDate = '"01-Jan-2024 00:00:00 +0000"';

/** What a server says of a message, octets and all. */
function toldOf(uid: number, text: string, { sequence = uid, date = mailDate, flags = "" } = {}): string {
  const items = `UID ${String(uid)} FLAGS (${flags}) INTERNALDATE ${date}`;
  return `
    S: * ${String(sequence)} FETCH (${items} BODY[] {${String(text.length)}}
    S: ${text})`;
}

const askedFor = (tag: string, uids: string, answers: string): string => `
  C: ${tag} UID FETCH ${uids} (UID FLAGS INTERNALDATE BODY.PEEK[])
  ${answers}
  S: ${tag} OK`;

for (const [what, other] of Object.entries({
  "other octets": toldOf(3, "two!", { sequence: 2 }),
  "another date": toldOf(3, "three", { date: '"02-Jan-2024 00:00:00 +0000"' }),
  "other flags": toldOf(3, "three", { flags: "a" }),
  "other octets, in a piece": `
    S: * 2 FETCH (UID 3 BODY[] {4}
    S: two!)`,
})) {
  for (const isFirst of [true, false]) {
    test(`a message told ${isFirst ? "first" : "then"} with ${what} is asked for once more, alone`, async () => {
      const both = isFirst ? other + toldOf(3, "three") : toldOf(3, "three") + other;
      const left = askedFor("b", "2", toldOf(2, "two!"));
      const script = askedFor("a", "2:3", both) + left + askedFor("c", "3", toldOf(3, "three"));
      await withSession(script, async (session) => {
        const messages = await fetchMessages(session, parseUidSet("2:3"));
        assert.deepEqual(
          messages.map(({ uid, bytes, flags }) => [uid, bytes.toString(), flags.flags]),
          [
            [2, "two!", []],
            [3, "three", []],
          ],
        );
      });
    });
  }
}

test("what is contradictory each time is left out", async () => {
  const both = toldOf(3, "two!") + toldOf(3, "three");
  const script = askedFor("a", "2:3", toldOf(2, "two!") + both) + askedFor("b", "3", both);
  await withSession(script, async (session) => {
    const messages = await fetchMessages(session, parseUidSet("2:3"));
    assert.deepEqual(
      messages.map(({ uid }) => uid),
      [2],
    );
  });
});

test("identities told of two messages under one UID are asked for once more, alone", async () => {
  const identity = (uid: number, id: string): string => `
    S: * 1 FETCH (UID ${String(uid)} FLAGS () INTERNALDATE ${mailDate} RFC822.SIZE 4 BODY[HEADER.FIELDS (MESSAGE-ID)] {${String(id.length + 16)}}
    S: Message-ID: ${id}
    S:
    S: )`;
  const asked = (tag: string, uids: string, answers: string): string => `
    C: ${tag} UID FETCH ${uids} (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])
    ${answers}
    S: ${tag} OK`;
  const script =
    asked("a", "1:2", identity(1, "<x>") + identity(1, "<y>") + identity(2, "<y>")) +
    asked("b", "1", identity(1, "<x>"));
  await withSession(script, async (session) => {
    const identities = await fetchIdentities(session, parseUidSet("1:2"));
    const told = identities.toSorted((a, b) => a.uid - b.uid).map(({ uid, messageId }) => [uid, messageId]);
    assert.deepEqual(told, [
      [1, "<x>"],
      [2, "<y>"],
    ]);
  });
});

test("one without a date has none", async () => {
  const script = `
    C: t1 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])
    S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {1}
    S: x)
    S: t1 OK`;
  await withSelected(script, async (session) => {
    const [message] = await fetchMessages(session, uidSetOf([1]));
    assert.deepEqual([message?.uid, message?.date], [1, undefined]);
  });
});

test("a size told twice is one, and one that is not told is 0", async () => {
  const script = `
    C: t1 UID FETCH 1:4 (UID RFC822.SIZE)
    S: * 2 FETCH (UID 2 RFC822.SIZE 7)
    S: * 1 FETCH (UID 1 RFC822.SIZE 5)
    S: * 2 FETCH (UID 2 RFC822.SIZE 7)
    S: * 3 FETCH (UID 3)
    S: t1 OK
    C: t2 UID FETCH 3 (UID RFC822.SIZE)
    S: * 3 FETCH (UID 3)
    S: t2 OK`;
  await withSelected(script, async (session) => {
    assert.deepEqual(
      [...(await fetchSizes(session, parseUidSet("1:4")))].map(({ uid, size }) => [uid, size]),
      [
        [1, 5],
        [2, 7],
        [3, 0],
      ],
    );
  });
});

test("identities: the Message-ID, where there is one", async () => {
  const script = String.raw`
    C: t1 UID FETCH 1:2 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])
    S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE "01-Jan-2024 00:00:00 +0000" RFC822.SIZE 7 BODY[HEADER.FIELDS (MESSAGE-ID)] {21}
    S: Message-ID: <a@b>
    S:
    S: )
    S: * 2 FETCH (UID 2 FLAGS () INTERNALDATE "01-Jan-2024 00:00:00 +0000" RFC822.SIZE 7 BODY[HEADER.FIELDS ("MESSAGE-ID")] {2}
    S:
    S: )
    S: t1 OK`;
  await withSelected(script, async (session) => {
    const identities = await fetchIdentities(session, parseUidSet("1:2"));
    assert.deepEqual(
      identities.map(({ uid, messageId }) => [uid, messageId]),
      [
        [1, "<a@b>"],
        [2, undefined],
      ],
    );
  });
});

test("flags read on purpose are the reader's; read again for the record, they are changes", async () => {
  const script = String.raw`
    C: t1 UID FETCH 1 (UID FLAGS MODSEQ)
    S: * 1 FETCH (UID 1 FLAGS (a) MODSEQ (9))
    S: t1 OK
    C: t2 UID FETCH 1 (UID FLAGS MODSEQ)
    S: * 1 FETCH (UID 1 FLAGS (b) MODSEQ (10))
    S: t2 OK`;
  await withSelected(script, async (session, view) => {
    const found = await fetchFlags(session, uidSetOf([1]));
    assert.deepEqual([...found], [[1, { flags: flagSet(["a"]), modSeq: 9n }]]);
    assert.equal(view.pending.changes.size, 0);
    await refetchFlags(session, uidSetOf([1]));
    assert.deepEqual([...view.pending.changes], [[1, { flags: flagSet(["b"]), modSeq: 10n }]]);
  });
});

const update = { uids: parseUidSet("1:3"), flags: flagSet(["\\Seen", "x"]), unchangedSince: 12n };
const stored = String.raw`C: t1 UID STORE 1:3 (UNCHANGEDSINCE 12) FLAGS.SILENT (\Seen x)`;

const stores: readonly (readonly [answer: string, left: string])[] = [
  ["OK done", ""],
  ["OK [MODIFIED 2] partly", "2"],
  ["OK [MODIFIED 3,1] partly", "1,3"],
  ["NO [MODIFIED 1:2] some are gone, too", "1:2"],
  ["OK [EXPUNGEISSUED] gone", ""],
];

for (const [answer, left] of stores) {
  test(`STORE answered ${answer}: left alone ${left || "none"}`, async () => {
    await withSelected(`${stored}\nS: t1 ${answer}`, async (session) => {
      assert.equal(formatUidSet(await storeFlags(session, update)), left);
    });
  });
}

for (const set of ["x", "0:1", "*", "1,,2", ""]) {
  test(`STORE answered [MODIFIED ${set}] skips the mailbox`, async () => {
    await withSelected(`${stored}\nS: t1 OK [MODIFIED ${set}] partly`, (session) =>
      assert.rejects(storeFlags(session, update), failsWith("MAILBOX_PROTOCOL", /MODIFIED/)),
    );
  });
}

const odd = flagSet(["k\xe9y", "a", "b"]);

for (const [what, flags, script] of [
  ["added", ["a", "b", "c"], `C: t1 UID STORE 1:3 (UNCHANGEDSINCE 12) +FLAGS.SILENT (c)\nS: t1 OK [MODIFIED 2] partly`],
  ["removed", ["a"], `C: t1 UID STORE 1:3 (UNCHANGEDSINCE 12) -FLAGS.SILENT (b)\nS: t1 OK [MODIFIED 2] partly`],
  [
    "exchanged",
    ["a", "c"],
    `C: t1 UID STORE 1:3 (UNCHANGEDSINCE 12) +FLAGS.SILENT (c)
     S: t1 OK [MODIFIED 2] partly
     C: t2 UID STORE 1,3 -FLAGS.SILENT (b)
     S: t2 OK`,
  ],
] as const) {
  test(`STORE beside a keyword that cannot be sent: only what is ${what} is`, async () => {
    await withSelected(script, async (session) => {
      const wanted = { ...update, flags: flagSet(["k\xe9y", ...flags]), present: odd };
      assert.equal(formatUidSet(await storeFlags(session, wanted)), "2");
    });
  });
}

for (const [what, flags, lines] of [
  ["added", ["a", "b", "c"], ["+FLAGS.SILENT (c)"]],
  ["removed", ["a"], ["-FLAGS.SILENT (b)"]],
  ["exchanged", ["a", "c"], ["+FLAGS.SILENT (c)", "-FLAGS.SILENT (b)"]],
  ["the same", ["a", "b"], []],
] as const) {
  test(`STORE without a mod-sequence, of flags that are known: only what is ${what} is sent`, async () => {
    const wanted = { ...update, flags: flagSet(flags), present: flagSet(["a", "b"]), unchangedSince: 0n };
    assert.deepEqual(
      await linesOf((session) => storeFlags(session, wanted)),
      lines.map((line) => `UID STORE 1:3 ${line}`),
    );
  });
}

test("STORE without a mod-sequence, of flags that are not known, sets all of them", async () => {
  const wanted = { ...update, unchangedSince: 0n };
  assert.deepEqual(await linesOf((session) => storeFlags(session, wanted)), [
    String.raw`UID STORE 1:3 FLAGS.SILENT (\Seen x)`,
  ]);
});

test("STORE refused is an error", async () => {
  await withSelected(`${stored}\nS: t1 NO [CANNOT] no such flag`, (session) =>
    assert.rejects(storeFlags(session, update), CommandRefused),
  );
});

test("STORE: the mod-sequences told in the answer are remembered, and no change is made of them", async () => {
  await withSelected(`${stored}\nS: * 1 FETCH (UID 1 MODSEQ (13))\nS: t1 OK`, async (session, view) => {
    await storeFlags(session, update);
    assert.equal(view.pending.changes.size, 0);
    assert.equal(view.modSeqOf(1), 13n);
  });
});

test("an expunge is seen in the view", async () => {
  const script = String.raw`
    C: t1 UID STORE 3,5 +FLAGS.SILENT (\Deleted)
    C: t2 UID EXPUNGE 3,5
    S: * 1 FETCH (UID 3 FLAGS (\Deleted) MODSEQ (13))
    S: t1 OK
    S: * VANISHED 3,5
    S: t2 OK [HIGHESTMODSEQ 14] done`;
  await withSelected(script, async (session, view) => {
    await expunge(session, parseUidSet("3,5"));
    assert.equal(formatUidSet(view.pending.vanished), "3,5");
    assert.equal(view.pending.changes.size, 0);
  });
});

test("each of several FETCHes in flight gets its own answers, though the server confirms all of them at the end", async () => {
  const script = String.raw`
    C: t1 UID FETCH 1 (UID RFC822.SIZE)
    C: t2 UID FETCH 1 (UID FLAGS MODSEQ)
    C: t3 UID FETCH 1 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])
    C: t4 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])
    S: * 1 FETCH (UID 1 RFC822.SIZE 6)
    S: * 1 FETCH (UID 1 FLAGS (a) MODSEQ (9))
    S: * 1 FETCH (UID 1 FLAGS (b) INTERNALDATE "01-Jan-2024 00:00:00 +0000" RFC822.SIZE 6 BODY[HEADER.FIELDS (MESSAGE-ID)] {2}
    S:
    S: )
    S: * 1 FETCH (UID 1 FLAGS (c) INTERNALDATE "01-Jan-2024 00:00:00 +0000" BODY[] {6}
    S: a
    S: b\xff\x00)
    S: t1 OK
    S: t2 OK
    S: t3 OK
    S: t4 OK`;
  await withSelected(script, async (session) => {
    const one = uidSetOf([1]);
    const [sizes, flags, identities, messages] = await Promise.all([
      fetchSizes(session, one),
      fetchFlags(session, one),
      fetchIdentities(session, one),
      fetchMessages(session, one),
    ]);
    assert.deepEqual([...sizes], [{ uid: 1, size: 6 }]);
    assert.deepEqual(
      [flags.get(1)?.flags, identities[0]?.flags, messages[0]?.flags].map((one) => one?.key),
      ["a", "b", "c"],
    );
  });
});
