// What a server is asked to tell of, and what becomes of what it tells.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Capabilities } from "../../../src/imap/capabilities.ts";
import type { Command } from "../../../src/imap/command.ts";
import { CommandRefused } from "../../../src/imap/command-refused.ts";
import { MailboxView } from "../../../src/imap/mailbox-view.ts";
import type { FetchResponse, TaggedResponse, UntaggedResponse } from "../../../src/imap/responses.ts";
import type { Session } from "../../../src/imap/session.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { uidSetOf } from "../../../src/model/uid-set.ts";
import { Agenda } from "../../../src/watch/agenda.ts";
import { askForNews, heed } from "../../../src/watch/notify.ts";

interface FakeServer {
  readonly session: Session;
  readonly lines: readonly string[];
}

function server(capabilities: readonly string[], failure?: Error): FakeServer {
  const lines: string[] = [];
  const run = ({ parts }: Command): Promise<void> => {
    lines.push(parts.map((part) => (typeof part === "string" ? part : "{}")).join(""));
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  };
  const session = { side: "remote", capabilities: new Capabilities(capabilities), run, isNotified: false };
  return { lines, session: session as unknown as Session };
}

test("a server that knows NOTIFY is asked once, for everything below the reference", async () => {
  const events = "(MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange)";
  const scopes = [
    ["", "PERSONAL"],
    ["mail/", "SUBTREE mail"],
    ["INBOX.", "SUBTREE INBOX"],
    ["~ann/x/", 'SUBTREE "~ann/x"'],
  ] as const;
  for (const [reference, scope] of scopes) {
    const { session, lines } = server(["NOTIFY", "IDLE"]);
    assert.deepEqual(await askForNews(session, { reference, canIdle: true }), { attention: "notify" });
    assert.deepEqual(lines, [`NOTIFY SET (SELECTED (MessageNew MessageExpunge FlagChange)) (${scope} ${events})`]);
    assert.equal(session.isNotified, true);
  }
});

test("without NOTIFY a server is asked nothing: IDLE, if both want it, else polling", async () => {
  for (const [capabilities, canIdle, attention] of [
    [["IDLE"], true, "idle"],
    [["IDLE"], false, "poll"],
    [[], true, "poll"],
  ] as const) {
    const { session, lines } = server(capabilities);
    const refusal = "the server does not offer NOTIFY (RFC 5465)";
    assert.deepEqual(await askForNews(session, { reference: "", canIdle }), { attention, refusal });
    assert.deepEqual(lines, []);
    assert.equal(session.isNotified, false);
  }
});

test("a server that refuses NOTIFY says why, and is watched in another way", async () => {
  const code = { name: "BADEVENT", text: "(MessageNew)" };
  const answer: TaggedResponse = { kind: "tagged", tag: "a1", status: "NO", code, text: "not these" };
  const { session } = server(["NOTIFY", "IDLE"], new CommandRefused("NOTIFY", answer, "remote"));
  const refusal = "the server refused NOTIFY: NO [BADEVENT] not these";
  assert.deepEqual(await askForNews(session, { reference: "", canIdle: true }), { attention: "idle", refusal });
  assert.equal(session.isNotified, false);
});

test("a connection that breaks meanwhile is no refusal", async () => {
  const broken = new InterimapError("CONNECTION_LOST", "connection lost");
  const { session } = server(["NOTIFY", "IDLE"], broken);
  await assert.rejects(askForNews(session, { reference: "", canIdle: true }), broken);
});

interface Outcome {
  /** `everything`, `renamed a>b` and names of mailboxes, each with whether it was said how they changed. */
  readonly noted: readonly string[];
  readonly goesOn: boolean;
}

interface Circumstances {
  readonly selected: string | undefined;
  readonly isWorking: boolean;
}

const working: Circumstances = { selected: "box", isWorking: true };
const waiting: Circumstances = { selected: "box", isWorking: false };
const nothingSelected: Circumstances = { selected: undefined, isWorking: false };

function heard(response: UntaggedResponse, { selected, isWorking } = waiting): Outcome {
  const agenda = new Agenda();
  const view = selected === undefined ? undefined : new MailboxView(selected);
  const goesOn = heed(agenda, { side: "remote", view } as Session, { response, isWorking });
  const { everything, mailboxes } = agenda.take();
  assert.equal(mailboxes.local.size, 0);
  const noted = [
    ...(everything ? ["everything"] : []),
    ...agenda.takeRenames().map(({ side, from, to }) => `${side} renamed ${from}>${to}`),
    ...[...mailboxes.remote].map(([name, told]) => (told === undefined ? name : `${name} ${told.uidNext ?? "?"}`)),
  ];
  return { noted, goesOn };
}

const fetched: FetchResponse = {
  kind: "fetch",
  sequence: 1,
  uid: 1,
  flags: [],
  modSeq: 1n,
  internalDate: undefined,
  size: undefined,
  body: undefined,
  headerFields: undefined,
};
const list = { kind: "list", attributes: [], delimiter: "/", name: "b" } as const;

const inSelected: readonly UntaggedResponse[] = [
  { kind: "exists", count: 3 },
  { kind: "vanished", earlier: false, uids: uidSetOf([1]) },
  fetched,
];

test("a name that is created, deleted or subscribed: everything is looked at", () => {
  for (const attributes of [[], ["\\NonExistent"], ["\\Subscribed"]])
    assert.deepEqual(heard({ ...list, attributes }), { noted: ["everything"], goesOn: true });
});

test("a rename is noted with both names", () => {
  assert.deepEqual(heard({ ...list, oldName: "a" }).noted, ["everything", "remote renamed a>b"]);
});

test("news of another mailbox come with their numbers, also while we work", () => {
  const status: UntaggedResponse = { kind: "mailbox-status", name: "other", uidNext: 9 };
  for (const circumstances of [waiting, working, nothingSelected])
    assert.deepEqual(heard(status, circumstances), { noted: ["other 9"], goesOn: true });
});

test("news of the selected mailbox are for whoever works there, if anybody does", () => {
  for (const response of inSelected) {
    assert.deepEqual(heard(response, waiting).noted, ["box"], response.kind);
    assert.deepEqual(heard(response, working).noted, [], response.kind);
    assert.deepEqual(heard(response, nothingSelected).noted, [], response.kind);
  }
});

test("what says nothing of a change is no reason to look", () => {
  const others: readonly UntaggedResponse[] = [
    { kind: "status", status: "OK", code: undefined, text: "Still here" },
    { kind: "status", status: "OK", code: { name: "HIGHESTMODSEQ", text: "7" }, text: "" },
    { kind: "flags", flags: ["\\Seen"] },
    { kind: "capability", capabilities: ["IMAP4REV1"] },
    { kind: "other", name: "RECENT", line: "* 0 RECENT" },
  ];
  for (const response of others) assert.deepEqual(heard(response), { noted: [], goesOn: true }, response.kind);
});

test("NOTIFICATIONOVERFLOW: the server says no more", () => {
  const code = { name: "NOTIFICATIONOVERFLOW", text: "" };
  assert.equal(heard({ kind: "status", status: "OK", code, text: "too much" }).goesOn, false);
});

test("a server that may have left something out: everything is looked at", () => {
  const text = "NOTIFY error, some events may have got lost";
  assert.deepEqual(heard({ kind: "status", status: "NO", code: undefined, text }), {
    noted: ["everything"],
    goesOn: true,
  });
  const other = { kind: "status", status: "NO", code: undefined, text: "the disk is nearly full" } as const;
  assert.deepEqual(heard(other), { noted: [], goesOn: true });
});
