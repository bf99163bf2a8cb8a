// A way to a server that is lost and found again. Pauses are not waited for, but cut short as by a user who is impatient.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../../src/imap/session.ts";
import { InterimapError, type ErrorCode } from "../../../src/model/errors.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";
import { Link } from "../../../src/watch/link.ts";

const second = 1_000;
const minute = 60 * second;
const never = new AbortController().signal;

interface FakeSession extends Session {
  end(reason: Error): void;
}

function fakeSession(): FakeSession {
  let end: (reason: Error) => void = () => undefined;
  const ended = new Promise<Error>((resolve) => (end = resolve));
  return { side: "local", ended, end } as unknown as FakeSession;
}

function failure(code: ErrorCode, message: string = code, retryAfterMs?: number): InterimapError {
  return new InterimapError(code, message, { retryAfterMs });
}

interface Watched {
  readonly link: Link;
  readonly events: SyncEvent[];
  /** Connects; each attempt takes the next of the results, at once. */
  readonly connect: (...results: (Session | Error)[]) => Promise<Session>;
}

/** `random`: 0 for the shortest pauses, 1 for the longest. */
function watched(random = 0): Watched {
  const events: SyncEvent[] = [];
  const report = (event: SyncEvent): void => {
    events.push(event);
  };
  const link = new Link({ side: "local", report, random: () => random });
  const connect = (...results: (Session | Error)[]): Promise<Session> => {
    let i = 0;
    return link.connect(never, () => {
      const result = results[i++];
      assert.ok(result !== undefined, "one attempt too many");
      if (!(result instanceof Error)) return Promise.resolve(result);
      // As soon as the pause after this failure has begun.
      setImmediate(() => {
        link.retryNow();
      });
      return Promise.reject(result);
    });
  };
  return { link, events, connect };
}

/** What was reported of failures: message and pause. */
function failures(events: readonly SyncEvent[]): (readonly [string, number])[] {
  return events.flatMap((event) =>
    event.type === "connection-failed" ? [[event.error.message, event.retryInMs] as const] : [],
  );
}

test("a first connection that comes about is nothing to report", async () => {
  const { link, events, connect } = watched();
  assert.equal(link.state.state, "connecting");
  const session = fakeSession();
  assert.equal(await connect(session), session);
  assert.deepEqual(events, []);
  const { state, connections, reason, retryAt } = link.state;
  assert.deepEqual(
    { state, connections, reason, retryAt },
    {
      state: "connected",
      connections: 1,
      reason: undefined,
      retryAt: undefined,
    },
  );
});

test("what passes is tried again until it works, and then told", async () => {
  const { link, events, connect } = watched();
  await connect(failure("CONNECT"), failure("TUNNEL"), failure("PROTOCOL"), failure("CONNECTION_LOST"), fakeSession());
  assert.deepEqual(
    events.map(({ type }) => type),
    ["connection-failed", "connection-failed", "connection-failed", "connection-failed", "connected-again"],
  );
  assert.equal(link.state.connections, 1);
});

test("what does not pass by itself ends the first connection at once", async () => {
  for (const code of [
    "TLS",
    "STARTTLS_MISSING",
    "CAPABILITY_MISSING",
    "AUTH_NO_MECHANISM",
    "CONFIG_INVALID",
  ] as const) {
    const { events, connect } = watched();
    const error = failure(code);
    await assert.rejects(connect(error), error);
    assert.deepEqual(events, []);
  }
  const { connect } = watched();
  const bug = new TypeError("oops");
  await assert.rejects(connect(bug), bug);
});

test("a server that was right once will be so again: a captive portal, an upgrade", async () => {
  for (const code of ["TLS", "STARTTLS_MISSING", "CAPABILITY_MISSING", "AUTH_NO_MECHANISM"] as const) {
    const { link, connect } = watched();
    await connect(fakeSession());
    await connect(failure(code), fakeSession());
    assert.equal(link.state.connections, 2);
  }
  const { connect } = watched();
  await connect(fakeSession());
  await assert.rejects(connect(failure("CONFIG_INVALID")), { code: "CONFIG_INVALID" });
});

test("a password is tried three times, 5 s apart or more", async () => {
  const { events, connect } = watched();
  const refusals = ["one", "two", "three"].map((message) => failure("AUTH_FAILED", message));
  await assert.rejects(connect(...refusals), { code: "AUTH_FAILED", message: "three" });
  assert.deepEqual(failures(events), [
    ["one", 5 * second],
    ["two", 5 * second],
  ]);
});

test("refusals of a password count from when all was well last", async () => {
  const { link, connect } = watched();
  const refused = failure("AUTH_FAILED");
  await connect(refused, refused, fakeSession());
  link.succeeded();
  await connect(refused, refused, fakeSession());
  await assert.rejects(connect(refused), refused, "to be connected is not enough");
  assert.equal(link.state.connections, 2);
});

test("pauses grow with each failure, up to 5 min, and begin anew when all is well", () => {
  const { link, events } = watched(1);
  for (let i = 0; i < 12; i++) link.failed(failure("CONNECT", `no${"o".repeat(i)}`));
  link.succeeded();
  link.failed(failure("CONNECT", "again"));
  const pauses = failures(events).map(([, ms]) => ms / second);
  assert.deepEqual(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300, 2]);
});

test("a server that loses each connection soon after it worked is left alone more and more, until one lasts a minute", async (t) => {
  let now = 1_000_000;
  t.mock.method(performance, "now", () => now);
  const { link, events, connect } = watched(1);
  const livesFor = async (ms: number): Promise<void> => {
    await connect(fakeSession());
    link.succeeded();
    now += ms;
    link.failed(failure("CONNECTION_LOST", `lost at ${now}`));
    now += 10 * minute;
  };
  for (let i = 0; i < 12; i++) await livesFor(second);
  await livesFor(minute);
  await livesFor(second);
  const pauses = failures(events).map(([, ms]) => ms / second);
  assert.deepEqual(pauses, [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 4, 8, 2, 2]);
});

test("a server that names a time is left alone for so long; a shorter one than ours changes nothing", () => {
  const { link, events } = watched(0);
  link.failed(failure("CONNECTION_LOST", "come back later", 90 * minute));
  link.failed(failure("CONNECTION_LOST", "come back soon", 1));
  assert.deepEqual(failures(events), [
    ["come back later", 90 * minute],
    ["come back soon", second],
  ]);
});

test("the state says why, and when the next attempt is", () => {
  const { link } = watched(1);
  const before = Date.now();
  link.failed(failure("CONNECT", "no route"));
  const { state, reason, retryAt = 0 } = link.state;
  assert.deepEqual({ state, reason }, { state: "waiting", reason: "no route" });
  assert.ok(retryAt >= before + 2 * second && retryAt <= Date.now() + 2 * second);
});

test("since when a connection is missed stays the same through all attempts to get it", async (t) => {
  let now = 1_700_000_000_000;
  t.mock.method(Date, "now", () => now);
  const { link, connect } = watched();
  const started = now;
  now += minute;
  link.failed(failure("CONNECT", "refused"));
  assert.equal(link.state.since, started, "never connected: since the start");
  link.retryNow();
  await connect(fakeSession());
  assert.equal(link.state.since, now);
  now += minute;
  const lost = now;
  link.failed(failure("CONNECTION_LOST", "going down"));
  for (const attempt of ["first", "second"]) {
    now += minute;
    link.retryNow();
    await link
      .connect(never, () => {
        assert.deepEqual([link.state.state, link.state.since], ["connecting", lost], attempt);
        return Promise.reject(failure("CONFIG_INVALID"));
      })
      .catch(() => undefined);
    link.failed(failure("CONNECT", "refused"));
    assert.deepEqual([link.state.state, link.state.since], ["waiting", lost], attempt);
  }
  link.retryNow();
  await connect(fakeSession());
  assert.equal(link.state.since, now);
});

test("the pause is really made", async () => {
  const { link } = watched(0);
  link.failed(failure("CONNECT"));
  const before = performance.now();
  await link.connect(never, () => Promise.resolve(fakeSession()));
  const waited = performance.now() - before;
  assert.ok(waited > 900, `${waited} ms`);
});

test("no pause outlasts the signal", async () => {
  const { link } = watched(1);
  link.failed(failure("CONNECTION_LOST", "", 60 * minute));
  const reason = new Error("stop");
  const stop = new AbortController();
  const connecting = link.connect(stop.signal, () => assert.fail("no attempt was due"));
  setImmediate(() => {
    stop.abort(reason);
  });
  await assert.rejects(connecting, reason);
});

test("an attempt that the signal ends is no failure", async () => {
  const { link, events } = watched();
  const reason = new Error("stop");
  const stop = new AbortController();
  const connecting = link.connect(stop.signal, () => {
    stop.abort(reason);
    return Promise.reject(failure("CONNECT"));
  });
  await assert.rejects(connecting, reason);
  assert.deepEqual(events, []);
});

test("the same failure is told once, until all is well", () => {
  const { link, events } = watched(1);
  for (const message of ["no route", "no route", "refused at 12:01", "refused at 12:02", "no route"])
    link.failed(failure("CONNECT", message));
  link.succeeded();
  link.failed(failure("CONNECT", "no route"));
  assert.deepEqual(
    failures(events).map(([message]) => message),
    ["no route", "refused at 12:01", "no route", "no route"],
  );
});

test("whoever is told that a connection is there again was told that it was lost", async () => {
  const { link, events, connect } = watched();
  await connect(fakeSession());
  // Servers that let us in, and throw us out at the first command.
  for (let i = 0; i < 3; i++) {
    link.failed(failure("CONNECTION_LOST", "overloaded"));
    link.retryNow();
    await connect(fakeSession());
  }
  assert.deepEqual(
    events.map(({ type }) => type),
    ["connection-failed", "connected-again"],
  );
});

test("how long a connection was missed counts from the first failure", async (t) => {
  let now = 1_000_000;
  t.mock.method(Date, "now", () => now);
  const { link, events, connect } = watched();
  link.failed(failure("CONNECT", "one"));
  now += 7 * minute;
  link.failed(failure("CONNECT", "two"));
  now += 3 * minute;
  link.retryNow();
  await connect(fakeSession());
  assert.deepEqual(events.at(-1), { type: "connected-again", side: "local", afterMs: 10 * minute });
});

test("a clock that is put back while a connection is missed makes no time to come, and no pause longer", async (t) => {
  let [wall, steady] = [1_700_000_000_000, 5_000];
  t.mock.method(Date, "now", () => wall);
  t.mock.method(performance, "now", () => steady);
  const { link, events, connect } = watched();
  link.failed(failure("CONNECT", "one", 5 * minute));
  wall -= 365 * 86_400 * second;
  steady += minute;
  const left = (link.state.retryAt ?? 0) - wall;
  assert.ok(left >= 4 * minute && left < 4 * minute + second, String(left));
  link.retryNow();
  await connect(fakeSession());
  assert.deepEqual(events.at(-1), { type: "connected-again", side: "local", afterMs: minute });
});

test("a server that is silent gets more time, at most 5 min, until all is well", () => {
  const { link } = watched(1);
  const patience = [link.patienceMs];
  for (let i = 0; i < 5; i++) {
    link.failed(failure("CONNECTION_SILENT"));
    patience.push(link.patienceMs);
  }
  assert.deepEqual(
    patience.map((ms) => ms / second),
    [50, 100, 200, 300, 300, 300],
  );
  link.failed(failure("CONNECT"));
  assert.equal(link.patienceMs, 5 * minute);
  link.succeeded();
  assert.equal(link.patienceMs, 50 * second);
});

test("a connection that ends by itself is missed at once", async () => {
  const { link, events, connect } = watched();
  const session = fakeSession();
  await connect(session);
  session.end(failure("CONNECTION_LOST", "connection lost: going down"));
  await session.ended;
  const { state, reason } = link.state;
  assert.deepEqual({ state, reason }, { state: "waiting", reason: "connection lost: going down" });
  assert.deepEqual(events, [], "the failure is reported by whoever deals with it");
});

test("how changes are noticed is remembered from one connection to the next", async () => {
  const { link, connect } = watched();
  assert.equal(link.state.attention, undefined);
  await connect(fakeSession());
  link.attends("notify");
  link.failed(failure("CONNECT"));
  assert.equal(link.state.attention, "notify");
});

test("each change of the state is told, when it can be seen already", async () => {
  const seen: string[] = [];
  const link: Link = new Link({
    side: "local",
    report: () => undefined,
    onStateChange: () => {
      seen.push(link.state.state);
    },
  });
  const session = fakeSession();
  await link.connect(never, () => Promise.resolve(session));
  session.end(failure("CONNECTION_LOST"));
  await session.ended;
  assert.deepEqual(seen, ["connecting", "connected", "waiting"]);
});
