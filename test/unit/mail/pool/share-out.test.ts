// Mailboxes shared out over connections: in which order, over how many, and what a failure does to the others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Capabilities } from "../../../../src/imap/capabilities.ts";
import type { Session } from "../../../../src/imap/session/session.ts";
import { SessionPair } from "../../../../src/mail/pool/pair.ts";
import { type Job, shareOut } from "../../../../src/mail/pool/share-out.ts";
import { perSide, type Side, sides } from "../../../../src/model/side.ts";

interface Scene {
  /** Shares the jobs out; each takes until everything else has come to rest. Returns how many were in hand at once. */
  readonly run: (jobs: readonly Job[], work?: (job: Job) => void) => Promise<number>;
  /** Names of the jobs, as they were begun. */
  readonly begun: string[];
  /** Sides of the connections beside the main ones. */
  readonly extras: Side[];
  readonly stop: AbortController;
}

async function scene({ roundTripMs = 0.1, limit = 1 } = {}): Promise<Scene> {
  const begun: string[] = [];
  const extras: Side[] = [];
  const stop = new AbortController();
  const session = (side: Side): Session =>
    ({
      side,
      roundTripMs,
      isUsable: true,
      capabilities: new Capabilities([]),
      ended: new Promise(() => undefined),
    }) as unknown as Session;
  const connections = new SessionPair(
    perSide((side) => ({
      main: () => Promise.resolve(session(side)),
      extra: () => {
        extras.push(side);
        return Promise.resolve(session(side));
      },
      limit,
    })),
  );
  const sessions = await connections.open();
  const run = async (jobs: readonly Job[], work: (job: Job) => void = () => undefined): Promise<number> => {
    let [inHand, most] = [0, 0];
    await shareOut(jobs, { sessions, connections, stop: stop.signal }, async (job) => {
      begun.push(job.name);
      most = Math.max(most, ++inHand);
      await new Promise(setImmediate);
      inHand--;
      work(job);
    });
    return most;
  };
  return { run, begun, extras, stop };
}

function jobs(...messages: number[]): Job[] {
  return messages.map((count, i) => ({ name: `${i}`, messages: count }));
}

test("the largest is done first, and each once", async () => {
  const { run, begun, extras } = await scene();
  assert.equal(await run(jobs(2, 7, 5)), 1);
  assert.deepEqual(begun, ["1", "2", "0"]);
  assert.deepEqual(extras, []);
});

test("the farther a server is away, the more mailboxes are worked on at once, sixteen at most", async () => {
  for (const [roundTripMs, most] of [
    [0.5, 1],
    [3, 3],
    [500, 16],
  ] as const) {
    const { run } = await scene({ roundTripMs });
    assert.equal(await run(jobs(...Array<number>(40).fill(0))), most, `${roundTripMs} ms`);
  }
});

test("much work is done over further connections, as many as there may be", async () => {
  const { run, extras } = await scene({ limit: 3 });
  assert.equal(await run(jobs(...Array<number>(40).fill(1_000))), 3);
  assert.deepEqual(
    sides.map((side) => extras.filter((extra) => extra === side).length),
    [2, 2],
  );
});

test("connections that joined can be had again", async () => {
  const { run, extras } = await scene({ limit: 2 });
  for (let i = 0; i < 2; i++) assert.equal(await run(jobs(1_000, 1_000)), 2);
  assert.equal(extras.length, 2);
});

test("after a failure no job is begun; those in hand are done before it is thrown", async () => {
  const { run, begun } = await scene({ roundTripMs: 2 });
  const failure = new Error("first");
  const ended: string[] = [];
  const running = run(jobs(9, 8, 7, 6), ({ name }) => {
    ended.push(name);
    if (name === "0") throw failure;
  });
  await assert.rejects(running, failure);
  assert.deepEqual(
    [begun, ended],
    [
      ["0", "1"],
      ["0", "1"],
    ],
  );
});

test("when told to stop no job is begun", async () => {
  const { run, begun, stop } = await scene();
  await run(jobs(2, 1), () => {
    stop.abort();
  });
  assert.deepEqual(begun, ["0"]);
});
