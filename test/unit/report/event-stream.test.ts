// What programs read of what happens, with --json.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Secrets } from "../../../src/log/secrets.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { uidSetOf } from "../../../src/model/uid-set.ts";
import { EventStream } from "../../../src/report/json/event-stream.ts";
import { errorLines, remedies } from "../../../src/report/remedy-line.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";
import { eventKinds, type EventLine, eventLines } from "../../support/event-lines.ts";
import { eventWords } from "../../support/event-words.ts";
import { recordingLog } from "../service/recording-log.ts";

interface Recorder {
  readonly stream: EventStream;
  readonly secrets: Secrets;
  readonly lines: () => EventLine[];
  readonly text: () => string;
}

function recorder(configFile?: string): Recorder {
  let text = "";
  const output = { write: (lines: string) => void (text += lines) };
  const secrets = new Secrets();
  const words = { errorLine: errorLines(configFile), remedyOf: remedies(configFile) };
  return {
    stream: new EventStream({ output, secrets, ...words }),
    secrets,
    lines: () => eventLines(text),
    text: () => text,
  };
}

/** Without what differs with each run. */
function told(...events: readonly SyncEvent[]): object[] {
  const { stream, lines } = recorder();
  for (const event of events) stream.note(event);
  return lines().map(({ time, ...line }) => {
    assert.ok(!Number.isNaN(Date.parse(time)));
    return line;
  });
}

const run = { command: "sync", dryRun: false, configuration: null } as const;
const progress = ["work-begun", "mailbox-begun", "mailbox-done"];
const own = ["started", "note", "full-check", "failed", "summary"];

test("the schema has every kind of event, and no other", () => {
  assert.deepEqual([...eventKinds].sort(), [...Object.keys(eventWords), ...progress, ...own].sort());
});

for (const [type, cases] of Object.entries(eventWords)) {
  test(`${type} is as the schema says, with the words that people read`, () => {
    const events = cases as readonly (readonly [SyncEvent, string, string])[];
    const expected = events.map(([, level, message]) => ({ event: type, level, message }));
    const lines = told(...events.map(([event]) => event)) as EventLine[];
    assert.deepEqual(
      lines.map(({ event, level, message }) => ({ event, level, message })),
      expected,
    );
  });
}

test("progress has no words", () => {
  const lines = told(
    { type: "work-begun", mailboxes: 2, messages: 10 },
    { type: "mailbox-begun", mailbox: "a\0b" },
    { type: "mailbox-done", mailbox: "a\0b" },
  );
  assert.deepEqual(lines, [
    { event: "work-begun", mailboxes: 2, messages: 10 },
    { event: "mailbox-begun", mailbox: "a/b" },
    { event: "mailbox-done", mailbox: "a/b" },
  ]);
});

test("copied messages and their copies are in the same order, as in COPYUID", () => {
  const event = { type: "messages-added", side: "local", mailbox: "Entw&APw-rfe" } as const;
  const [line] = told({ ...event, sourceUids: [7, 8, 9, 3], uids: [22, 23, 21, 20], octets: 50 });
  assert.deepEqual(line, {
    event: "messages-added",
    level: "info",
    side: "local",
    mailbox: "Entwürfe",
    count: 4,
    sourceUids: "7:9,3",
    uids: "22:23,21,20",
    octets: 50,
    message: "Added 4 messages, UID 3,7:9 -> 20:23",
  });
});

test("names are whole, however long they are", () => {
  const mailbox = "n".repeat(5_000);
  const [line] = told({ type: "subscribed", side: "local", mailbox }) as EventLine[];
  assert.equal(line?.mailbox, mailbox);
});

test("an error has its code, its side, and commands as arguments", () => {
  const { stream, lines } = recorder("work config");
  const error = new InterimapError("MAILBOX_GONE", "disappeared", {
    side: "remote",
    hint: ["to delete it: ", { command: "delete", names: ["two words\0b"], delimiter: "." }, "; or wait"],
  });
  stream.note({ type: "mailbox-skipped", mailbox: "two words\0b", error });
  const [{ time: _, ...line }] = lines() as [EventLine];
  const text = "to delete it: interimap '--config=work config' --delete 'two words.b'; or wait";
  assert.deepEqual(line, {
    event: "mailbox-skipped",
    level: "error",
    side: "remote",
    mailbox: "two words/b",
    code: "MAILBOX_GONE",
    exitCode: 1,
    remedy: { text, commands: [["interimap", "--config=work config", "--delete", "two words.b"]] },
    message: `Mailbox skipped: disappeared; ${text}`,
  });
});

test("the first line says what runs, and the last one sums up both sides", () => {
  const { stream, lines } = recorder();
  const at = (side: "local" | "remote") => ({ side, mailbox: "a" });
  stream.start(run);
  stream.note({ type: "messages-added", ...at("local"), sourceUids: [1, 2], uids: [3, 4], octets: 70 });
  stream.note({ type: "messages-removed", ...at("remote"), uids: uidSetOf([5, 6, 7]) });
  stream.note({ type: "messages-refused", ...at("remote"), sourceUids: uidSetOf([8]), reason: "no" });
  stream.note({ type: "messages-matched", mailbox: "a", count: 9 });
  stream.end(1);
  const all = lines();
  const { time: _at, pid, version, ...first } = all[0]!;
  assert.deepEqual([first, pid], [{ event: "started", schemaVersion: 1, ...run }, process.pid]);
  assert.match(String(version), /^\d+\.\d+\.\d+/);
  const { time: _, durationMs: __, ...last } = all.at(-1)!;
  const none = {
    ...{ messagesAdded: 0, octetsAdded: 0, messagesMoved: 0, messagesRemoved: 0 },
    ...{ flagsChanged: 0, mailboxChanges: 0, messagesRefused: 0 },
  };
  assert.deepEqual(last, {
    event: "summary",
    exitCode: 1,
    sides: {
      local: { ...none, messagesAdded: 2, octetsAdded: 70 },
      remote: { ...none, messagesMoved: 0, messagesRemoved: 3, messagesRefused: 1 },
    },
    messagesMatched: 9,
    skipped: 1,
    planned: null,
  });
});

test("of a dry run, the last line says what would be done, and that it may be more", () => {
  const { stream, lines } = recorder();
  stream.start({ ...run, dryRun: true });
  const plan = { side: "local", mailbox: "a", deletions: 3, flagChanges: 4 } as const;
  stream.note({ type: "messages-planned", ...plan, copies: 2, octets: 70 });
  stream.note({ type: "messages-planned", ...plan, mailbox: "b", copies: undefined, octets: undefined });
  stream.note({ type: "mailbox-created", side: "local", mailbox: "b", isPlanned: true });
  stream.end(0);
  const { planned, sides } = lines().at(-1) as unknown as Record<"planned" | "sides", { local: object }>;
  assert.deepEqual(planned.local, {
    ...{
      messagesToAdd: 2,
      octetsToAdd: 70,
      messagesToMove: 0,
      messagesToRemove: 6,
      flagsToChange: 8,
      mailboxChanges: 1,
    },
    isLowerBound: true,
  });
  assert.deepEqual(new Set(Object.values(sides.local)), new Set([0]));
});

test("warnings and errors of the log are told as well, and still logged", () => {
  const { stream, lines } = recorder();
  const log = recordingLog();
  const heard = stream.alsoHearing({ ...log, reopen: () => undefined, close: () => undefined });
  heard.info("nothing");
  heard.warn("one", { side: "local" });
  heard.error("two");
  assert.deepEqual(log.warnings, ["one"]);
  assert.deepEqual(
    lines().map(({ time: _, ...line }) => line),
    [
      { event: "note", level: "warn", side: "local", message: "one" },
      { event: "note", level: "error", message: "two" },
    ],
  );
});

test("no secret is in a line, and what is blanked out leaves JSON", () => {
  const { stream, secrets, lines } = recorder();
  secrets.add('a"b\\c-pass');
  secrets.add("local");
  stream.note({ type: "alert", side: "local", text: 'you said a"b\\c-pass, and local' });
  const [line] = lines();
  assert.equal(line?.["text"], "you said [redacted], and [redacted]");
  assert.equal(line?.side, "local");
  assert.doesNotMatch(JSON.stringify(line), /c-pass/);
});

test("what a server says cannot steer a terminal", () => {
  const { stream, lines, text } = recorder();
  stream.note({ type: "alert", side: "local", text: "\x1b[2J\u202e" });
  assert.doesNotMatch(text(), /[\x1b\u202e]/);
  assert.equal(lines()[0]?.["text"], "\x1b[2J\u202e");
});
