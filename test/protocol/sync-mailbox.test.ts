// One mailbox on two servers that follow scripts: what goes wrong between two commands, and what is kept of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sides } from "../../src/model/side.ts";
import { failsWith } from "./fixture.ts";
import {
  appended,
  asked,
  before,
  budget,
  date,
  expunged,
  fetched,
  freshTags,
  mapping,
  type Now,
  selected,
  settled,
  sizes,
  withScene,
} from "./mailbox-scene.ts";

test("a new message is copied, recorded, and the state saved", async () => {
  const scripts = {
    local: selected({ uidNext: 4, modSeq: 6 }) + sizes(3) + fetched(3),
    remote: selected() + appended(3) + settled({ uidNext: 4, modSeq: 6 }),
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1, 3: 3 });
    const after = { uidValidity: 7, uidNext: 4, highestModSeq: 6n };
    assert.deepEqual(scene.store.mailboxes()[0]?.states, { local: after, remote: after });
    assert.equal(scene.store.transfers.interruption(scene.idx), undefined);
  });
});

const mebibytes = (count: number): string => "x".repeat(count << 20);

test("a message that is much larger than its server told is asked for once more, alone, and copied", async () => {
  const text = mebibytes(2);
  const scripts = {
    local: selected({ uidNext: 4, modSeq: 6 }) + sizes(3) + fetched(3, text) + fetched(3, text, "again"),
    remote: selected() + appended(3, text) + settled({ uidNext: 4, modSeq: 6 }),
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1, 3: 3 });
  });
});

test("a message that is larger each time is refused, and everything else goes on", async () => {
  const scripts = {
    local:
      selected({ uidNext: 4, modSeq: 6 }) + sizes(3) + fetched(3, mebibytes(2)) + fetched(3, mebibytes(6), "again"),
    remote: selected(),
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    const [refused, ...others] = scene.store.refusals.messages(scene.idx);
    assert.deepEqual([refused?.uid, refused?.size, others], [3, 6 << 20, []]);
    assert.match(refused?.reason ?? "", /^the local server sends 6291456 octets of it, far more than it says/);
  });
});

test("a UIDNEXT announced in the middle of a round skips no message", async () => {
  const announced = fetched(3).replace("S: f3 OK", "S: * 4 EXISTS\nS: * OK [UIDNEXT 6] more\nS: f3 OK");
  const both = `
    C: v UID FETCH 4:5 (UID RFC822.SIZE)
    S: * 4 FETCH (UID 5 RFC822.SIZE 4)
    S: v OK`;
  const scripts = {
    local:
      selected({ uidNext: 4 }) +
      (sizes(3) + announced + settled({ uidNext: 6, exists: 4 })) +
      (both + fetched(5) + settled({ uidNext: 6, exists: 4 })),
    remote: selected() + appended(3) + settled({ uidNext: 4 }) + appended(4) + settled({ uidNext: 5 }),
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1, 3: 3, 4: 5 });
  });
});

const longAgo = new Date(0);

test("a message refused once more stays on record, however many rounds follow", async () => {
  const refused = `
    C: p APPEND box () ${date} {4+}
    C: mail
    S: p NO [OVERQUOTA] Still no room`;
  const seen = String.raw`S: * 1 FETCH (UID 1 FLAGS (\Seen) MODSEQ (6))`;
  const store = String.raw`
    C: m UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (\Seen)
    S: * 2 FETCH (UID 2 MODSEQ (6))
    S: m OK`;
  const scripts = {
    local:
      selected() +
      sizes(2) +
      fetched(2).replace("S: f2 OK", `${seen}\nS: f2 OK`) +
      settled({ modSeq: 6 }) +
      settled({ modSeq: 6 }),
    remote: selected({ exists: 1 }) + refused + settled({ exists: 1 }) + store + settled({ exists: 1, modSeq: 6 }),
  };
  await withScene(scripts, async (scene) => {
    scene.store.mappings.remove(scene.idx, [2]);
    const refusal = { side: "local", uid: 2, size: 4, messageId: undefined, reason: "No room" } as const;
    scene.store.refusals.recordMessage(scene.idx, refusal, longAgo);
    await scene.sync();
    assert.deepEqual(
      scene.store.refusals.messages(scene.idx).map(({ uid, attempts, reason }) => [uid, attempts, reason]),
      [[2, 2, "[OVERQUOTA] Still no room"]],
    );
  });
});

test("a refused message has a minute's rest", async () => {
  const scripts = { local: selected(), remote: selected({ exists: 1 }) };
  await withScene(scripts, async (scene) => {
    scene.store.mappings.remove(scene.idx, [2]);
    scene.store.refusals.recordMessage(scene.idx, {
      side: "local",
      uid: 2,
      size: 4,
      messageId: undefined,
      reason: "No room",
    });
    await scene.sync();
    assert.deepEqual(
      scene.store.refusals.messages(scene.idx).map(({ uid, attempts }) => [uid, attempts]),
      [[2, 1]],
    );
  });
});

test("a refused message that is accepted now, or is gone, is off the record", async () => {
  const gone = `
    C: u2 UID FETCH 2 (UID RFC822.SIZE)
    S: u2 OK`;
  for (const [local, remote, exists] of [
    [sizes(2) + fetched(2), appended(3) + settled({ uidNext: 4, exists: 2 }), 2],
    [gone, "", 1],
  ] as const) {
    const scripts = { local: selected({ exists }) + local, remote: selected({ exists: 1 }) + remote };
    await withScene(scripts, async (scene) => {
      scene.store.mappings.remove(scene.idx, [2]);
      const refusal = { side: "local", uid: 2, size: 4, messageId: undefined, reason: "No room" } as const;
      scene.store.refusals.recordMessage(scene.idx, refusal, longAgo);
      await scene.sync();
      assert.deepEqual(scene.store.refusals.messages(scene.idx), []);
    });
  }
});

test("a message gone from one side is expunged on the other, and its mapping dropped", async () => {
  const scripts = {
    local: selected({ exists: 1, modSeq: 6 }, "S: * VANISHED (EARLIER) 1") + asked("1", { exists: 1 }),
    remote: selected() + expunged + settled({ exists: 1, modSeq: 6 }),
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(mapping(scene), { 1: 2 });
    assert.deepEqual(
      scene.events.map(({ type, side }) => [type, side]),
      [["messages-removed", "remote"]],
    );
  });
});

// An answer that cannot be read is an answer: the message is there.
const illegible = (uid: number): string => `* 1 FETCH (UID ${String(uid)} FLAGS x)`;

test("a message that is reported as vanished, and told of so that it cannot be read, is not deleted", async () => {
  const scripts = {
    local:
      selected({ exists: 1, modSeq: 6 }, "S: * VANISHED (EARLIER) 1") +
      asked("1", { exists: 1, there: `S: ${illegible(1)}` }),
    remote: selected(),
  };
  await withScene(scripts, async (scene) => {
    await assert.rejects(scene.sync(), failsWith("MAILBOX_PROTOCOL", /UID 1 FLAGS/));
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    assert.deepEqual(scene.store.mailboxes()[0]?.states.local, before);
  });
});

test("a message that was to be expunged, and is told of so that it cannot be read, keeps its mapping", async () => {
  const there = `
    C: w UID FETCH 2 (UID FLAGS MODSEQ)
    S: ${illegible(2)}
    S: w OK`;
  const scripts = {
    local: selected({ exists: 1, modSeq: 6 }, "S: * VANISHED (EARLIER) 1") + asked("1", { exists: 1 }),
    remote: selected() + expunged.replace("S: * VANISHED 2\n", "") + there,
  };
  await withScene(scripts, async (scene) => {
    await assert.rejects(scene.sync(), failsWith("MAILBOX_PROTOCOL", /UID 2 FLAGS/));
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
  });
});

test("a side that refuses to expunge keeps the mapping, and that is remembered", async () => {
  const there = `
    C: w UID FETCH 2 (UID FLAGS MODSEQ)
    S: * 2 FETCH (UID 2 FLAGS (\\Deleted) MODSEQ (6))
    S: w OK`;
  const refused = expunged.replace("S: * VANISHED 2\n", "").replace("y OK", "y NO [NOPERM] no");
  const scripts = {
    local: selected({ exists: 1, modSeq: 6 }, "S: * VANISHED (EARLIER) 1") + asked("1", { exists: 1 }),
    remote: `${selected()}${refused}${there}${settled({ modSeq: 6 })}`,
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    assert.equal(scene.store.mailboxes()[0]?.states.local?.highestModSeq, 6n);
    assert.deepEqual(
      scene.store.refusals.changes(scene.idx).map(({ side, uid, what, reason }) => [side, uid, what, reason]),
      [["remote", 2, "deletion", "[NOPERM] no"]],
    );
    assert.deepEqual(
      scene.events.map(({ type, side }) => [type, side]),
      [["deletions-refused", "remote"]],
    );
  });
});

// Cyrus tells that everything vanished when the selected mailbox is renamed or deleted by somebody else.
const stored = `
  C: z UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (a)
  S: * 2 FETCH (UID 2 MODSEQ (6))
  S: z OK`;
const flagged = selected({ modSeq: 6 }, "S: * 1 FETCH (UID 1 FLAGS (a) MODSEQ (6))");
const everythingVanished = selected() + stored + settled({}, "S: * VANISHED 1:2");

const selectedAgain = (exists: number, since: number): string => `
  C: s SELECT box (QRESYNC (7 ${String(since)}))
  S: * OK [CLOSED] c
  S: * ${String(exists)} EXISTS
  S: * OK [UIDVALIDITY 7] v
  S: * OK [UIDNEXT 3] n
  S: * OK [HIGHESTMODSEQ 6] h
  S: s OK [READ-WRITE] done`;

/** As {@link asked}, once a count did not fit. */
function askedAnew(uids: string, { exists = 2, selects = 2, since = 5 } = {}): string {
  const [t, s, f, n] = freshTags("tsfn");
  return `
    C: ${t} STATUS box (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
    S: * STATUS box (MESSAGES ${String(exists)} UIDNEXT 3 UIDVALIDITY 7 HIGHESTMODSEQ 6)
    S: ${t} OK
    ${selectedAgain(selects, since).replace(/([CS]:) s /gu, `$1 ${s} `)}
    C: ${f} UID FETCH ${uids} (UID FLAGS MODSEQ)
    C: ${n} NOOP
    S: ${f} OK
    S: ${n} OK`;
}

test("all messages vanish and the mailbox is gone: nothing is expunged on the other side", async () => {
  const check = `
    C: c STATUS box (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
    C: f UID FETCH 1:2 (UID FLAGS MODSEQ)
    C: d NOOP
    S: c NO [NONEXISTENT] Mailbox does not exist
    S: f OK
    S: d OK`;
  const scripts = { local: everythingVanished + check, remote: flagged };
  await withScene(scripts, async (scene) => {
    await assert.rejects(scene.sync(), failsWith("MAILBOX_UNSTABLE", /nothing was deleted/));
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    assert.deepEqual(scene.store.mailboxes()[0]?.states.local, before);
  });
});

for (const [answer, code, line] of [
  ["NO [UNAVAILABLE] Backend down", "COMMAND_REFUSED", /: NO \[UNAVAILABLE\] Backend down$/],
  ["NO [NOPERM] Not you", "COMMAND_REFUSED", /: NO \[NOPERM\] Not you$/],
  ["NO Try again in 5 minutes", "COMMAND_REFUSED", /: NO Try again in 5 minutes$/],
  ["NO [NONEXISTENT] Gone", "MAILBOX_UNSTABLE", /: NO \[NONEXISTENT\] Gone; it was probably renamed or deleted/],
  ["BAD Eh?", "MAILBOX_UNSTABLE", /: BAD Eh\?; it was probably renamed or deleted/],
] as const) {
  for (const refused of ["STATUS", "UID FETCH", "NOOP"]) {
    test(`${refused} that is to confirm deletions is answered with ${answer}: the line has these words`, async () => {
      const said = (name: string): string => (name === refused ? answer : "OK");
      // Some servers say that where none of the messages is there.
      const search = `C: g UID SEARCH UID 1:2\nS: * SEARCH 1 2\nS: g OK`;
      const check = `
        C: c STATUS box (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
        C: f UID FETCH 1:2 (UID FLAGS MODSEQ)
        C: d NOOP
        S: c ${said("STATUS")}
        S: f ${said("UID FETCH")}
        S: d ${said("NOOP")}
        ${said("UID FETCH").startsWith("BAD") ? search : ""}`;
      await withScene({ local: everythingVanished + check, remote: flagged }, async (scene) => {
        await assert.rejects(scene.sync(), failsWith(code, line));
        assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
      });
    });
  }
}

test("all messages vanish and another mailbox has taken the name: nothing is expunged either", async () => {
  const others = [
    asked("1:2", { exists: 0, uidValidity: 8 }),
    asked("1:2", { exists: 2 }) +
      askedAnew("1:2", { exists: 2, selects: 0 }) +
      askedAnew("1:2", { exists: 2, selects: 0, since: 6 }),
  ];
  for (const other of others) {
    await withScene({ local: everythingVanished + other, remote: flagged }, async (scene) => {
      await assert.rejects(scene.sync(), failsWith("MAILBOX_UNSTABLE"));
      assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    });
  }
});

test("a mailbox that was really emptied is emptied on the other side, once it has said so twice", async () => {
  const check = asked("1:2", { exists: 0 }) + asked("1:2", { exists: 0 });
  const scripts = {
    local: everythingVanished + check + settled({ exists: 0, modSeq: 6 }),
    remote: flagged + expunged.replaceAll(" 2", " 1:2") + settled({ exists: 0, modSeq: 7 }),
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(mapping(scene), {});
  });
});

test("a mailbox that loses its messages and then is gone: nothing is expunged on the other side", async () => {
  const gone = asked("1:2", { exists: 0 })
    .replace(/S: \* STATUS[^\n]*/u, "")
    .replace(/S: (t\d+) OK/u, "S: $1 NO gone");
  const scripts = { local: everythingVanished + asked("1:2", { exists: 0 }) + gone, remote: flagged };
  await withScene(scripts, async (scene) => {
    await assert.rejects(scene.sync(), failsWith("MAILBOX_UNSTABLE"));
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
  });
});

const flagsOf = (uids: string, answers: string): string => {
  const [f] = freshTags("f");
  return `
    C: ${f} UID FETCH ${uids} (UID FLAGS MODSEQ)
    ${answers}
    S: ${f} OK`;
};
const told = (uid: number, flags = "", modSeq = 5): string =>
  `S: * ${String(uid)} FETCH (UID ${String(uid)} FLAGS (${flags}) MODSEQ (${String(modSeq)}))`;

test("messages that are said to have vanished, and are there, stay; their flags are compared", async () => {
  const hidden = flagsOf("1", told(1, "new", 6));
  const scripts = {
    local: selected({ modSeq: 6 }, "S: * VANISHED (EARLIER) 1") + asked("1", { there: told(1, "new", 6) }) + hidden,
    remote:
      selected() +
      flagsOf("2", told(2)) +
      `
      C: z UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (new)
      S: * 2 FETCH (UID 2 MODSEQ (6))
      S: z OK` +
      settled({ modSeq: 6 }),
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    assert.deepEqual(
      scene.events.map(({ type, side }) => [type, side]),
      [
        ["vanished-refuted", "local"],
        ["flags-updated", "remote"],
      ],
    );
  });
});

test("the same while the mailbox is open, told twice", async () => {
  const scripts = {
    local:
      selected() +
      stored +
      settled({ modSeq: 6 }, "S: * VANISHED 2\nS: * VANISHED 2") +
      asked("2", { there: told(2, "a", 6) }) +
      flagsOf("2", told(2, "a", 6)) +
      settled({ modSeq: 6 }),
    remote: flagged + flagsOf("1", told(1, "a", 6)) + settled({ modSeq: 6 }),
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    assert.deepEqual(scene.store.messageCounts(scene.idx), { local: 2, remote: 2 });
  });
});

test("a report of messages that nothing is known of is no work, however often it comes", async () => {
  const scripts = {
    local:
      selected({}, "S: * VANISHED (EARLIER) 7:4294967295") +
      stored +
      settled({ modSeq: 6 }, "S: * VANISHED (EARLIER) 9:4294967295"),
    remote: flagged,
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    assert.deepEqual(
      scene.events.map(({ type }) => type),
      ["flags-updated"],
    );
  });
});

test("no message there, by the count: what was copied in an interrupted run is not taken for gone", async () => {
  const check =
    asked("3", { exists: 3 }) +
    askedAnew("3", { exists: 3, selects: 0 }) +
    askedAnew("3", { exists: 3, selects: 0, since: 6 });
  const scripts = {
    local: selected({ exists: 0 }) + flagsOf("3", "") + check,
    remote: selected({ exists: 3, uidNext: 4 }) + flagsOf("3", told(3)),
  };
  await withScene(scripts, async (scene) => {
    scene.store.mappings.add(scene.idx, [{ local: 3, remote: 3 }]);
    await assert.rejects(scene.sync(), failsWith("MAILBOX_UNSTABLE"));
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1, 3: 3 });
  });
});

test("flags that a server says have changed, each time that they are stored, are given up", async () => {
  const turn = String.raw`
    C: m UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (a)
    S: m OK [MODIFIED 2] x
    C: r UID FETCH 2 (UID FLAGS MODSEQ)
    S: r OK`;
  const turns = Array.from(
    { length: 10 },
    (_, i) => turn.replaceAll(/([CS]:) ([mr]) /gu, `$1 $2${String(i)} `) + settled(),
  );
  const remote = selected() + turns.join("");
  const local = selected({ modSeq: 6 }, "S: * 1 FETCH (UID 1 FLAGS (a) MODSEQ (6))");
  const again = Array.from({ length: 10 }, () => settled({ modSeq: 6 })).join("");
  await withScene({ local: local + again, remote }, async (scene) => {
    await assert.rejects(scene.sync(), failsWith("MAILBOX_PROTOCOL", /remote server reports changes without end/));
    assert.deepEqual(scene.store.mailboxes()[0]?.states.local, before);
  });
});

test("UIDNEXT that grows each time that it is asked for is given up", async () => {
  const none = (uids: string): string => {
    const [u] = freshTags("u");
    return `
    C: ${u} UID FETCH ${uids} (UID RFC822.SIZE)
    S: ${u} OK`;
  };
  const turns = Array.from(
    { length: 9 },
    (_, i) => none(`${String(i * 10 + 10)}:${String(i * 10 + 19)}`) + settled({ uidNext: i * 10 + 30 }),
  );
  const local =
    selected() + stored + settled({ uidNext: 10 }) + none("3:9") + settled({ uidNext: 20 }) + turns.join("");
  const remote = flagged + Array.from({ length: 10 }, () => settled({ modSeq: 6 })).join("");
  await withScene({ local, remote }, async (scene) => {
    await assert.rejects(scene.sync(), failsWith("MAILBOX_PROTOCOL", /local server reports changes without end/));
  });
});

test("what STATUS leaves out is learnt by SELECT, and if it tells no UIDNEXT either, the line says so", async () => {
  const silent = `
    C: t STATUS box (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
    C: n NOOP
    S: * STATUS box ()
    S: t OK
    S: n OK`;
  const select = selectedAgain(2, 5).replace(/([CS]:) s /gu, "$1 again ");
  for (const told of [true, false]) {
    const answer = told ? select : select.replace("S: * OK [UIDNEXT 3] n", "");
    const scripts = { local: selected() + stored + silent + answer, remote: flagged };
    await withScene(scripts, async (scene) => {
      if (told) {
        await scene.sync();
        assert.deepEqual(scene.store.mailboxes()[0]?.states.local, { ...before, highestModSeq: 6n });
      } else await assert.rejects(scene.sync(), failsWith("MAILBOX_PROTOCOL", /reports no UIDNEXT/));
    });
  }
});

test("another UIDVALIDITY: what was known is forgotten in one step, and that all is to be matched is remembered", async () => {
  const refused = `
    C: m UID FETCH 1:2 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])
    S: m NO not now`;
  const scripts = {
    local: selected().replace("UIDVALIDITY 7", "UIDVALIDITY 8") + refused,
    remote: selected() + refused,
  };
  await withScene(scripts, async (scene) => {
    await assert.rejects(scene.sync(), failsWith("COMMAND_REFUSED"));
    assert.deepEqual(
      scene.events.map(({ type, side }) => [type, side]),
      [["uidvalidity-changed", "local"]],
    );
    assert.deepEqual(mapping(scene), {});
    assert.deepEqual(scene.store.transfers.interruption(scene.idx), { local: 1, remote: 1 });
    assert.deepEqual(scene.store.mailboxes()[0]?.states, {
      local: { uidValidity: 8, uidNext: 1, highestModSeq: 0n },
      remote: { uidValidity: 7, uidNext: 1, highestModSeq: 0n },
    });
  });
});

function changed(uid: number, flags: string, modSeq: number): string {
  return `S: * 1 FETCH (UID ${String(uid)} FLAGS (${flags}) MODSEQ (${String(modSeq)}))`;
}

test("flags changed on both sides at once: MODIFIED brings in what the other did, and both get the union", async () => {
  const scripts = {
    local: `
      ${selected({ modSeq: 6 }, changed(1, "mine", 6))}
      ${settled({ modSeq: 6 })}
      C: b UID STORE 1 (UNCHANGEDSINCE 6) FLAGS.SILENT (mine theirs)
      S: * 1 FETCH (UID 1 MODSEQ (7))
      S: b OK
      ${settled({ modSeq: 7 })}`,
    remote: `
      ${selected()}
      C: a UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (mine)
      S: a OK [MODIFIED 2] changed meanwhile
      C: r UID FETCH 2 (UID FLAGS MODSEQ)
      ${changed(2, "theirs", 6)}
      S: r OK
      ${settled({ modSeq: 6 })}
      C: b UID STORE 2 (UNCHANGEDSINCE 6) FLAGS.SILENT (mine theirs)
      S: * 2 FETCH (UID 2 MODSEQ (7))
      S: b OK
      ${settled({ modSeq: 7 })}`,
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(
      scene.events.map(({ type }) => type),
      ["flags-conflict", "flags-updated", "flags-updated"],
    );
  });
});

for (const [what, echo] of [
  ["that the server does not create, though its mod-sequence says so,", "S: * 2 FETCH (UID 2 MODSEQ (6))"],
  ["that is told of as set, and is not there under the same mod-sequence,", changed(2, "\\Seen unheard-of", 6)],
] as const)
  test(`a keyword ${what} is refused, and not taken from the other side`, async () => {
    const scripts = {
      local: selected({ modSeq: 6 }, changed(1, "\\Seen unheard-of", 6)),
      remote: `
      ${selected()}
      C: a UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (\\Seen unheard-of)
      ${echo}
      S: a OK
      ${flagsOf("2", told(2, "\\Seen", 6))}
      ${settled({ modSeq: 6 })}`,
    };
    await withScene(scripts, async (scene) => {
      await scene.sync();
      assert.deepEqual(
        scene.events.map(({ type, side }) => [type, side]),
        [["flags-refused", "remote"]],
      );
      assert.deepEqual(
        scene.store.refusals.changes(scene.idx).map(({ side, uid, what, attempts }) => [side, uid, what, attempts]),
        [["remote", 2, "flags", 0]],
      );
    });
  });

// A new keyword is read back. Meanwhile another client takes it away: that is news, and no refusal.
for (const [how, echo] of [
  ["with its flags", "S: * 2 FETCH (UID 2 FLAGS (\\Seen unheard-of) MODSEQ (6))"],
  ["with its mod-sequence", "S: * 2 FETCH (UID 2 MODSEQ (6))"],
] as const) {
  test(`a keyword that is told of ${how}, and then taken away by a client, is taken from the other side, too`, async () => {
    const scripts = {
      local: `
        ${selected({ modSeq: 6 }, changed(1, "\\Seen unheard-of", 6))}
        C: b UID STORE 1 (UNCHANGEDSINCE 6) FLAGS.SILENT (\\Seen)
        S: * 1 FETCH (UID 1 MODSEQ (7))
        S: b OK
        ${settled({ modSeq: 7 })}`,
      remote: `
        ${selected()}
        C: a UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (\\Seen unheard-of)
        ${echo}
        S: a OK
        ${flagsOf("2", `S: * FLAGS (\\Seen unheard-of)\n${told(2, "\\Seen", 7)}`)}
        ${settled({ modSeq: 7 })}
        ${settled({ modSeq: 7 })}`,
    };
    await withScene(scripts, async (scene) => {
      await scene.sync();
      assert.deepEqual(
        scene.events.map(({ type, side }) => [type, side]),
        [
          ["flags-updated", "remote"],
          ["flags-updated", "local"],
        ],
      );
      assert.deepEqual(scene.store.refusals.changes(scene.idx), []);
    });
  });
}

test("MODIFIED for what changed no flag: what both sides had is set there all the same", async () => {
  const scripts = {
    local: `
      ${selected({ modSeq: 6 }, changed(1, "mine", 6))}
      C: a UID STORE 1 (UNCHANGEDSINCE 6) FLAGS.SILENT (mine theirs)
      S: a OK [MODIFIED 1] touched meanwhile
      C: r UID FETCH 1 (UID FLAGS MODSEQ)
      ${changed(1, "mine", 7)}
      S: r OK
      ${settled({ modSeq: 7 })}
      C: b UID STORE 1 (UNCHANGEDSINCE 7) FLAGS.SILENT (mine theirs)
      S: * 1 FETCH (UID 1 MODSEQ (8))
      S: b OK
      ${settled({ modSeq: 8 })}`,
    remote: `
      ${selected({ modSeq: 6 }, changed(2, "theirs", 6))}
      C: a UID STORE 2 (UNCHANGEDSINCE 6) FLAGS.SILENT (mine theirs)
      S: * 2 FETCH (UID 2 MODSEQ (7))
      S: a OK
      ${settled({ modSeq: 7 })}
      ${settled({ modSeq: 7 })}`,
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(
      scene.events.map(({ type, side }) => [type, side]).filter(([type]) => type === "flags-updated"),
      [
        ["flags-updated", "remote"],
        ["flags-updated", "local"],
      ],
    );
  });
});

// What cannot be read of a mailbox, when SELECT says it or later: nothing is deleted, stored or recorded after that.
for (const line of [
  "VANISHED (EARLIER) 0:1",
  "VANISHED *",
  "1 EXPUNGE",
  "x EXISTS",
  "1 FETCH (FLAGS (b))",
  "OK [PERMANENTFLAGS NIL] p",
]) {
  for (const side of sides) {
    test(`"${line}" in answer to SELECT on the ${side} side leaves the mailbox as it is`, async () => {
      const vanished = selected({ exists: 1, modSeq: 6 }, "S: * VANISHED (EARLIER) 1");
      const odd = selected({ exists: 1, modSeq: 6 }, `S: * VANISHED (EARLIER) 2\nS: * ${line}`);
      const scripts = side === "local" ? { local: odd, remote: vanished } : { local: vanished, remote: odd };
      await withScene(scripts, async (scene) => {
        await assert.rejects(scene.sync(), failsWith("MAILBOX_PROTOCOL"));
        assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
        assert.deepEqual(scene.store.mailboxes()[0]?.states, { local: before, remote: before });
      });
    });
  }
}

const firstMet = (now: Now = {}): string => selected(now).replace(" (QRESYNC (7 5 1:2))", "");

for (const side of sides) {
  for (const count of ["S: * 0 EXISTS", ""]) {
    test(`first met, "${count}" of messages that STATUS counts on the ${side} side: nothing is copied`, async () => {
      const odd = firstMet({ exists: 0 }).replace("S: * 0 EXISTS", count) + settled() + settled() + settled();
      const other = firstMet();
      const scripts = side === "local" ? { local: odd, remote: other } : { local: other, remote: odd };
      await withScene(
        scripts,
        async (scene) => {
          await assert.rejects(scene.sync(), failsWith("MAILBOX_PROTOCOL", /counts 2 messages/));
          assert.deepEqual(scene.store.mailboxes()[0]?.states, { local: undefined, remote: undefined });
        },
        { isFirstMet: true },
      );
    });
  }
}

test("what cannot be read while the mailbox is being worked on keeps the checkpoint from being made", async () => {
  const scripts = {
    local: flagged,
    remote: selected() + stored + settled({ modSeq: 6 }, "S: * VANISHED 2\nS: * VANISHED 0:1"),
  };
  await withScene(scripts, async (scene) => {
    await assert.rejects(scene.sync(), failsWith("MAILBOX_PROTOCOL", /VANISHED 0:1/));
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    assert.deepEqual(scene.store.mailboxes()[0]?.states, { local: before, remote: before });
  });
});

const unreadFlags = selected({ modSeq: 6 }, "S: * 1 FETCH (UID 1 FLAGS x MODSEQ (6))");
const askedAgain = (flags: string): string => `
  C: r UID FETCH 1 (UID FLAGS MODSEQ)
  S: * 1 FETCH (UID 1 FLAGS ${flags} MODSEQ (6))
  S: r OK`;

test("flags that cannot be read are asked for again", async () => {
  const scripts = {
    local: unreadFlags + askedAgain("(a)") + settled({ modSeq: 6 }),
    remote: selected() + stored + settled({ modSeq: 6 }),
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.equal(scene.store.mailboxes()[0]?.states.local?.highestModSeq, 6n);
  });
});

test("flags that cannot be read at all: no checkpoint says that they are known", async () => {
  const scripts = { local: unreadFlags + askedAgain("x"), remote: selected() };
  await withScene(scripts, async (scene) => {
    await assert.rejects(scene.sync(), failsWith("MAILBOX_PROTOCOL", /UID 1 FLAGS/));
    assert.deepEqual(scene.store.mailboxes()[0]?.states.local, before);
  });
});

test("our own changes, heard back with flags, are no changes", async () => {
  const scripts = {
    local: flagged,
    remote: `
      ${selected()}
      C: a UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (a)
      S: * 2 FETCH (FLAGS (A) UID 2 MODSEQ (6))
      S: a OK
      ${settled({ modSeq: 6 }, "S: * 2 FETCH (FLAGS (a) UID 2 MODSEQ (6))")}`,
  };
  await withScene(scripts, (scene) => scene.sync());
});

test("a connection lost between APPEND and its answer leaves the marker to resume from", async () => {
  const lost = `
    C: p APPEND box () ${date} {4+}
    C: mail
    close`;
  const scripts = { local: selected({ uidNext: 4 }) + sizes(3) + fetched(3), remote: selected() + lost };
  await withScene(scripts, async (scene) => {
    await assert.rejects(scene.sync(), failsWith("CONNECTION_LOST"));
    assert.deepEqual(scene.store.transfers.interruption(scene.idx), { local: 3, remote: 3 });
    assert.deepEqual(scene.store.mailboxes()[0]?.states.local, before);
  });
});

test("resuming adopts what was appended but not recorded, and copies the rest", async () => {
  const identity = (uid: number, id: string): string => `
    S: * 3 FETCH (UID ${String(uid)} FLAGS () INTERNALDATE ${date} RFC822.SIZE 4 BODY[HEADER.FIELDS (MESSAGE-ID)] {${String(id.length + 16)}}
    S: Message-ID: ${id}
    S:
    S: )`;
  const asked = (set: string): string =>
    `C: i UID FETCH ${set} (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])`;
  const scripts = {
    local: `
      ${selected({ exists: 4, uidNext: 5 })}
      ${asked("3:4")}
      ${identity(3, "<x>")}
      ${identity(4, "<y>")}
      S: i OK
      ${sizes(4)}
      ${fetched(4)}`,
    remote: `
      ${selected({ exists: 3, uidNext: 4 })}
      ${asked("3")}
      ${identity(3, "<x>")}
      S: i OK
      ${appended(4)}
      ${settled({ exists: 4, uidNext: 5 })}`,
  };
  await withScene(scripts, async (scene) => {
    scene.store.transfers.mark([{ idx: scene.idx, floors: { local: 3, remote: 3 } }]);
    await scene.sync();
    assert.deepEqual(mapping(scene), { 1: 2, 2: 1, 3: 3, 4: 4 });
    assert.equal(scene.store.transfers.interruption(scene.idx), undefined);
  });
});

test("what was to be copied over a connection that is lost takes no room from other mailboxes", async () => {
  const two = `
    C: u UID FETCH 3:4 (UID RFC822.SIZE)
    S: * 3 FETCH (UID 3 RFC822.SIZE 4)
    S: * 4 FETCH (UID 4 RFC822.SIZE 4)
    S: u OK`;
  const lost = `
    C: p APPEND box () ${date} {4+}
    C: mail
    close`;
  const scripts = {
    local: selected({ exists: 4, uidNext: 5 }) + two + fetched(3),
    remote: selected() + lost,
  };
  await withScene(scripts, async (scene) => {
    // So they go one at a time.
    scene.store.transfers.addSuspects(scene.idx, "local", [3, 4]);
    await assert.rejects(scene.sync(), failsWith("CONNECTION_LOST"));
    await scene.inFlight.local.acquire(budget);
  });
});

/** As {@link selected}, where nothing can be told of changes: nothing is asked, either. */
function selectedAnew({ uidNext = 3, exists = uidNext - 1, modSeq = uidNext + 2 }: Now = {}): string {
  return selected({ exists, uidNext, modSeq }).replace("SELECT box (QRESYNC (7 5 1:2))", "SELECT box");
}

/** The flags of both messages, each with a mod-sequence, or without. */
function compared(one: string, two: string, modSeqs: readonly (number | undefined)[] = [4, 5]): string {
  const [f] = freshTags("f");
  const [first = "", second = ""] = modSeqs.map((modSeq) =>
    modSeq === undefined ? "" : ` MODSEQ (${String(modSeq)})`,
  );
  return `
    C: ${f} UID FETCH 1:2 (UID FLAGS MODSEQ)
    S: * 1 FETCH (UID 1 FLAGS (${one})${first})
    S: * 2 FETCH (UID 2 FLAGS (${two})${second})
    S: ${f} OK`;
}

/** The state, asked for to be sure. */
function askedOnce({ exists = 2, uidNext = 3, modSeq = uidNext + 2 }: Now): string {
  const [t] = freshTags("t");
  return `
    C: ${t} STATUS box (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
    S: * STATUS box (MESSAGES ${String(exists)} UIDNEXT ${String(uidNext)} UIDVALIDITY 7 HIGHESTMODSEQ ${String(modSeq)})
    S: ${t} OK`;
}

const bare = (fetch: string): string => fetch.replace(" MODSEQ)", ")");
const store2 = String.raw`
  C: z UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (a)
  S: * 2 FETCH (UID 2 MODSEQ (6))
  S: z OK`;

/** What the local server says when message 1 has the flag `a`, and nothing tells of it. */
const silent: readonly (readonly [what: string, local: string])[] = [
  ["HIGHESTMODSEQ 0", selected({ modSeq: 0 }) + bare(compared("a", "", [undefined, undefined]))],
  ["NOMODSEQ", selected().replace("[HIGHESTMODSEQ 5]", "[NOMODSEQ]") + bare(compared("a", "", [undefined, undefined]))],
  [
    "a message above HIGHESTMODSEQ",
    selected({ modSeq: 5 }, "S: * 2 FETCH (UID 2 MODSEQ (9))") + compared("a", "", [4, 9]) + askedOnce({ modSeq: 5 }),
  ],
];

for (const [what, local] of silent) {
  test(`${what}: messages are compared, and the state recorded is one that the next run does not rely on`, async () => {
    const scripts = {
      local,
      remote: selected() + compared("", "") + store2 + settled({ modSeq: 6 }),
    };
    await withScene(scripts, async (scene) => {
      await scene.sync();
      assert.deepEqual(
        scene.events.map(({ type, side }) => [type, side]),
        [
          ["changes-untold", "local"],
          ["flags-updated", "remote"],
        ],
      );
      const { local: here, remote: there } = scene.store.mailboxes()[0]!.states;
      assert.deepEqual([here?.highestModSeq, there?.highestModSeq], [0n, 6n]);
    });
  });
}

test("what a server that reports changes says only in the comparison is its change, and not the other's", async () => {
  const stored = `
    C: z UID STORE 1 FLAGS.SILENT (a)
    S: z OK`;
  const scripts = {
    local:
      selected({ modSeq: 0 }) +
      bare(compared("", "", [undefined, undefined])) +
      bare(flagsOf("1", told(1))) +
      stored +
      bare(flagsOf("1", told(1, "a"))) +
      settled({ modSeq: 0 }),
    remote: selected() + compared("", "a", [4, 6]) + flagsOf("2", told(2, "a", 6)),
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.deepEqual(
      scene.events.map(({ type, side }) => [type, side]),
      [
        ["changes-untold", "local"],
        ["flags-updated", "local"],
      ],
    );
  });
});

const untrusted = { ...before, highestModSeq: 0n };

test("MODSEQ (0), or none, in an answer that should have one is found out before anything is recorded", async () => {
  for (const modSeqs of [
    [0, 0],
    [undefined, 5],
  ]) {
    // HIGHESTMODSEQ 1 of a mailbox with messages makes one ask.
    const scripts = {
      local: selected({ modSeq: 1 }) + askedOnce({}) + compared("", "", modSeqs) + compared("", "a", modSeqs),
      remote: selected() + compared("", "") + store2.replaceAll(/(STORE|\*|UID) 2/g, "$1 1") + settled({ modSeq: 6 }),
    };
    await withScene(scripts, async (scene) => {
      await scene.sync();
      assert.equal(scene.store.mailboxes()[0]?.states.local?.highestModSeq, 0n);
    });
  }
});

test("what is not relied on is compared again, until flags that are set get a new mod-sequence", async () => {
  const stored = (modSeq: number): string => `
    C: z UID STORE 2 FLAGS.SILENT (a)
    S: * 2 FETCH (UID 2 MODSEQ (${String(modSeq)}))
    S: z OK`;
  for (const [modSeq, recorded] of [
    [6, 6n],
    [5, 0n],
  ] as const) {
    const scripts = {
      local: flagged + flagsOf("2", told(2)) + flagsOf("1", told(1, "a", 6)),
      remote:
        selectedAnew() +
        flagsOf("1", told(1)) +
        flagsOf("2", told(2)) +
        stored(modSeq) +
        flagsOf("2", told(2, "a", modSeq)) +
        settled({ modSeq }),
    };
    await withScene(scripts, async (scene) => {
      scene.store.checkpoint(scene.idx, { local: before, remote: untrusted });
      scene.store.stuck.set(scene.idx, "remote", true);
      await scene.sync();
      assert.equal(scene.store.mailboxes()[0]?.states.remote?.highestModSeq, recorded);
      assert.equal(scene.store.stuck.has(scene.idx, "remote"), recorded === 0n);
      // What the other side told of is no conflict.
      assert.deepEqual(
        scene.events.map(({ type }) => type),
        ["flags-updated"],
      );
    });
  }
});

test("what was doubtful once is believed again when it is compared and there is nothing that was not told", async () => {
  for (const flags of ["", "a"]) {
    const stored = String.raw`
      C: z UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (a)
      S: * 2 FETCH (UID 2 MODSEQ (6))
      S: z OK`;
    const scripts = {
      local: selected() + compared("", "") + (flags === "" ? "" : stored + settled({ modSeq: 6 })),
      remote: selectedAnew() + compared(flags, ""),
    };
    await withScene(scripts, async (scene) => {
      scene.store.checkpoint(scene.idx, { local: before, remote: untrusted });
      await scene.sync();
      assert.equal(scene.store.mailboxes()[0]?.states.remote?.highestModSeq, flags === "" ? 5n : 0n);
    });
  }
});

test("flags that are announced without a mod-sequence make a mailbox doubtful, unless HIGHESTMODSEQ rises", async () => {
  const stored = String.raw`
    C: x UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (a)
    S: * 1 FETCH (UID 1 FLAGS (b))
    S: x OK`;
  const kept = flagsOf("2", told(2, "a"));
  const carried = String.raw`
    C: y UID STORE 2 (UNCHANGEDSINCE 6) FLAGS.SILENT (b)
    S: * 2 FETCH (UID 2 MODSEQ (7))
    S: y OK`;
  for (const modSeq of [6, 5]) {
    const here = flagsOf("1:2", `${told(1, "b")}\n${told(2, "a")}`) + askedOnce({ modSeq }) + settled({ modSeq });
    const there = flagsOf("1:2", `${told(1, "a")}\n${told(2, "b")}`) + settled({ modSeq: 7 });
    const isDoubtful = modSeq === 5;
    const scripts = {
      local: selected() + stored + kept + settled({ modSeq }) + settled({ modSeq }) + (isDoubtful ? here : ""),
      remote: flagged + carried + settled({ modSeq: 7 }) + (isDoubtful ? there : ""),
    };
    await withScene(scripts, async (scene) => {
      await scene.sync();
      assert.equal(scene.store.mailboxes()[0]?.states.local?.highestModSeq, isDoubtful ? 0n : 6n);
    });
  }
});

test("an answer that comes late, with flags and without a mod-sequence, is no announcement", async () => {
  const stored = String.raw`
    C: x UID STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT (a)
    S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE "01-Feb-2020 10:00:00 +0000")
    S: x OK`;
  const kept = flagsOf("2", told(2, "a"));
  const asked = String.raw`
    C: y UID STORE 2 (UNCHANGEDSINCE 6) FLAGS.SILENT ()
    S: * 2 FETCH (UID 2 MODSEQ (7))
    S: y OK`;
  const scripts = {
    local: selected() + stored + kept + settled({ modSeq: 5 }) + flagsOf("1", told(1)) + settled({ modSeq: 5 }),
    remote: flagged + asked + settled({ modSeq: 7 }),
  };
  await withScene(scripts, async (scene) => {
    await scene.sync();
    assert.equal(scene.store.mailboxes()[0]?.states.local?.highestModSeq, 5n);
  });
});
