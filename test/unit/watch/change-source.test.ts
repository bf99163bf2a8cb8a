// How changes on a server are noticed, from one connection to the next, and when NOTIFY is asked for again.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Capabilities } from "../../../src/imap/capabilities.ts";
import type { Command } from "../../../src/imap/command.ts";
import type { Session } from "../../../src/imap/session/session.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";
import { ChangeSource, type ChangeSourceOptions } from "../../../src/watch/change-source.ts";

const minute = 60_000;

interface Server {
  readonly session: Session;
  /** How often NOTIFY was asked for. */
  readonly asked: () => number;
}

function server(capabilities = ["NOTIFY", "IDLE"]): Server {
  let asked = 0;
  const run = ({ parts: [first] }: Command): Promise<void> => {
    if (typeof first === "string" && first.startsWith("NOTIFY SET")) asked++;
    return Promise.resolve();
  };
  const session = { side: "remote", capabilities: new Capabilities(capabilities), run, isNotified: false };
  return { session: session as unknown as Session, asked: () => asked };
}

interface Scene {
  readonly source: ChangeSource;
  readonly events: SyncEvent[];
  /** Lets time pass. */
  readonly pass: (ms: number) => void;
}

function scene(t: TestContext, options: Partial<ChangeSourceOptions> = {}): Scene {
  let now = 1_000_000;
  t.mock.method(performance, "now", () => now);
  const events: SyncEvent[] = [];
  const source = new ChangeSource({
    side: "remote",
    usesNotify: true,
    canIdle: true,
    reference: "",
    freshMs: minute,
    report: (event) => events.push(event),
    ...options,
  });
  return { source, events, pass: (ms) => (now += ms) };
}

const [whole, partial] = [
  { isWhole: true, mailboxes: 3 },
  { isWhole: false, mailboxes: 3 },
];

test("before the first connection nothing is known", (t) => {
  const { source } = scene(t);
  assert.deepEqual(source.state, {});
  assert.equal(source.isNotified, false);
});

test("a server that knows NOTIFY reports all changes", async (t) => {
  const { source, events } = scene(t);
  const { session, asked } = server();
  await source.begin(session);
  assert.deepEqual([source.state, source.isNotified, asked()], [{ detection: "notify" }, true, 1]);
  assert.deepEqual(events, []);
});

test("one that does not is watched in another way, and that is reported", async (t) => {
  const { source, events } = scene(t);
  await source.begin(server(["IDLE"]).session);
  assert.equal(source.detection, "idle");
  const reason = "the server does not offer NOTIFY (RFC 5465)";
  assert.deepEqual(events, [{ type: "notify-missing", side: "remote", instead: "idle", reason }]);
});

test("who does not want NOTIFY does not ask for it", async (t) => {
  const { source, events } = scene(t, { usesNotify: false });
  const { session, asked } = server();
  await source.begin(session);
  assert.deepEqual([source.detection, asked(), events], ["poll", 0, []]);
});

test("NOTIFY is renewed before a look at everything, when it is old and the server has reported something", async (t) => {
  for (const [hasReported, age, look, isRenewed] of [
    [true, minute, whole, true],
    [true, minute, partial, false],
    [true, minute - 1, whole, false],
    [false, minute, whole, false],
    [true, 2 * minute - 1, { isWhole: true, mailboxes: 1_001 }, false],
    [true, 2 * minute, { isWhole: true, mailboxes: 1_001 }, true],
  ] as const) {
    const { source, pass } = scene(t);
    const { session, asked } = server();
    await source.begin(session);
    if (hasReported) source.noteReport();
    pass(age);
    await source.maintain(session, look);
    assert.equal(asked(), isRenewed ? 2 : 1, JSON.stringify({ hasReported, age, look }));
    t.mock.restoreAll();
  }
});

test("once renewed, it is as good as new", async (t) => {
  const { source, pass } = scene(t);
  const { session, asked } = server();
  await source.begin(session);
  source.noteReport();
  pass(minute);
  assert.equal(source.isStale(3), true);
  await source.maintain(session, whole);
  assert.equal(source.isStale(3), false);
  await source.maintain(session, whole);
  assert.equal(asked(), 2);
});

test("a server that stopped reporting is asked again, but not twice within a minute", async (t) => {
  const { source, events, pass } = scene(t);
  const { session, asked } = server();
  await source.begin(session);
  source.noteOverflow();
  await source.maintain(session, partial);
  assert.equal(asked(), 2);
  await source.maintain(session, partial);
  assert.equal(asked(), 2, "it goes on reporting");
  pass(minute + 1);
  source.noteOverflow();
  await source.maintain(session, partial);
  assert.deepEqual([asked(), source.detection, events], [3, "notify", []]);
  pass(minute);
  source.noteOverflow();
  await source.maintain(session, partial);
  assert.deepEqual([asked(), source.detection], [3, "idle"]);
  const reason = "the server has stopped reporting changes, because there are too many";
  assert.deepEqual(events, [{ type: "notify-missing", side: "remote", instead: "idle", reason }]);
});

test("what happened on one connection does not count on the next", async (t) => {
  const { source } = scene(t);
  const first = server();
  await source.begin(first.session);
  source.noteOverflow();
  await source.maintain(first.session, partial);
  source.noteOverflow();
  const second = server();
  await source.begin(second.session);
  await source.maintain(second.session, partial);
  assert.equal(second.asked(), 1);
  source.noteOverflow();
  await source.maintain(second.session, partial);
  assert.deepEqual([second.asked(), source.detection], [2, "notify"]);
});
