// What people read of what a daemon goes through.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Log, LogContext } from "../../../src/log/log.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { flagSet } from "../../../src/model/flags.ts";
import { reportTo } from "../../../src/report/human.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";
import { errorLine } from "../../support/error-line.ts";

interface Line {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
  readonly context: LogContext | undefined;
}

function reported(...events: readonly SyncEvent[]) {
  const lines: Line[] = [];
  const at =
    (level: Line["level"]) =>
    (text: string, { fields, ...context }: LogContext = {}): void => {
      assert.ok(fields !== undefined, "nothing for programs");
      lines.push({ level, text, context });
    };
  const log: Log = {
    traffic: false,
    showsSecrets: false,
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
  const report = reportTo(log, errorLine);
  for (const event of events) report(event);
  return lines;
}

const second = 1_000;
const minute = 60 * second;
const lost = new InterimapError("CONNECTION_LOST", "connection lost: going down", { hint: "run again" });

const daemons: readonly (readonly [event: SyncEvent, line: Line])[] = [
  [
    { type: "connection-failed", side: "remote", error: lost, retryInMs: 2.5 * minute },
    { level: "warn", text: "connection lost: going down; trying again in 2 min 30 s", context: { side: "remote" } },
  ],
  [
    { type: "connected-again", side: "remote", afterMs: 3 * 60 * minute + 20 * minute },
    { level: "info", text: "Connected again after 3 h 20 min", context: { side: "remote" } },
  ],
  [
    { type: "notify-missing", side: "local", instead: "poll", reason: "the server does not offer NOTIFY (RFC 5465)" },
    {
      level: "warn",
      text: "the server does not offer NOTIFY (RFC 5465): it is asked for changes from time to time",
      context: { side: "local" },
    },
  ],
  [
    { type: "news-in-vain", side: "remote" },
    {
      level: "warn",
      text: "the server announces changes again and again, but there are none: its announcements are looked into less often",
      context: { side: "remote" },
    },
  ],
  [
    { type: "alert", side: "remote", text: "Your mailbox is 98% full" },
    { level: "warn", text: "The server says: Your mailbox is 98% full", context: { side: "remote" } },
  ],
  [
    { type: "surveyed", mailboxes: 2, copies: 1, octets: 12_345, deletions: 3, flagChanges: 4 },
    {
      level: "debug",
      text: "Found in 2 mailboxes: 1 message to copy (12.3 kB), 3 to delete, 4 with changed flags",
      context: {},
    },
  ],
  [
    { type: "clock-jumped", byMs: 8 * 60 * minute },
    {
      level: "info",
      text: "The clock went ahead by 8 h: this machine was asleep, or its clock was set. Connecting anew",
      context: {},
    },
  ],
];

for (const [event, line] of daemons) {
  test(`${event.type} is one line`, () => {
    assert.deepEqual(reported(event), [line]);
  });
}

test("where IDLE stands in for NOTIFY, the setting that says where is named", () => {
  const lines = reported({ type: "notify-missing", side: "local", instead: "idle", reason: "refused" });
  assert.match(lines[0]?.text ?? "", /^refused: .*\bidle-mailboxes\b/);
});

test("a mailbox skipped is an error of the side that it happened on", () => {
  const error = new InterimapError("COMMAND_REFUSED", "the server refused SELECT: NO", { side: "remote" });
  const lines = reported({ type: "mailbox-skipped", mailbox: "a\0b", error });
  assert.deepEqual(lines, [
    {
      level: "error",
      text: "Mailbox skipped: the server refused SELECT: NO",
      context: { mailbox: "a/b", side: "remote" },
    },
  ]);
});

test("what a server has more of than is shown, is one line", () => {
  const events = [true, false].map((isAlert): SyncEvent => ({ type: "more-unshown", side: "remote", isAlert }));
  const lines = reported(...events);
  assert.match(lines[0]?.text ?? "", /^The server has more to say.* not shown for a day$/);
  assert.match(lines[1]?.text ?? "", /^Further lines .* not shown for a day$/);
});

test("names and flags without end are cut", () => {
  const mailbox = "n".repeat(900_000);
  const flags = flagSet(["\\Seen", "k".repeat(60_000)]);
  const error = new InterimapError("MAILBOX_GONE", "gone");
  const lines = reported(
    { type: "mailbox-skipped", mailbox, error },
    { type: "mailbox-renamed", side: "local", mailbox, to: mailbox },
    { type: "mailbox-renamed", mailbox, to: mailbox },
    { type: "flags-unkept", side: "local", mailbox, flags },
  );
  for (const { text, context } of lines) {
    assert.ok(text.length < 750 && text.includes("…"), text.slice(0, 1000));
    assert.match(context?.mailbox ?? "", /^n{299}…$/);
  }
  const other = "n".repeat(300);
  assert.equal(reported({ type: "subscribed", side: "local", mailbox: other })[0]?.context?.mailbox, other);
});

test("what can be done about an error follows it", () => {
  const error = new InterimapError("MASS_DELETION", "12 of 12", { side: "remote", hint: "x" });
  const [line] = reported({ type: "deletions-held-back", side: "remote", mailboxes: ["a"], error });
  assert.deepEqual([line?.level, line?.text, line?.context], ["error", "12 of 12; x", { side: "remote" }]);
});
