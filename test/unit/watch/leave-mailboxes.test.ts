// After a look: mailboxes are left, and what happened in them until then is asked for.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailboxStatusResponse } from "../../../src/imap/responses.ts";
import { perSide } from "../../../src/model/side.ts";
import type { Store } from "../../../src/state/state-store.ts";
import { Agenda } from "../../../src/watch/agenda.ts";
import type { ChangeSource } from "../../../src/watch/change-source.ts";
import { leaveMailboxes } from "../../../src/watch/leave-mailboxes.ts";
import type { ListedMailboxes } from "../../../src/watch/listed-mailboxes.ts";
import { statusServer } from "./status-server.ts";

const state = { uidValidity: 1, uidNext: 10, highestModSeq: 100n };
const asRecorded: MailboxStatusResponse = { kind: "mailbox-status", name: "box", ...state, messages: 5 };

interface Left {
  readonly commands: readonly string[];
  /** The mailbox is on the agenda. */
  readonly isNoted: boolean;
}

interface Situation {
  readonly answer?: MailboxStatusResponse;
  readonly isNotified?: boolean;
  readonly selected?: string;
  readonly left?: readonly string[];
  readonly capabilities?: readonly string[];
}

/** What becomes of the remote side's mailbox. */
async function left({ answer = asRecorded, isNotified = true, ...server }: Situation): Promise<Left> {
  const remote = statusServer("remote", server);
  remote.answer = answer;
  const agenda = new Agenda();
  const store = {
    allMessageCounts: () => new Map([[1, { local: 5, remote: 5 }]]),
    mailboxes: () => [{ idx: 1, name: "box", states: { local: state, remote: state } }],
  } as unknown as Store;
  await leaveMailboxes(
    { local: statusServer("local").session, remote: remote.session },
    {
      sources: perSide(() => ({ isNotified }) as ChangeSource),
      agenda,
      listed: { nameOf: (_, name) => name } as ListedMailboxes,
      store,
    },
  );
  return { commands: remote.commands, isNoted: agenda.take().mailboxes.remote.has("box") };
}

const unselect = ["UNSELECT"];

test("the mailbox is left, by opening another one where there is no UNSELECT, and its state asked for behind that", async () => {
  const { commands } = await left({ selected: "box", capabilities: unselect });
  assert.deepEqual(commands, ["UNSELECT", "STATUS"]);
  assert.deepEqual((await left({ selected: "box" })).commands, ["EXAMINE", "STATUS"]);
});

test("what came since is on the agenda", async () => {
  const situation = { selected: "box", capabilities: unselect };
  assert.equal((await left(situation)).isNoted, false);
  const answer = { ...asRecorded, uidNext: 11, highestModSeq: 101n };
  assert.equal((await left({ ...situation, answer })).isNoted, true);
});

test("a server that does not report changes is not asked: it is looked at anyhow", async () => {
  const { commands } = await left({ selected: "box", capabilities: unselect, isNotified: false });
  assert.deepEqual(commands, ["UNSELECT"]);
});

test("where no mailbox is selected there is nothing to leave", async () => {
  assert.deepEqual((await left({ capabilities: unselect })).commands, []);
});

test("those whose turn was over before are asked for, too, each once", async () => {
  const answer = { ...asRecorded, uidNext: 11, highestModSeq: 101n };
  const { commands, isNoted } = await left({
    selected: "other",
    left: ["box", "other"],
    capabilities: unselect,
    answer,
  });
  assert.deepEqual(commands, ["UNSELECT", "STATUS", "STATUS"]);
  assert.equal(isNoted, true);
  assert.deepEqual((await left({ left: ["box"], capabilities: unselect })).commands, ["STATUS"]);
});
