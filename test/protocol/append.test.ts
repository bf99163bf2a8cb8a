// APPEND as it is sent, and what is made of the answer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { append, type OutgoingMessage } from "../../src/imap/verbs/append.ts";
import { flagSet } from "../../src/model/flags.ts";
import { parseInternalDate } from "../../src/model/internal-date.ts";
import { failsWith, withSession } from "./fixture.ts";

const date = "01-Jan-2024 00:00:00 +0100";

function message(text: string, ...flags: string[]): OutgoingMessage {
  return { flags: flagSet(flags), date: parseInternalDate(date), bytes: Buffer.from(text, "latin1") };
}

interface Appending {
  readonly messages?: readonly OutgoingMessage[];
  readonly capabilities?: readonly string[];
}

function appending(script: string, { messages = [message("mail")], capabilities = ["LITERAL+"] }: Appending = {}) {
  const target = { wireName: "box", uidValidity: 7, nextUid: 42 };
  return withSession(script, (session) => append(session, target, messages), { capabilities });
}

const one = `
  C: t1 APPEND box () "${date}" {4+}
  C: mail`;

test("one message, its flags and its date", async () => {
  const script = String.raw`
    C: t1 APPEND box (\Seen $Label) "${date}" {6+}
    C: a
    C: b\xff\x09
    S: t1 OK [APPENDUID 7 42] done`;
  assert.deepEqual(await appending(script, { messages: [message("a\r\nb\xff\t", "$Label", "\\Seen")] }), [42]);
});

test("several messages in one command, UIDs in their order", async () => {
  const script = `
    C: t1 APPEND box () "${date}" {3+}
    C: one (\\Seen) "${date}" {3+}
    C: two () "${date}" {5+}
    C: three
    S: t1 OK [APPENDUID 7 42:43,50] done`;
  const messages = [message("one"), message("two", "\\Seen"), message("three")];
  assert.deepEqual(await appending(script, { messages }), [42, 43, 50]);
});

test("without LITERAL+ each message waits for its +", async () => {
  const script = `
    C: t1 APPEND box () "${date}" {3}
    S: + go
    C: one () "${date}" {3}
    ...
    S: + go
    C: two
    S: t1 OK [APPENDUID 7 42:43]`;
  assert.deepEqual(await appending(script, { messages: [message("one"), message("two")], capabilities: [] }), [42, 43]);
});

test("NUL travels in a literal8, where the server knows BINARY", async () => {
  const messages = [message("a\0b"), message("abc")];
  const script = String.raw`
    C: t1 APPEND box () "${date}" ~{3+}
    C: a\x00b () "${date}" {3+}
    C: abc
    S: t1 OK [APPENDUID 7 42:43]`;
  await appending(script, { messages, capabilities: ["LITERAL+", "BINARY"] });
  await appending(script.replace("~", ""), { messages });
});

test("UIDs in another UIDVALIDITY are those of another mailbox", async () => {
  await assert.rejects(
    appending(`${one}\nS: t1 OK [APPENDUID 8 42] done`),
    failsWith("MAILBOX_UNSTABLE", /UIDVALIDITY became 8/),
  );
});

test("a server that tells no UIDs is not asked to have", async () => {
  for (const answer of ["OK done", "OK [HIGHESTMODSEQ 5] done"]) {
    assert.equal(await appending(`${one}\nS: t1 ${answer}`), undefined);
  }
});

const two = `
  C: t1 APPEND box () "${date}" {3+}
  C: one () "${date}" {3+}
  C: two`;

for (const [what, told] of [
  ["none", "7"],
  ["too many", "7 42:44"],
  ["too few", "7 42"],
  ["zero", "7 0:1"],
  ["an open end", "7 42:*"],
  ["those of messages that were there before", "7 1:2"],
  ["one of a message that was there before", "7 41:42"],
  ["the wrong order", "7 43,42"],
  ["a range in the wrong order", "7 43:42"],
  ["one of them twice", "7 42,42"],
  ["beyond what a UID can be", "7 4294967295:4294967296"],
  ["something else", "7 forty-two"],
  ["far too many", "7 42:4294967295"],
] as const) {
  test(`APPENDUID with ${what} is believed by nobody`, async () => {
    await assert.rejects(
      appending(`${two}\nS: t1 OK [APPENDUID ${told}] done`, { messages: [message("one"), message("two")] }),
      failsWith("MAILBOX_PROTOCOL", /cannot be those of the 2 messages appended/),
    );
  });
}

test("a refusal keeps its reason", async () => {
  await assert.rejects(appending(`${one}\nS: t1 NO [OVERQUOTA] No room`), (error) => {
    assert.ok(error instanceof CommandRefused);
    assert.deepEqual(
      [error.command, error.responseCode?.name, error.words],
      ["APPEND", "OVERQUOTA", "[OVERQUOTA] No room"],
    );
    return true;
  });
});

test("without a date that can be kept none is sent, and the message waits for its +", async () => {
  for (const told of ["", "yesterday", "31-Dec-1969 00:00:00 +0000"]) {
    const script = `
      C: t1 APPEND box () "${date}" {3+}
      C: one (\\Seen) {3}
      S: + go
      C: two () "${date}" {5+}
      C: three
      S: t1 OK [APPENDUID 7 42:44]`;
    const undated = { ...message("two", "\\Seen"), date: parseInternalDate(told) };
    await appending(script, { messages: [message("one"), undated, message("three")] });
  }
});

test("a server that reads no APPEND without a date gets no message for commands", async () => {
  const script = `
    C: t1 APPEND box () {4}
    S: t1 BAD Invalid internal date`;
  await assert.rejects(appending(script, { messages: [{ ...message("mail"), date: undefined }] }));
});
