// What people read of what happens: the words of every event, once.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Log, LogContext } from "../../../src/log/log.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { flagSet } from "../../../src/model/flags.ts";
import { reportTo } from "../../../src/report/human.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";
import { errorLine } from "../../support/error-line.ts";
import { eventWords, refused } from "../../support/event-words.ts";

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

for (const [type, cases] of Object.entries(eventWords)) {
  for (const [event, level, text] of cases as readonly (readonly [SyncEvent, Line["level"], string])[]) {
    test(`${type}: ${text}`, () => {
      const { side, mailbox } = event;
      const context = {
        ...(mailbox !== undefined && { mailbox: mailbox.replaceAll("\0", "/") }),
        ...(side !== undefined && { side }),
      };
      assert.deepEqual(reported(event), [{ level, text, context }]);
    });
  }
}

test("a mailbox skipped is an error of the side that it happened on", () => {
  const lines = reported({ type: "mailbox-skipped", mailbox: "a\0b", error: refused });
  assert.deepEqual(lines, [
    {
      level: "error",
      text: "Mailbox skipped: the server refused SELECT: NO",
      context: { mailbox: "a/b", side: "remote" },
    },
  ]);
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
