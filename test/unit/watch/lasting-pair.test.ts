// Sessions that are made again when they are lost. Servers are stand-ins; no pause is waited for.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../../src/imap/session/session.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { perSide, type Side, sides } from "../../../src/model/side.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";
import { IntendedLoss } from "../../../src/watch/intended-loss.ts";
import { LastingPair } from "../../../src/watch/lasting-pair.ts";

interface Scene {
  readonly pair: LastingPair;
  readonly events: SyncEvent[];
  /** Which sessions were made, in order. */
  readonly made: string[];
}

function scene(): Scene {
  const events: SyncEvent[] = [];
  const made: string[] = [];
  const pair = new LastingPair({
    connectors: perSide((side) => () => Promise.resolve(fakeSession(side))),
    limits: { local: 2, remote: 2 },
    prepare: (connect, side) => (attempt) => {
      made.push(side);
      return connect(attempt);
    },
    report: (event) => {
      events.push(event);
      // As a user who is impatient.
      if (event.type === "connection-failed") setImmediate(() => pair.retryNow());
    },
    onStateChange: () => undefined,
  });
  return { pair, events, made };
}

function fakeSession(side: Side): Session {
  let end: (reason: Error) => void = () => undefined;
  const session = {
    side,
    isIdle: true,
    isUsable: true,
    ended: new Promise<Error>((resolve) => (end = resolve)),
    destroy: (reason: Error) => {
      session.isUsable = false;
      end(reason);
    },
  };
  return session as unknown as Session;
}

function lost(side?: Side): InterimapError {
  return new InterimapError("CONNECTION_LOST", "lost", { ...(side !== undefined && { side }) });
}

function types(events: readonly SyncEvent[]): string[] {
  return events.map(({ type, side }) => `${type} ${side ?? ""}`);
}

test("a session that is lost while nothing is done is made again, and the other stays", async () => {
  const { pair, events, made } = scene();
  const before = await pair.open();
  assert.equal(await pair.noteLost(before), false);
  before.remote.destroy(lost());
  assert.equal(await pair.noteLost(before), true);
  const after = await pair.open();
  assert.equal(after.local, before.local);
  assert.notEqual(after.remote, before.remote);
  assert.deepEqual(made, ["local", "remote", "remote"]);
  assert.deepEqual(types(events), ["connection-failed remote", "connected-again remote"]);
  assert.deepEqual(
    sides.map((side) => pair.state(side).connections),
    [1, 2],
  );
});

test("after work that failed its side begins anew; both do where nobody knows which it was", async () => {
  for (const [side, again] of [
    ["local", ["local"]],
    [undefined, ["local", "remote"]],
  ] as const) {
    const { pair, made } = scene();
    await pair.open();
    made.length = 0;
    await pair.recover(lost(side));
    await pair.open();
    assert.deepEqual(made, again);
  }
});

test("what is no matter of a connection, or does not pass, is not recovered from", async () => {
  const { pair } = scene();
  await pair.open();
  for (const error of [new TypeError("oops"), new InterimapError("DATABASE_READ", "disk")])
    await assert.rejects(pair.recover(error), error);
  const hopeless = new InterimapError("COMMAND_REFUSED", "no", { side: "local" });
  await assert.rejects(pair.recover(hopeless), hopeless);
});

test("a connection that is dropped on purpose is no failure, and is made again at once", async () => {
  const { pair, events, made } = scene();
  const before = await pair.open();
  pair.sessions.abort(new IntendedLoss("asleep"));
  assert.equal(await pair.noteLost(before), true);
  await pair.open();
  await pair.recover(new IntendedLoss("mailboxes disappeared", { side: "remote" }));
  await pair.open();
  assert.deepEqual(made, ["local", "remote", "local", "remote", "remote"]);
  assert.deepEqual(events, []);
});
