import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import type { MailboxStatusResponse } from "../../../src/imap/responses.ts";
import { Agenda } from "../../../src/watch/agenda.ts";

const never = new AbortController().signal;

function stateOf(promise: Promise<unknown>): () => "pending" | "done" {
  let state: "pending" | "done" = "pending";
  void promise.then(() => {
    state = "done";
  });
  return () => state;
}

const status: MailboxStatusResponse = { kind: "mailbox-status", name: "a", highestModSeq: 4n };

test("a new agenda is empty, and what is taken is gone", () => {
  const agenda = new Agenda();
  assert.equal(agenda.isEmpty, true);
  agenda.noteMailbox("local", "a", status);
  agenda.noteMailbox("remote", "b");
  assert.equal(agenda.isEmpty, false);
  const due = agenda.take();
  assert.equal(due.everything, false);
  assert.deepEqual([...due.mailboxes.local], [["a", status]]);
  assert.deepEqual([...due.mailboxes.remote], [["b", undefined]]);
  assert.equal(agenda.isEmpty, true);
  assert.equal(agenda.take().mailboxes.local.size, 0);
});

test("of several news of a mailbox the last counts", () => {
  const agenda = new Agenda();
  agenda.noteMailbox("local", "a", status);
  agenda.noteMailbox("local", "a", { ...status, highestModSeq: 5n });
  assert.deepEqual([...agenda.take().mailboxes.local], [["a", { ...status, highestModSeq: 5n }]]);
  agenda.noteMailbox("local", "a", status);
  agenda.noteMailbox("local", "a");
  assert.deepEqual([...agenda.take().mailboxes.local], [["a", undefined]]);
});

test("what one report of a mailbox leaves out, an earlier one has said", () => {
  const agenda = new Agenda();
  agenda.noteMailbox("local", "a", { kind: "mailbox-status", name: "a", messages: 3, highestModSeq: 3n });
  agenda.noteMailbox("local", "a", status);
  assert.deepEqual([...agenda.take().mailboxes.local], [["a", { ...status, messages: 3 }]]);
  agenda.noteMailbox("local", "a", status);
  assert.deepEqual([...agenda.take().mailboxes.local], [["a", status]]);
});

test("everything is due once", () => {
  const agenda = new Agenda();
  agenda.noteEverything();
  agenda.noteEverything();
  assert.equal(agenda.take().everything, true);
  assert.equal(agenda.take().everything, false);
});

test("a rename is taken once, in the order of telling, and makes everything due", () => {
  const agenda = new Agenda();
  const renames = [
    { side: "local", from: "a", to: "b" },
    { side: "remote", from: "c", to: "d" },
  ] as const;
  for (const rename of renames) agenda.noteRename(rename);
  assert.equal(agenda.take().everything, true);
  assert.deepEqual(agenda.takeRenames(), renames);
  assert.deepEqual(agenda.takeRenames(), []);
});

test("filled() waits until something is due", async () => {
  for (const note of [
    (agenda: Agenda) => {
      agenda.noteEverything();
    },
    (agenda: Agenda) => {
      agenda.noteMailbox("remote", "a");
    },
    (agenda: Agenda) => {
      agenda.noteRename({ side: "local", from: "a", to: "b" });
    },
  ]) {
    const agenda = new Agenda();
    const filled = agenda.filled(never);
    const state = stateOf(filled);
    await pause(20);
    assert.equal(state(), "pending");
    note(agenda);
    await filled;
    assert.equal(agenda.isEmpty, false);
  }
});

test("filled() does not wait for what was there before", async () => {
  const agenda = new Agenda();
  agenda.noteMailbox("local", "a");
  await agenda.filled(never);
  assert.equal(agenda.isEmpty, false);
});

test("what arrives together is dealt with together", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const agenda = new Agenda();
  const taken = agenda.filled(never).then(() => agenda.take());
  agenda.noteMailbox("local", "a");
  await turn();
  agenda.noteMailbox("local", "b");
  agenda.noteMailbox("remote", "a");
  t.mock.timers.tick(1_000);
  const { mailboxes } = await taken;
  assert.deepEqual([...mailboxes.local.keys()], ["a", "b"]);
  assert.deepEqual([...mailboxes.remote.keys()], ["a"]);
});

test("filled() ends with the signal, empty or not, and leaves no listener behind", async () => {
  const agenda = new Agenda();
  for (let i = 0; i < 3; i++) {
    const stop = new AbortController();
    const filled = agenda.filled(stop.signal);
    stop.abort();
    await filled;
    await agenda.filled(AbortSignal.abort());
  }
  assert.equal(agenda.isEmpty, true);
  // Nobody waits any more.
  agenda.noteEverything();
  assert.equal(agenda.take().everything, true);
});

test("expectRename() gives up when the rename does not come in time, whatever else comes", async () => {
  const agenda = new Agenda();
  // It must keep the process alive: nothing else does here.
  const expected = agenda.expectRename(50);
  const state = stateOf(expected);
  agenda.noteEverything();
  agenda.noteMailbox("local", "a");
  await new Promise(setImmediate);
  assert.equal(state(), "pending");
  assert.equal(await expected, false);
});

test("expectRename() ends as soon as one is there, and leaves it for whoever takes it", async () => {
  const agenda = new Agenda();
  const expected = agenda.expectRename(60_000);
  const state = stateOf(expected);
  agenda.noteMailbox("local", "a");
  await new Promise(setImmediate);
  assert.equal(state(), "pending");
  agenda.noteRename({ side: "local", from: "a", to: "b" });
  assert.equal(await expected, true);
  assert.equal(await agenda.expectRename(60_000), true, "one that nobody took is still there");
  assert.equal(agenda.takeRenames().length, 1);
});

/** Looks into news until they have to wait. */
function makeNoise(agenda: Agenda, note: () => void, wireName?: string): void {
  for (let i = 0; i < 20; i++) {
    note();
    agenda.take();
    agenda.noteVain("remote", wireName);
  }
  note();
}

test("news of a mailbox that prove empty again and again wait; all others do not, nor does what we want ourselves", async () => {
  const agenda = new Agenda();
  makeNoise(
    agenda,
    () => {
      agenda.noteMailbox("remote", "inbox");
    },
    "INBOX",
  );
  const filled = agenda.filled(never);
  const state = stateOf(filled);
  await pause(20);
  assert.equal(state(), "pending");
  agenda.noteMailbox("local", "INBOX");
  await filled;
  const due = agenda.take();
  assert.deepEqual([...due.mailboxes.local.keys(), ...due.mailboxes.remote.keys()], ["INBOX"]);
  agenda.noteSide("remote");
  await agenda.filled(never);
  assert.equal(agenda.take().mailboxes.remote.size, 1, "with everything goes all that there is");
});

test("so does what a server says of its mailboxes, until something is found; not the other server's", async () => {
  const agenda = new Agenda();
  makeNoise(agenda, () => {
    agenda.noteSide("remote");
  });
  assert.deepEqual([agenda.take().everything, agenda.isEmpty], [false, false]);
  agenda.noteMailbox("remote", "a");
  await agenda.filled(never);
  const { everything, mailboxes } = agenda.take();
  assert.deepEqual([everything, mailboxes.remote.size], [false, 1]);
  for (const note of [
    () => {
      agenda.noteEverything();
    },
    () => {
      agenda.noteSide("local");
    },
    () => {
      agenda.noteFruitful("remote");
    },
  ]) {
    agenda.noteSide("remote");
    assert.equal(agenda.take().everything, false);
    note();
    await agenda.filled(never);
    assert.equal(agenda.take().everything, true);
    assert.equal(agenda.isEmpty, true);
  }
});

test("what nobody told of, or nobody took, was not told in vain", () => {
  const agenda = new Agenda();
  for (let i = 0; i < 20; i++) {
    agenda.noteEverything();
    agenda.take();
    assert.equal(agenda.noteVain("remote"), false);
  }
  agenda.noteSide("remote");
  assert.equal(agenda.take().everything, true);
});
