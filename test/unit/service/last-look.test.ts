import assert from "node:assert/strict";
import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { recordedLook, recordLook } from "../../../src/service/last-look.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { recordingLog } from "./recording-log.ts";

const look = {
  ...{ at: Date.parse("2025-03-01T12:00:00.000Z"), durationMs: 7, skipped: 2 },
  mailboxesSkipped: [{ mailbox: "Entw&APw-rfe\0alt", side: "local", reason: "gone" }, { reason: "x".repeat(900_000) }],
} as const;

function recorded(): { readonly database: string; readonly file: string } {
  const database = join(scratchDirectory("look"), "x.db");
  recordLook(database, look, recordingLog());
  return { database, file: `${database}.last-look` };
}

test("what was recorded is read again, with names for people, and reasons that are no longer than needed", () => {
  const { database, file } = recorded();
  assert.deepEqual(recordedLook(database), {
    lastLook: { at: "2025-03-01T12:00:00.000Z", durationMs: 7, skipped: 2 },
    mailboxesSkipped: [
      { mailbox: "Entwürfe/alt", side: "local", reason: "gone" },
      { mailbox: null, side: null, reason: `${"x".repeat(1_999)}…` },
    ],
  });
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test("a time that is to come is now", () => {
  const { database, file } = recorded();
  writeFileSync(file, readFileSync(file, "utf8").replace("2025", "2925"));
  assert.ok(Date.parse(recordedLook(database)!.lastLook.at) <= Date.now());
});

for (const [what, spoil] of [
  ["there is none", undefined],
  ["of another form", (file: string) => writeFileSync(file, "{}")],
  ["no JSON", (file: string) => writeFileSync(file, "look")],
  ["writable by others", (file: string) => chmodSync(file, 0o666)],
  ...(process.getuid?.() === 0 ? [["another user's", (file: string) => chownSync(file, 12345, 12345)] as const] : []),
] as const) {
  test(`${what}: nothing is known`, () => {
    const { database, file } = spoil === undefined ? { database: "/nowhere/x.db", file: "" } : recorded();
    spoil?.(file);
    assert.equal(recordedLook(database), undefined);
  });
}

test("where it cannot be written, nothing is thrown and nobody is warned", () => {
  const log = recordingLog();
  recordLook("/nowhere/x.db", look, log);
  assert.deepEqual(log.warnings, []);
});
