// What becomes of what a server says without being asked.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withQresync } from "../../../src/imap/abilities.ts";
import { MailboxView } from "../../../src/imap/mailbox/mailbox-view.ts";
import type { FetchResponse, UntaggedResponse } from "../../../src/imap/responses.ts";
import type { Session } from "../../../src/imap/session/session.ts";
import { uidSetOf } from "../../../src/model/uid-set.ts";
import { Agenda } from "../../../src/watch/agenda.ts";
import type { ChangeSource } from "../../../src/watch/change-source.ts";
import { listening, noteUnsolicited } from "../../../src/watch/listening.ts";

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
  const view = selected === undefined ? undefined : new MailboxView(selected, withQresync);
  const goesOn = noteUnsolicited(agenda, { side: "remote", view } as Session, { response, isWorking });
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
  { kind: "expunge", sequence: 1 },
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

interface Scene {
  readonly agenda: Agenda;
  /** What the source of changes was told. */
  readonly noted: string[];
  readonly say: (response: UntaggedResponse) => void;
  readonly end: () => void;
}

/** A session that was just made, after what that brought onto the agenda was taken. */
async function listened({ mayList = true } = {}): Promise<Scene> {
  const agenda = new Agenda();
  const noted: string[] = [];
  const source = {
    noteReport: () => noted.push("report"),
    noteOverflow: () => noted.push("overflow"),
    begin: () => Promise.resolve(noted.push("begin")),
  } as unknown as ChangeSource;
  let say: Scene["say"] = () => undefined;
  let end: (reason: Error) => void = () => undefined;
  const session = {
    side: "remote",
    view: undefined,
    ended: new Promise<Error>((resolve) => (end = resolve)),
    listen: (listener: Scene["say"]) => {
      assert.deepEqual(noted, [], "nothing the server says may be missed");
      say = listener;
    },
  } as unknown as Session;
  const connect = listening(() => Promise.resolve(session), {
    agenda,
    source,
    isWorking: () => false,
    mayList: () => mayList,
  });
  assert.equal(await connect({ signal: new AbortController().signal }), session);
  assert.equal(agenda.take().everything, true, "nobody reported what happened before");
  assert.deepEqual(noted.splice(0), ["begin"]);
  return {
    agenda,
    noted,
    say,
    end: () => {
      end(new Error("lost"));
    },
  };
}

test("a report of a mailbox is noted, and that there was one", async () => {
  const { agenda, noted, say } = await listened();
  say({ kind: "mailbox-status", name: "other", uidNext: 9 });
  assert.deepEqual([...agenda.take().mailboxes.remote.keys()], ["other"]);
  assert.deepEqual(noted, ["report"]);
});

test("a mailbox that is not asked for is no news, unless it was renamed", async () => {
  const { agenda, say } = await listened({ mayList: false });
  say(list);
  assert.equal(agenda.isEmpty, true);
  say({ ...list, oldName: "a" });
  assert.equal(agenda.take().everything, true);
});

test("after an overflow everything is looked at", async () => {
  const { agenda, noted, say } = await listened();
  const code = { name: "NOTIFICATIONOVERFLOW", text: "" };
  say({ kind: "status", status: "OK", code, text: "too much" });
  assert.deepEqual([agenda.take().everything, noted], [true, ["overflow"]]);
});

test("so it is when the connection is lost", async () => {
  const { agenda, end } = await listened();
  assert.equal(agenda.isEmpty, true);
  end();
  await new Promise(setImmediate);
  assert.equal(agenda.take().everything, true);
});
