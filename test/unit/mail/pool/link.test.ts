// A way to a server that is lost and found again. Pauses are not waited for, but cut short as by a user who is impatient.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../../../src/imap/session/session.ts";
import { Link } from "../../../../src/mail/pool/link.ts";
import { reconnecting } from "../../../../src/mail/pool/reconnecting.ts";
import { type ErrorCode, InterimapError } from "../../../../src/model/errors.ts";

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

/** What a link says: of a failure with the pause that follows, or of a connection with how long it was missed. */
type Said = { readonly failure: string; readonly retryInMs: number } | { readonly missedForMs: number };

interface Watched {
  readonly link: Link;
  readonly said: Said[];
  /** Connects; each attempt takes the next of the results, at once. */
  readonly connect: (...results: (Session | Error)[]) => Promise<Session>;
}

/** `random`: 0 for the shortest pauses, 1 for the longest. */
function watched(random = 0): Watched {
  const said: Said[] = [];
  const link = new Link({
    onFailure: ({ message }, retryInMs) => said.push({ failure: message, retryInMs }),
    onReconnected: (missedForMs) => said.push({ missedForMs }),
    random: () => random,
  });
  const connect = (...results: (Session | Error)[]): Promise<Session> => {
    let i = 0;
    const attempt = (): Promise<Session> => {
      const result = results[i++];
      assert.ok(result !== undefined, "one attempt too many");
      if (!(result instanceof Error)) return Promise.resolve(result);
      // As soon as the pause after this failure has begun.
      setImmediate(() => {
        link.retryNow();
      });
      return Promise.reject(result);
    };
    return reconnecting(attempt, link)({ signal: never });
  };
  return { link, said, connect };
}

/** What was said of failures: message and pause. */
function failures(said: readonly Said[]): (readonly [string, number])[] {
  return said.flatMap((one) => ("failure" in one ? [[one.failure, one.retryInMs] as const] : []));
}

function kinds(said: readonly Said[]): string[] {
  return said.map((one) => ("failure" in one ? "failure" : "reconnected"));
}

test("a first connection that comes about is nothing to report", async () => {
  const { link, said, connect } = watched();
  assert.equal(link.state.state, "connecting");
  const session = fakeSession();
  assert.equal(await connect(session), session);
  assert.deepEqual(said, []);
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
  const { link, said, connect } = watched();
  await connect(failure("CONNECT"), failure("TUNNEL"), failure("PROTOCOL"), failure("CONNECTION_LOST"), fakeSession());
  assert.deepEqual(kinds(said), ["failure", "failure", "failure", "failure", "reconnected"]);
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
    const { said, connect } = watched();
    const error = failure(code);
    await assert.rejects(connect(error), error);
    assert.deepEqual(said, []);
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
  const { said, connect } = watched();
  const refusals = ["one", "two", "three"].map((message) => failure("AUTH_FAILED", message));
  await assert.rejects(connect(...refusals), { code: "AUTH_FAILED", message: "three" });
  assert.deepEqual(failures(said), [
    ["one", 5 * second],
    ["two", 5 * second],
  ]);
});

test("refusals of a password count from when all was well last", async () => {
  const { link, connect } = watched();
  const refused = failure("AUTH_FAILED");
  await connect(refused, refused, fakeSession());
  link.noteSuccess();
  await connect(refused, refused, fakeSession());
  await assert.rejects(connect(refused), refused, "to be connected is not enough");
  assert.equal(link.state.connections, 2);
});

test("pauses grow with each failure, up to 5 min, and begin anew when all is well", () => {
  const { link, said } = watched(1);
  for (let i = 0; i < 12; i++) link.scheduleRetry(failure("CONNECT", `no${"o".repeat(i)}`));
  link.noteSuccess();
  link.scheduleRetry(failure("CONNECT", "again"));
  const pauses = failures(said).map(([, ms]) => ms / second);
  assert.deepEqual(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300, 2]);
});

test("a server that loses each connection soon after it worked is left alone more and more, until one lasts a minute", async (t) => {
  let now = 1_000_000;
  t.mock.method(performance, "now", () => now);
  const { link, said, connect } = watched(1);
  const livesFor = async (ms: number): Promise<void> => {
    await connect(fakeSession());
    link.noteSuccess();
    now += ms;
    link.scheduleRetry(failure("CONNECTION_LOST", `lost at ${now}`));
    now += 10 * minute;
  };
  for (let i = 0; i < 12; i++) await livesFor(second);
  await livesFor(minute);
  await livesFor(second);
  const pauses = failures(said).map(([, ms]) => ms / second);
  assert.deepEqual(pauses, [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 4, 8, 2, 2]);
});

test("a server that names a time is left alone for so long; a shorter one than ours changes nothing", () => {
  const { link, said } = watched(0);
  link.scheduleRetry(failure("CONNECTION_LOST", "come back later", 90 * minute));
  link.scheduleRetry(failure("CONNECTION_LOST", "come back soon", 1));
  assert.deepEqual(failures(said), [
    ["come back later", 90 * minute],
    ["come back soon", second],
  ]);
});

test("the state says why, and when the next attempt is", () => {
  const { link } = watched(1);
  const before = Date.now();
  link.scheduleRetry(failure("CONNECT", "no route"));
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
  link.scheduleRetry(failure("CONNECT", "refused"));
  assert.equal(link.state.since, started, "never connected: since the start");
  link.retryNow();
  await connect(fakeSession());
  assert.equal(link.state.since, now);
  now += minute;
  const lost = now;
  link.scheduleRetry(failure("CONNECTION_LOST", "going down"));
  for (const attempt of ["first", "second"]) {
    now += minute;
    link.retryNow();
    const refused = reconnecting(() => {
      assert.deepEqual([link.state.state, link.state.since], ["connecting", lost], attempt);
      return Promise.reject(failure("CONFIG_INVALID"));
    }, link)({ signal: never });
    await assert.rejects(refused, { code: "CONFIG_INVALID" });
    link.scheduleRetry(failure("CONNECT", "refused"));
    assert.deepEqual([link.state.state, link.state.since], ["waiting", lost], attempt);
  }
  link.retryNow();
  await connect(fakeSession());
  assert.equal(link.state.since, now);
});

test("the pause is really made", async () => {
  const { link } = watched(0);
  link.scheduleRetry(failure("CONNECT"));
  const before = performance.now();
  await reconnecting(() => Promise.resolve(fakeSession()), link)({ signal: never });
  const waited = performance.now() - before;
  assert.ok(waited > 900, `${waited} ms`);
});

test("no pause outlasts the signal", async () => {
  const { link } = watched(1);
  link.scheduleRetry(failure("CONNECTION_LOST", "", 60 * minute));
  const reason = new Error("stop");
  const stop = new AbortController();
  const connecting = reconnecting(() => assert.fail("no attempt was due"), link)(stop);
  setImmediate(() => {
    stop.abort(reason);
  });
  await assert.rejects(connecting, reason);
});

test("an attempt that the signal ends is no failure", async () => {
  const { link, said } = watched();
  const reason = new Error("stop");
  const stop = new AbortController();
  const connecting = reconnecting(() => {
    stop.abort(reason);
    return Promise.reject(failure("CONNECT"));
  }, link)(stop);
  await assert.rejects(connecting, reason);
  assert.deepEqual(said, []);
});

test("the same failure is told once, until all is well", () => {
  const { link, said } = watched(1);
  for (const message of ["no route", "no route", "refused at 12:01", "refused at 12:02", "no route"])
    link.scheduleRetry(failure("CONNECT", message));
  link.noteSuccess();
  link.scheduleRetry(failure("CONNECT", "no route"));
  assert.deepEqual(
    failures(said).map(([message]) => message),
    ["no route", "refused at 12:01", "no route", "no route"],
  );
});

test("whoever is told that a connection is there again was told that it was lost", async () => {
  const { link, said, connect } = watched();
  await connect(fakeSession());
  // Servers that let us in, and throw us out at the first command.
  for (let i = 0; i < 3; i++) {
    link.scheduleRetry(failure("CONNECTION_LOST", "overloaded"));
    link.retryNow();
    await connect(fakeSession());
  }
  assert.deepEqual(kinds(said), ["failure", "reconnected"]);
});

test("how long a connection was missed counts from the first failure", async (t) => {
  let now = 1_000_000;
  t.mock.method(Date, "now", () => now);
  const { link, said, connect } = watched();
  link.scheduleRetry(failure("CONNECT", "one"));
  now += 7 * minute;
  link.scheduleRetry(failure("CONNECT", "two"));
  now += 3 * minute;
  link.retryNow();
  await connect(fakeSession());
  assert.deepEqual(said.at(-1), { missedForMs: 10 * minute });
});

test("a clock that is put back while a connection is missed makes no time to come, and no pause longer", async (t) => {
  let [wall, steady] = [1_700_000_000_000, 5_000];
  t.mock.method(Date, "now", () => wall);
  t.mock.method(performance, "now", () => steady);
  const { link, said, connect } = watched();
  link.scheduleRetry(failure("CONNECT", "one", 5 * minute));
  wall -= 365 * 86_400 * second;
  steady += minute;
  const left = (link.state.retryAt ?? 0) - wall;
  assert.ok(left >= 4 * minute && left < 4 * minute + second, String(left));
  link.retryNow();
  await connect(fakeSession());
  assert.deepEqual(said.at(-1), { missedForMs: minute });
});

test("a server that is silent gets more time, at most 5 min, until all is well", () => {
  const { link } = watched(1);
  const patience = [link.patienceMs];
  for (let i = 0; i < 5; i++) {
    link.scheduleRetry(failure("CONNECTION_SILENT"));
    patience.push(link.patienceMs);
  }
  assert.deepEqual(
    patience.map((ms) => ms / second),
    [50, 100, 200, 300, 300, 300],
  );
  link.scheduleRetry(failure("CONNECT"));
  assert.equal(link.patienceMs, 5 * minute);
  link.noteSuccess();
  assert.equal(link.patienceMs, 50 * second);
});

test("a connection that ends by itself is missed at once", async () => {
  const { link, said, connect } = watched();
  const session = fakeSession();
  await connect(session);
  session.end(failure("CONNECTION_LOST", "connection lost: going down"));
  await session.ended;
  const { state, reason } = link.state;
  assert.deepEqual({ state, reason }, { state: "waiting", reason: "connection lost: going down" });
  assert.deepEqual(said, [], "the failure is reported by whoever deals with it");
});

test("a failure that does not pass by itself has no next attempt", () => {
  const { link, said } = watched();
  assert.equal(link.scheduleRetry(failure("CONNECT")), second);
  assert.equal(link.scheduleRetry(failure("CONFIG_INVALID")), undefined);
  assert.equal(link.scheduleRetry(new TypeError("oops")), undefined);
  assert.equal(failures(said).length, 1);
});

test("each change of the state is told, when it can be seen already", async () => {
  const seen: string[] = [];
  const link: Link = new Link({
    onStateChange: () => {
      seen.push(link.state.state);
    },
  });
  const session = fakeSession();
  await reconnecting(() => Promise.resolve(session), link)({ signal: never });
  session.end(failure("CONNECTION_LOST"));
  await session.ended;
  assert.deepEqual(seen, ["connecting", "connected", "waiting"]);
});
