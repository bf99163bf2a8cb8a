// What is done by an extension where it is offered, is done without it where it is not, or where it turns out that it is
// only listed.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../src/imap/session/session.ts";
import { fetchFlags } from "../../src/imap/verbs/fetch-flags.ts";
import { leaveMailbox } from "../../src/imap/verbs/leave.ts";
import { list } from "../../src/imap/verbs/list.ts";
import { existingUids } from "../../src/imap/verbs/search.ts";
import { select } from "../../src/imap/verbs/select.ts";
import { formatUidSet, parseUidSet } from "../../src/model/uid-set-text.ts";
import { withScript } from "../support/scripted-server.ts";
import { connectTo, failsWith, recordedLog, serverSettings, withSession } from "./fixture.ts";

const state = "(MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)";
const query = { selectOptions: [], reference: "", patterns: ["*"] };

async function namesAndStates(session: Session, asked: Parameters<typeof list>[1] = query): Promise<string[]> {
  const { mailboxes, statuses } = await list(session, asked);
  return [
    ...mailboxes.map(({ name, attributes }) => [name, ...attributes].join(" ")),
    ...statuses.map(({ name, messages }) => `${name} ${String(messages)}`),
  ];
}

const plain = listedAs("abcd");

function listedAs(tags: string): string {
  const [a, b, c, d] = tags;
  return `
C: ${a} LSUB "" *
S: * LSUB () "/" b
S: * LSUB (\\Noselect) "/" gone
S: ${a} OK done
C: ${b} LIST "" *
S: * LIST (\\Noselect) "/" a
S: * LIST (\\HasNoChildren) "/" a/c
S: * LIST () "/" b
S: ${b} OK done
C: ${c} STATUS a/c ${state}
C: ${d} STATUS b ${state}
S: ${c} NO no permission
S: * STATUS b (MESSAGES 7 UIDNEXT 8 UIDVALIDITY 1 HIGHESTMODSEQ 9)
S: ${d} OK done`;
}

const expected = ["a \\Noselect", "a/c \\HasNoChildren", "b \\Subscribed", "b 7"];

test("mailboxes are listed by LIST, LSUB and STATUS; one that refuses costs only its state", async () => {
  assert.deepEqual(await withSession(plain, (session) => namesAndStates(session)), expected);
});

test("several patterns are several lists, and a mailbox comes once", async () => {
  const script = `
    C: a LSUB INBOX. *
    C: b LIST INBOX. x
    C: c LIST INBOX. x*
    C: d LIST INBOX. %
    S: a OK done
    S: * LIST () "." INBOX.x
    S: b OK done
    S: * LIST () "." INBOX.x
    S: * LIST (\\Noselect) "." INBOX.xy
    S: c OK done
    S: * LIST () "." INBOX.x
    S: d OK done
    C: e STATUS INBOX.x ${state}
    S: e NO gone`;
  const asked = { ...query, reference: "INBOX.", patterns: ["x", "x*", "%"] };
  const names = await withSession(script, (session) => namesAndStates(session, asked));
  assert.deepEqual(names, ["INBOX.x", "INBOX.xy \\Noselect"]);
});

test("many mailboxes: a hundred STATUS are on their way at once", async () => {
  const names = Array.from({ length: 120 }, (_, i) => `m${String(i)}`);
  const command = (name: string): string => `C: ${name} STATUS ${name} ${state}`;
  const script = [
    'C: a LSUB "" *\nS: a OK done\nC: b LIST "" *',
    ...names.map((name) => `S: * LIST () NIL ${name}`),
    "S: b OK done",
    ...names.slice(0, 100).map(command),
    ...names.slice(0, 20).map((name, i) => `S: ${name} NO no\n${command(names[100 + i]!)}`),
    ...names.slice(20).map((name) => `S: ${name} NO no`),
  ].join("\n");
  assert.deepEqual(await withSession(script, (session) => namesAndStates(session)), names);
});

test("select options that need LIST-EXTENDED are named", async () => {
  await assert.rejects(
    withSession("", (session) => list(session, { ...query, selectOptions: ["NONSENSE"] })),
    failsWith("CAPABILITY_MISSING", /LIST-EXTENDED.*NONSENSE/),
  );
});

test("LIST-STATUS, then LIST-EXTENDED that are only listed", async () => {
  const script = `
    C: x LIST "" * RETURN (SUBSCRIBED STATUS ${state})
    S: x BAD what is STATUS?
    C: y LIST "" * RETURN (SUBSCRIBED)
    S: y BAD what is RETURN?
    ${plain}
    ${listedAs("efgh")}`;
  const log = recordedLog();
  const capabilities = ["LIST-EXTENDED", "LIST-STATUS"];
  const answers = await withSession(
    script,
    async (session) => [await namesAndStates(session), await namesAndStates(session)],
    { capabilities, log },
  );
  assert.deepEqual(answers, [expected, expected]);
  assert.deepEqual(log.lines, ["the server refused LIST: BAD what is STATUS?; going on without LIST-EXTENDED"]);
});

test("a NO is no reason to do without", async () => {
  const script = `
    C: x LIST "" * RETURN (SUBSCRIBED STATUS ${state})
    S: x NO not now`;
  const capabilities = ["LIST-EXTENDED", "LIST-STATUS"];
  await assert.rejects(
    withSession(script, (session) => namesAndStates(session), { capabilities }),
    failsWith("COMMAND_REFUSED", /not now/),
  );
});

const asked = parseUidSet("1:9");

const searches: readonly [string, string, string][] = [
  ["ranges", `S: * ESEARCH (TAG "s") UID ALL 2:4,8\nS: s OK done`, "2:4,8"],
  ["more than was asked for", `S: * ESEARCH (TAG "s") UID ALL 8:20\nS: s OK done`, "8:9"],
  ["nothing", `S: * ESEARCH (TAG "s") UID\nS: s OK done`, ""],
  ["other items", `S: * ESEARCH (TAG "s") UID MIN 2 ALL 2,4 MODSEQ 917162500\nS: s OK done`, "2,4"],
  [
    "an answer of the old kind",
    `S: * SEARCH 2 4\nS: s OK done\nC: t UID SEARCH UID 1:9\nS: * SEARCH 2 4\nS: t OK done`,
    "2,4",
  ],
  ["BAD", `S: s BAD what?\nC: t UID SEARCH UID 1:9\nS: * SEARCH 2 4\nS: t OK done`, "2,4"],
];

for (const [what, answer, found] of searches) {
  test(`UIDs in ranges: ${what}`, async () => {
    const script = `C: s UID SEARCH RETURN (ALL) UID 1:9\n${answer}`;
    const uids = await withSession(script, (session) => existingUids(session, asked), { capabilities: ["ESEARCH"] });
    assert.equal(formatUidSet(uids), found);
  });
}

test("a search that tells of other messages than were asked for is not believed", async () => {
  const script = `
    C: s UID SEARCH UID 3:4,9
    S: * SEARCH 5 6
    S: s OK done
    C: t UID SEARCH ALL
    S: * SEARCH 1 2 5 6 9
    S: t OK done`;
  const uids = await withSession(script, (session) => existingUids(session, parseUidSet("3:4,9")));
  assert.equal(formatUidSet(uids), "9");
});

test("UIDs in ranges that cannot be read are not taken for none", async () => {
  const script = `
    C: s UID SEARCH RETURN (ALL) UID 1:9
    S: * ESEARCH (TAG "s") UID ALL 2:x
    S: s OK done`;
  await assert.rejects(
    withSession(script, (session) => existingUids(session, asked), { capabilities: ["ESEARCH"] }),
    failsWith("MAILBOX_PROTOCOL"),
  );
});

test("BAD to messages of which some are not there: the others are asked for", async () => {
  const script = `
    C: f UID FETCH 7:9 (UID FLAGS MODSEQ)
    S: f BAD no such message
    C: s UID SEARCH UID 7:9
    S: * SEARCH 8
    S: s OK done
    C: g UID FETCH 8 (UID FLAGS MODSEQ)
    S: * 1 FETCH (UID 8 FLAGS (\\Seen) MODSEQ (1))
    S: g OK done
    C: h UID FETCH 7 (UID FLAGS MODSEQ)
    S: h BAD no such message
    C: t UID SEARCH UID 7
    S: * SEARCH
    S: t OK done`;
  const found = await withSession(script, async (session) => [
    await fetchFlags(session, parseUidSet("7:9")),
    await fetchFlags(session, parseUidSet("7")),
  ]);
  assert.deepEqual(
    found.map((flags) => [...flags.keys()]),
    [[8], []],
  );
});

for (const [what, search] of [
  ["all are there", "S: * SEARCH 7 8 9\nS: s OK done"],
  ["nobody can tell", "S: s BAD no mailbox selected"],
] as const) {
  test(`BAD to messages: ${what}, so it stands`, async () => {
    const script = `
      C: f UID FETCH 7:9 (UID FLAGS MODSEQ)
      S: f BAD why not
      C: s UID SEARCH UID 7:9
      ${search}`;
    await assert.rejects(
      withSession(script, (session) => fetchFlags(session, parseUidSet("7:9"))),
      failsWith("COMMAND_REFUSED", /UID FETCH: BAD why not/),
    );
  });
}

test("UNSELECT that is only listed", async () => {
  const opened = (tag: string): string => `
    S: * 0 EXISTS
    S: * OK [UIDVALIDITY 1] is valid
    S: * OK [UIDNEXT 1] is next
    S: * OK [HIGHESTMODSEQ 1] is highest
    S: ${tag} OK [READ-WRITE] done`;
  const script = `
    C: s SELECT b
    ${opened("s")}
    C: u UNSELECT
    S: u BAD what?
    C: e EXAMINE INBOX
    ${opened("e")}
    C: t SELECT b
    ${opened("t")}
    C: f EXAMINE INBOX
    ${opened("f")}`;
  const log = recordedLog();
  await withSession(
    script,
    async (session) => {
      for (let i = 0; i < 2; i++) {
        await select(session, "b");
        await leaveMailbox(session);
      }
    },
    { capabilities: ["UNSELECT"], log },
  );
  assert.deepEqual(log.lines, ["the server refused UNSELECT: BAD what?; going on without UNSELECT"]);
});

test("SASL-IR and COMPRESS that are only listed: a further connection knows", async () => {
  const greeting = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR COMPRESS=DEFLATE] ready";
  const login = `
    C: b AUTHENTICATE PLAIN
    S: +
    C: AHUAcA==
    S: b OK in`;
  const listed = `
    C: c CAPABILITY
    S: * CAPABILITY IMAP4rev1 COMPRESS=DEFLATE
    S: c OK done`;
  const first = `
    ${greeting}
    C: a AUTHENTICATE PLAIN AHUAcA==
    S: a BAD what?
    ${login}
    ${listed}
    C: d COMPRESS DEFLATE
    S: d BAD what?`;
  const disavowed = new Set<string>();
  for (const script of [first, `${greeting}\n${login}\n${listed}`]) {
    await withScript(script, async ({ port }) => {
      const settings = serverSettings(port, { compress: true });
      const session = await connectTo(settings, { side: "local", log: recordedLog(), keepAlive: false, disavowed });
      session.destroy();
    });
  }
  assert.deepEqual([...disavowed], ["SASL-IR", "COMPRESS=DEFLATE"]);
});
