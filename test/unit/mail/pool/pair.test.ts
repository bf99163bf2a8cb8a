// The sessions of two servers: who gets one, and how they end. Sessions are stand-ins that note what becomes of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../../../src/imap/session/session.ts";
import { SessionPair } from "../../../../src/mail/pool/pair.ts";
import { type PerSide, perSide, type Side, sides } from "../../../../src/model/side.ts";

/** A session that is alive until told otherwise. */
class FakeSession {
  readonly name: string;
  readonly side: Side;
  isIdle = true;
  isUsable = true;
  /** What became of it: `destroyed: reason`, `logout`, `limited: ms`. */
  readonly fate: string[] = [];
  readonly ended: Promise<Error>;
  #end: (reason: Error) => void = () => undefined;

  constructor(side: Side, name: string) {
    this.side = side;
    this.name = name;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  destroy(reason = new Error("destroyed")): void {
    if (!this.isUsable) return;
    this.fate.push(`destroyed: ${reason.message}`);
    this.isUsable = false;
    this.#end(reason);
  }

  logout(): Promise<void> {
    if (this.isUsable) this.fate.push("logout");
    this.isUsable = false;
    this.#end(new Error("logout"));
    return Promise.resolve();
  }

  limitSilence(ms: number): void {
    this.fate.push(`limited: ${ms}`);
  }
}

interface Scene {
  readonly pair: SessionPair;
  /** All that were made, by name: `local main 1`, `remote extra 2`, … */
  readonly made: Map<string, FakeSession>;
  /** Servers that let nobody in for now, and why. */
  readonly refusals: Map<string, Error>;
}

function scene({ limit = 3 } = {}): Scene {
  const made = new Map<string, FakeSession>();
  const refusals = new Map<string, Error>();
  const connector = (side: Side, use: string) => () => {
    const refusal = refusals.get(`${side} ${use}`);
    if (refusal !== undefined) return Promise.reject(refusal);
    const count = [...made.keys()].filter((name) => name.startsWith(`${side} ${use}`)).length;
    const session = new FakeSession(side, `${side} ${use} ${count + 1}`);
    made.set(session.name, session);
    return Promise.resolve(session as unknown as Session);
  };
  const options = (side: Side) => ({ main: connector(side, "main"), extra: connector(side, "extra"), limit });
  return { pair: new SessionPair(perSide(options)), made, refusals };
}

function nameOf(session: Session | undefined): string | undefined {
  return (session as unknown as FakeSession | undefined)?.name;
}

function names(sessions: PerSide<Session>): (string | undefined)[] {
  return sides.map((side) => nameOf(sessions[side]));
}

test("the main sessions are made once, and again when they are lost", async () => {
  const { pair, made } = scene();
  assert.deepEqual(names(await pair.open()), ["local main 1", "remote main 1"]);
  assert.deepEqual(names(await pair.open()), ["local main 1", "remote main 1"]);
  made.get("remote main 1")?.destroy();
  assert.deepEqual(names(await pair.open()), ["local main 1", "remote main 2"]);
});

test("when one server cannot be reached, the other is not waited for", async () => {
  const unreachable = new Error("no route");
  const pair = new SessionPair({
    local: {
      main: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            reject(signal.reason as Error);
          });
        }),
      limit: 1,
    },
    remote: { main: () => Promise.reject(unreachable), limit: 1 },
  });
  await assert.rejects(pair.open(), unreachable);
});

test("a session that is acquired is nobody else's until it is released", async () => {
  const { pair } = scene({ limit: 3 });
  const one = await pair.acquire("local");
  const two = await pair.acquire("local");
  assert.deepEqual([nameOf(one), nameOf(two)], ["local extra 1", "local extra 2"]);
  assert.equal(await pair.acquire("local"), undefined, "the main one counts");
  assert.equal(nameOf(await pair.acquire("remote")), "remote extra 1", "each side has its own limit");
  assert.ok(one);
  pair.release(one);
  assert.equal(await pair.acquire("local"), one);
});

test("a session that broke is not acquired again, and leaves no room for another", async () => {
  const { pair, made } = scene({ limit: 2 });
  const session = await pair.acquire("remote");
  assert.ok(session);
  made.get("remote extra 1")?.destroy();
  pair.release(session);
  assert.equal(await pair.acquire("remote"), undefined);
});

test("a server that refuses one is not asked again before the pair has shrunk", async () => {
  const { pair, refusals } = scene({ limit: 2 });
  refusals.set("local extra", new Error("too many"));
  assert.equal(await pair.acquire("local"), undefined);
  refusals.clear();
  assert.equal(await pair.acquire("local"), undefined);
  await pair.shrink();
  assert.equal(nameOf(await pair.acquire("local")), "local extra 1");
});

test("without a connector of their own further sessions are made like the main one", async () => {
  const session = new FakeSession("local", "any");
  const main = () => Promise.resolve(session as unknown as Session);
  const pair = new SessionPair(perSide(() => ({ main, limit: 2 })));
  assert.equal(nameOf(await pair.acquire("local")), "any");
});

interface Ending {
  readonly main: string[];
  readonly acquired: string[];
  readonly apart: string[];
  /** What open() makes of it afterwards. */
  readonly reopened: readonly (string | undefined)[] | string;
}

async function endingBy(end: (pair: SessionPair) => unknown): Promise<Ending> {
  const { pair, made } = scene();
  await pair.open();
  const acquired = await pair.acquire("local");
  const apart = await pair.openApart("local");
  await end(pair);
  const fateOf = (name: string | undefined): string[] => made.get(name ?? "")?.fate ?? [];
  const fates = { main: fateOf("local main 1"), acquired: fateOf(nameOf(acquired)), apart: fateOf(nameOf(apart)) };
  // Ended sessions are forgotten a moment later.
  await new Promise(setImmediate);
  return { ...fates, reopened: names(await pair.open()) };
}

const why = new Error("why");
const [before, anew] = [
  ["local main 1", "remote main 1"],
  ["local main 2", "remote main 2"],
];

test("shrinking leaves the main sessions, and those that somebody keeps", async () => {
  const ending = await endingBy((pair) => pair.shrink());
  assert.deepEqual(ending, { main: [], acquired: ["logout"], apart: [], reopened: before });
});

test("after a failure the main session of its side ends", async () => {
  const ending = await endingBy((pair) => {
    pair.abortFailed(why, ["local"]);
  });
  const reopened = ["local main 2", "remote main 1"];
  assert.deepEqual(ending, { main: ["destroyed: why"], acquired: [], apart: [], reopened });
});

test("after a failure the other side's session ends if it still waits for an answer", async () => {
  for (const isIdle of [true, false]) {
    const { pair, made } = scene();
    await pair.open();
    Object.assign(made.get("remote main 1") ?? {}, { isIdle });
    pair.abortFailed(why, ["local"]);
    assert.deepEqual(made.get("remote main 1")?.fate, isIdle ? [] : ["destroyed: why"]);
  }
});

test("aborting ends all at once; they can be made anew", async () => {
  const ending = await endingBy((pair) => {
    pair.abort(why);
  });
  const all = ["destroyed: why"];
  assert.deepEqual(ending, { main: all, acquired: all, apart: all, reopened: anew });
});

test("draining lets all go on, but not for long without an answer", async () => {
  const ending = await endingBy((pair) => {
    pair.drain(why);
  });
  const all = ["limited: 5000"];
  assert.deepEqual(ending, { main: all, acquired: all, apart: all, reopened: before });
});

test("logging out says goodbye to all", async () => {
  const { main, acquired, apart } = await endingBy((pair) => pair.logout());
  assert.deepEqual({ main, acquired, apart }, { main: ["logout"], acquired: ["logout"], apart: ["logout"] });
});

test("whatever is being connected when the pair is drained or destroyed fails with the reason", async () => {
  for (const ending of ["drain", "destroy"] as const) {
    const pair = new SessionPair(
      perSide(() => ({
        main: ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              reject(signal.reason as Error);
            });
          }),
        limit: 2,
      })),
    );
    const opening = pair.open();
    const apart = pair.openApart("local");
    const acquiring = pair.acquire("remote");
    pair[ending](why);
    await assert.rejects(opening, why);
    await assert.rejects(apart, why);
    assert.equal(await acquiring, undefined);
  }
});

test("destroying ends all at once", async () => {
  const { pair, made } = scene();
  await pair.open();
  await pair.acquire("remote");
  pair.destroy(why);
  for (const session of made.values()) assert.deepEqual(session.fate, ["destroyed: why"], session.name);
});
