// What the original reports, by the names of the facts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { binaryBytes, decimalBytes, secondsLeft } from "../../../../src/copier/report/display.ts";
import {
  className,
  type CountedError,
  type ErrorKind,
  ErrorTally,
  refusedAppend,
} from "../../../../src/copier/report/errors.ts";
import { exitCodeOf, exitText } from "../../../../src/copier/report/exit-code.ts";
import { etaPart } from "../../../../src/copier/report/message-lines.ts";
import { quotaNotice } from "../../../../src/copier/report/quota-lines.ts";
import { parseQuota } from "../../../../src/imap/verbs/quota.ts";

// The original reads its own texts; ours say what they are. Only a refused APPEND is judged by the server's words.
for (const [text, kind, expected] of [
  ["Message xxx could not be fetched: blabla", "fetch", "ERR_Host1_FETCH"],
  ["Quota limit will be exceeded", refusedAppend("Quota limit will be exceeded"), "ERR_OVERQUOTA"],
  ["Could not select: blabla", "select", "ERR_SELECT"],
  ["Maximum bytes transferred reached, blabla", "transfer-exceeded", "ERR_TRANSFER_EXCEEDED"],
  [
    "could not append ( Subject:[x] ) to folder INBOX: 275 NO Message refused because it contains a virus",
    refusedAppend("Message refused because it contains a virus"),
    "ERR_APPEND_VIRUS",
  ],
  ["Host1 failure: can not open imap connection on host1 [bad]", "connect-host1", "ERR_CONNECTION_FAILURE_HOST1"],
] as const) {
  test(`error.classify ${text}`, () => {
    const tally = tallyOf({ kind, text });
    assert.equal(className(tally.mostFrequent), expected);
  });
}

test("error.classify of nothing", () => {
  assert.equal(className(tallyOf().mostFrequent), "ERR_NOTHING_REPORTED");
});

test("error.most_common: the most frequent, the first by name among equals", () => {
  // Of two classes with as many errors each, ERR_BAR before ERR_FOO.
  assert.equal(tallyOf(...kinds("select", "create", "select", "create")).mostFrequent, "create");
  assert.equal(tallyOf(...kinds("create", "select", "select")).mostFrequent, "select");
  assert.equal(tallyOf().mostFrequent, undefined);
});

for (const [kind, name, code] of [
  ["append-size", "ERR_APPEND_SIZE", 114],
  ["flags", "ERR_FLAGS", 120],
  ["unclassified", "ERR_UNCLASSIFIED", 111],
  ["transfer-exceeded", "ERR_TRANSFER_EXCEEDED", 118],
  ["login-user1", "ERR_AUTHENTICATION_FAILURE_USER1", 161],
  ["tls", "ERR_EXIT_TLS_FAILURE", 12],
] as const) {
  test(`exit.code ${name}`, () => {
    assert.equal(className(kind), name);
    assert.equal(exitCodeOf(tallyOf({ kind, text: "" }).exit()), code);
  });
}

test("exit.code of what is none of these", () => {
  assert.equal(exitCodeOf("EXIT_CATCH_ALL"), 1);
});

test("exit.code both hosts unreachable", () => {
  assert.equal(exitCodeOf(tallyOf(...kinds("connect-host2", "connect-host1")).exit()), 101);
});

test("exit.code of what ends before the servers are asked", () => {
  assert.equal(exitCodeOf("EXIT_SUBFOLDER1_NO_EXISTS"), 21);
  assert.equal(exitCodeOf("EX_NOINPUT"), 66);
  assert.equal(exitCodeOf("EXIT_PID_FILE_ERROR"), 8);
});

for (const [count, expected] of [
  [1023, "0.999 KiB"],
  [1024000, "0.977 MiB"],
  [1152921504606846976, "1024.000 PiB"],
] as const) {
  test(`display.bytes_bin ${count}`, () => {
    assert.equal(binaryBytes(count), expected);
  });
}

for (const [count, expected] of [
  [1000, "1.000 KB"],
  [999999500, "1.000 GB"],
  [3000000000, "3.000 GB"],
] as const) {
  test(`display.bytes_dec ${count}`, () => {
    assert.equal(decimalBytes(count), expected);
  });
}

test("display.time_remaining", () => {
  assert.equal(secondsLeft({ seconds: 1, processed: 1, total: 10, copied: 1 }), 9);
  assert.equal(secondsLeft({ seconds: 0, processed: 0, total: 0, copied: 0 }), 0);
});

test("quota.parse_bytes", () => {
  const lines = ['* QUOTAROOT "INBOX" "Storage quota"', '* QUOTA "Storage quota" (STORAGE 1 104857600)'];
  assert.deepEqual(lines.map(parseQuota), [undefined, { current: 1024, limit: 107374182400 }]);
});

test("little room is a warning, and no error", () => {
  assert.deepEqual(quotaNotice({ current: 460800, limit: 32212254720 }), {
    text: "Quota current storage is 460800 bytes. Limit is 32212254720 bytes. So 0.00 % full",
    isWarning: false,
  });
  const { text, isWarning } = quotaNotice({ current: 95_000_000, limit: 100_000_000 });
  assert.ok(isWarning && text.endsWith("So 95.00 % full, 5.000 MB are left"));
});

test("web.eta_line: what pages cut out of the output is in it", () => {
  // 1234 seconds for the 123 that are left, of 4444 s that as many messages took before.
  const now = new Date(new Date(2019, 6, 3, 14, 55, 27).getTime() - 1_234_000);
  const pace = { seconds: (1234 / 123) * 4444, copied: 4444, octetsCopied: 0, processed: 4444, total: 4567 };
  assert.equal(etaPart({ now, ...pace }), "ETA: Wed Jul  3 14:55:27 2019  1234 s  123/4567 msgs left");
});

test("exit codes have a text that wrappers can cut at the colon", () => {
  assert.equal(exitText("EX_OK"), "EX_OK: successful termination");
  assert.match(exitText("EXIT_ERR_FETCH"), /^EXIT_ERR_FETCH: [^()]+$/);
});

test("by severity, one lost login is more than many refused messages", () => {
  const tally = tallyOf(...kinds("append", "append", "login-user2", "append"));
  assert.equal(exitCodeOf(tally.exit()), 114);
  assert.equal(exitCodeOf(tally.exit("severity")), 162);
});

test("a refused message, by the server's words and code", () => {
  assert.equal(refusedAppend("no", "OVERQUOTA"), "quota");
  assert.equal(refusedAppend("no", "TOOBIG"), "append-size");
  assert.equal(refusedAppend("Maximum message size exceeded"), "append-size");
  assert.equal(refusedAppend("I do not like it"), "append");
});

function tallyOf(...errors: readonly CountedError[]): ErrorTally {
  const tally = new ErrorTally();
  for (const error of errors) tally.add(error);
  return tally;
}

function kinds(...all: readonly ErrorKind[]): CountedError[] {
  return all.map((kind) => ({ kind, text: kind }));
}
