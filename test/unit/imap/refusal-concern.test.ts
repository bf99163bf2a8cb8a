import assert from "node:assert/strict";
import { test } from "node:test";
import { type Concern, concernOf } from "../../../src/imap/refusal-concern.ts";

const answers: readonly (readonly [code: string | undefined, text: string, concern: Concern])[] = [
  ["OVERQUOTA", "Quota exceeded (mailbox for user is full)", "room"],
  ["OVERQUOTA", "Message is too large for the quota", "room"],
  [undefined, "Over quota", "room"],
  [undefined, "You exceeded your mail quota.", "room"],
  ["ALERT", "You exceeded your mail quota.", "room"],
  [undefined, "No space left on device", "room"],
  [undefined, "Mailbox is full", "room"],
  ["UNAVAILABLE", "Backend is down", "moment"],
  ["INUSE", "Locked by another session", "moment"],
  ["SERVERBUG", "Internal error occurred. Refer to server log for more information.", "moment"],
  ["LIMIT", "Too many messages today", "moment"],
  ["LIMIT", "Message size exceeds the limit of 10 MB", "message"],
  ["LIMIT", "Mail is too large", "message"],
  ["NOPERM", "Permission denied", "moment"],
  [undefined, "Permission denied", "moment"],
  ["TOOBIG", "Too big", "message"],
  ["CANNOT", "Not such a message", "message"],
  [undefined, "Message contains bare newlines", "message"],
  [undefined, "Message contains invalid header", "message"],
  [undefined, "Message contains NUL characters", "message"],
  [undefined, "Message too large", "message"],
  [undefined, "Request is throttled. Suggested Backoff Time: 299609 milliseconds", "moment"],
  [undefined, "Server Unavailable. 15", "moment"],
  [undefined, "Account exceeded command or bandwidth limits. (Failure)", "moment"],
  ["OVERQUOTA", "Account has exceeded its upload limit for today. (Failure)", "moment"],
  [undefined, "APPEND failed", "unknown"],
  ["X-ODD", "Never seen before", "unknown"],
];

for (const [code, text, concern] of answers) {
  test(`${code === undefined ? "" : `[${code}] `}${text}: ${concern}`, () => {
    const responseCode = code === undefined ? undefined : { name: code, text: "" };
    assert.equal(concernOf({ responseCode, words: code === undefined ? text : `[${code}] ${text}` }), concern);
  });
}
