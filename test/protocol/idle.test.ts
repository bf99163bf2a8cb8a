// IDLE: the server may be silent for as long as it likes, until we have enough.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import type { UntaggedResponse } from "../../src/imap/responses.ts";
import { idle, offersIdle } from "../../src/imap/verbs/idle.ts";
import { command, failsWith, withSession } from "./fixture.ts";

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function deferred(): Deferred {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

const aMoment = (): Promise<void> => new Promise((done) => setTimeout(done, 20));

test("IDLE is offered when the server says so", async () => {
  await withSession("", async (session) => {
    assert.equal(offersIdle(session), false);
    await Promise.resolve();
  });
  await withSession("", (session) => Promise.resolve(assert.equal(offersIdle(session), true)), {
    capabilities: ["IDLE"],
  });
});

test("what the server tells goes to the listener, and DONE ends it", async () => {
  const script = `
    C: t1 IDLE
    S: + idling
    S: * 4 EXISTS
    ...
    S: * VANISHED 3
    C: DONE
    S: * 3 EXISTS
    S: t1 OK Idle completed
    C: t2 NOOP
    S: t2 OK`;
  await withSession(script, async (session) => {
    const told: UntaggedResponse["kind"][] = [];
    const enough = deferred();
    session.listen(({ kind }) => {
      told.push(kind);
      if (kind === "vanished") enough.resolve();
    });
    await idle(session, enough.promise);
    assert.deepEqual(told, ["exists", "vanished", "exists"]);
    assert.equal(session.isIdle, true);
    await session.run(command("NOOP"));
  });
});

test("commands wait for its end, whatever they are", async () => {
  const script = `
    C: t1 IDLE
    S: + idling
    ...
    C: DONE
    S: t1 OK
    C: t2 STATUS box (MESSAGES)
    C: t3 UID FETCH 1 FLAGS
    S: t2 OK
    S: t3 OK`;
  await withSession(script, async (session) => {
    const enough = deferred();
    const idling = idle(session, enough.promise);
    const others = [
      session.run(command("STATUS box (MESSAGES)")),
      session.run(command("UID FETCH 1 FLAGS", { overlap: "selected" })),
    ];
    await aMoment();
    assert.equal(session.isIdle, false);
    enough.resolve();
    await Promise.all([idling, ...others]);
  });
});

test("commands before it are answered while it is there", async () => {
  const script = `
    C: t1 NOOP
    C: t2 IDLE
    S: + idling
    S: t1 OK
    C: DONE
    S: t2 OK`;
  await withSession(script, async (session) => {
    const before = session.run(command("NOOP"));
    await idle(session, before);
  });
});

test("an IDLE that nobody wants any more before it begins is ended as soon as it does", async () => {
  const script = `
    C: t1 IDLE
    ...
    S: + idling
    C: DONE
    S: t1 OK`;
  await withSession(script, (session) => idle(session, Promise.resolve()));
});

test("a server that ends it by itself gets no DONE", async () => {
  const script = `
    C: t1 IDLE
    S: + idling
    S: t1 OK that was enough
    C: t2 NOOP
    S: t2 OK`;
  await withSession(script, async (session) => {
    const enough = deferred();
    await idle(session, enough.promise);
    enough.resolve();
    await aMoment();
    await session.run(command("NOOP"));
  });
});

test("a server that says + again gets one DONE", async () => {
  const script = `
    C: t1 IDLE
    S: + idling
    S: + still idling
    ...
    C: DONE
    S: t1 OK
    C: t2 NOOP
    S: t2 OK`;
  await withSession(script, async (session) => {
    const enough = deferred();
    const idling = idle(session, enough.promise);
    await aMoment();
    enough.resolve();
    await idling;
    await session.run(command("NOOP"));
  });
});

test("a refusal is one, and the connection goes on", async () => {
  const script = `
    C: t1 IDLE
    S: t1 NO not here
    C: t2 NOOP
    S: t2 OK`;
  await withSession(script, async (session) => {
    const enough = deferred();
    await assert.rejects(idle(session, enough.promise), (error) => error instanceof CommandRefused);
    enough.resolve();
    await session.run(command("NOOP"));
  });
});

test("a connection that ends meanwhile fails it, and DONE is not written into the void", async () => {
  const script = `
    C: t1 IDLE
    S: + idling
    S: * BYE Autologout
    close`;
  await withSession(script, async (session) => {
    const enough = deferred();
    await assert.rejects(idle(session, enough.promise), failsWith("CONNECTION_LOST", /Autologout/));
    enough.resolve();
    await aMoment();
  });
});
