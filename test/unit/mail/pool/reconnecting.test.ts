// Connectors that do not give up. Pauses are not waited for, but cut short as by a user who is impatient.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../../../src/imap/session/session.ts";
import type { Attempt } from "../../../../src/mail/pool/connector.ts";
import { Link } from "../../../../src/mail/pool/link.ts";
import { patient, reconnecting } from "../../../../src/mail/pool/reconnecting.ts";
import { InterimapError } from "../../../../src/model/errors.ts";

const second = 1_000;
const never = new AbortController().signal;
const session = { ended: new Promise(() => undefined) } as unknown as Session;

test("a server that is silent is given more time at each attempt", async () => {
  const link = new Link();
  const limits: (number | undefined)[] = [];
  const connect = ({ silenceLimitMs }: Attempt): Promise<Session> => {
    limits.push(silenceLimitMs);
    if (limits.length === 4) return Promise.resolve(session);
    setImmediate(() => {
      link.retryNow();
    });
    return Promise.reject(new InterimapError("CONNECTION_SILENT", "no answer"));
  };
  await reconnecting(patient(connect, link), link)({ signal: never });
  assert.deepEqual(limits, [50 * second, 100 * second, 200 * second, 300 * second]);
});

test("what happens on the way to a session belongs to the attempt", async () => {
  const link = new Link();
  let attempts = 0;
  const connect = (): Promise<Session> => Promise.resolve(session);
  const prepared = async (attempt: Attempt): Promise<Session> => {
    await patient(connect, link)(attempt);
    assert.equal(link.state.state, "connecting");
    if (++attempts === 2) return session;
    setImmediate(() => {
      link.retryNow();
    });
    throw new InterimapError("CONNECTION_LOST", "lost");
  };
  assert.equal(await reconnecting(prepared, link)({ signal: never }), session);
  assert.equal(attempts, 2);
  assert.equal(link.state.connections, 1);
});

test("a further session is tried once", async () => {
  const link = new Link();
  const refused = new InterimapError("CONNECT", "too many");
  await assert.rejects(patient(() => Promise.reject(refused), link)({ signal: never }), refused);
  assert.equal(link.state.reason, undefined);
});
