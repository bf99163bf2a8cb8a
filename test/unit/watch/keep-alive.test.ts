// What a connection is used for so that it stays, and what the answer is good for.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailboxStatusResponse } from "../../../src/imap/responses.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { perSide } from "../../../src/model/side.ts";
import type { Store } from "../../../src/state/state-store.ts";
import { Agenda } from "../../../src/watch/agenda.ts";
import type { ChangeSource } from "../../../src/watch/change-source.ts";
import { KeepAlive } from "../../../src/watch/keep-alive.ts";
import type { ListedMailboxes } from "../../../src/watch/listed-mailboxes.ts";
import { type StatusServer, statusServer } from "./status-server.ts";

const state = { uidValidity: 1, uidNext: 10, highestModSeq: 100n };
const asRecorded: MailboxStatusResponse = { kind: "mailbox-status", name: "INBOX", ...state, messages: 5 };

interface Scene {
  readonly server: StatusServer;
  readonly defects: Error[];
  /** Sends something; returns whether INBOX is on the agenda then. */
  readonly send: (answer?: MailboxStatusResponse) => Promise<boolean>;
}

function scene({ isNotified = true } = {}): Scene {
  const server = statusServer("remote");
  const agenda = new Agenda();
  const defects: Error[] = [];
  const store = {
    allMessageCounts: () => new Map([[1, { local: 5, remote: 5 }]]),
    mailboxes: () => [{ idx: 1, name: "INBOX", states: { local: state, remote: state } }],
  } as unknown as Store;
  const keepAlive = new KeepAlive({
    sources: perSide(() => ({ isNotified }) as ChangeSource),
    agenda,
    listed: { nameOf: (_, name) => name } as ListedMailboxes,
    store,
    onDefect: (defect) => defects.push(defect),
  });
  const send = async (answer?: MailboxStatusResponse): Promise<boolean> => {
    server.answer = answer;
    keepAlive.send(server.session);
    await new Promise(setImmediate);
    return agenda.take().mailboxes.remote.has("INBOX");
  };
  return { server, defects, send };
}

test("a server that reports changes is asked how INBOX is, any other nothing", async () => {
  for (const [isNotified, command] of [
    [true, "STATUS"],
    [false, "NOOP"],
  ] as const) {
    const { server, send } = scene({ isNotified });
    await send(asRecorded);
    assert.deepEqual(server.commands, [command]);
  }
});

test("what nobody reported is noticed, once", async () => {
  const { send } = scene();
  assert.equal(await send(asRecorded), false);
  const more = { ...asRecorded, uidNext: 11, highestModSeq: 101n };
  assert.equal(await send(more), true);
  assert.equal(await send(more), false);
  assert.equal(await send({ ...more, highestModSeq: 102n }), true);
});

test("a connection that still waits for an answer is left alone", async () => {
  const { server, send } = scene();
  Object.assign(server.session, { isIdle: false });
  await send();
  assert.deepEqual(server.commands, []);
});

test("a connection that ends meanwhile is noticed elsewhere; a bug of ours is passed on", async () => {
  const { server, defects, send } = scene();
  server.failure = new InterimapError("CONNECTION_LOST", "lost");
  await send();
  assert.deepEqual(defects, []);
  const bug = new TypeError("oops");
  server.failure = bug;
  await send();
  assert.deepEqual(defects, [bug]);
});
