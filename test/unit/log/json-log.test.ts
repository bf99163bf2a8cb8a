import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonLines } from "../../../src/log/json-log.ts";
import type { Level, LogContext } from "../../../src/log/log.ts";
import { Secrets } from "../../../src/log/secrets.ts";

function parsed(level: Level, text: string, context: LogContext = {}): object {
  const line = jsonLines(new Secrets()).line(level, text, context);
  assert.ok(!line.includes("\n"));
  const { time, ...rest } = JSON.parse(line) as { time: string };
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 3_600_000 && time.endsWith("Z"), time);
  return rest;
}

test("one object: level, message, and what the line is about", () => {
  assert.deepEqual(parsed("info", "hello"), { level: "info", message: "hello" });
  const fields = () => ({ event: "messages-removed", uids: "1:3,5", count: 4, isLast: true });
  assert.deepEqual(parsed("warn", "gone", { side: "remote", mailbox: "Entwürfe", fields }), {
    level: "warn",
    side: "remote",
    mailbox: "Entwürfe",
    ...fields(),
    message: "gone",
  });
  for (const level of ["debug", "error"] as const) assert.deepEqual(parsed(level, "x"), { level, message: "x" });
});

test("texts are no formats, and steer no terminal", () => {
  const text = '100%% %s %d %o %j "quoted" \\Seen';
  assert.deepEqual(parsed("info", text), { level: "info", message: text });
  const line = jsonLines(new Secrets()).line("info", "a\x1b]0;\x07\n\x9b\u202e", { mailbox: "b\r\u2028" });
  assert.match(line, /^[\x20-\x7e]+$/);
});

test("no secret is in it, in whichever form and place", () => {
  const secrets = new Secrets();
  for (const secret of ["s3cret pass", "hunter2"]) secrets.add(secret);
  const base64 = Buffer.from("\0alice\0s3cret pass").toString("base64");
  const line = jsonLines(secrets).line(
    "debug",
    `C: a1 LOGIN "alice" "s3cret pass", ${base64}, ${encodeURIComponent("s3cret pass")}`,
    {
      side: "local",
      mailbox: "hunter2",
      fields: () => ({ reason: "you said s3cret pass", code: "HUNTER2" }),
    },
  );
  for (const form of ["s3cret", "hunter2", "HUNTER2", base64]) assert.ok(!line.includes(form), line);
  assert.equal(line.match(/\[redacted\]/g)?.length, 6, line);
});
