// What a server is asked to report, and what is done instead.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Capabilities } from "../../../src/imap/capabilities.ts";
import type { Command } from "../../../src/imap/command.ts";
import { CommandRefused } from "../../../src/imap/command-refused.ts";
import type { TaggedResponse } from "../../../src/imap/responses.ts";
import type { Session } from "../../../src/imap/session/session.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { requestNotify } from "../../../src/watch/notify.ts";

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
    assert.deepEqual(await requestNotify(session, { reference, canIdle: true }), { detection: "notify" });
    assert.deepEqual(lines, [`NOTIFY SET (SELECTED (MessageNew MessageExpunge FlagChange)) (${scope} ${events})`]);
    assert.equal(session.isNotified, true);
  }
});

test("without NOTIFY a server is asked nothing: IDLE, if both want it, else polling", async () => {
  for (const [capabilities, canIdle, detection] of [
    [["IDLE"], true, "idle"],
    [["IDLE"], false, "poll"],
    [[], true, "poll"],
  ] as const) {
    const { session, lines } = server(capabilities);
    const refusal = "the server does not offer NOTIFY (RFC 5465)";
    assert.deepEqual(await requestNotify(session, { reference: "", canIdle }), { detection, refusal });
    assert.deepEqual(lines, []);
    assert.equal(session.isNotified, false);
  }
});

test("a server that refuses NOTIFY says why, and is watched in another way", async () => {
  const code = { name: "BADEVENT", text: "(MessageNew)" };
  const answer: TaggedResponse = { kind: "tagged", tag: "a1", status: "NO", code, text: "not these" };
  const { session } = server(["NOTIFY", "IDLE"], new CommandRefused("NOTIFY", answer, "remote"));
  const refusal = "the server refused NOTIFY: NO [BADEVENT] not these";
  assert.deepEqual(await requestNotify(session, { reference: "", canIdle: true }), { detection: "idle", refusal });
  assert.equal(session.isNotified, false);
});

test("a connection that breaks meanwhile is no refusal", async () => {
  const broken = new InterimapError("CONNECTION_LOST", "connection lost");
  const { session } = server(["NOTIFY", "IDLE"], broken);
  await assert.rejects(requestNotify(session, { reference: "", canIdle: true }), broken);
});
