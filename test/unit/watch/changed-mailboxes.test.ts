// Of the mailboxes that servers reported news of, those that there is something to do for. When a server is asked, and
// what is made of its answer; which numbers are news is is-news.test.ts's business.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailboxStatusResponse } from "../../../src/imap/responses.ts";
import type { Listing } from "../../../src/mail/listing/list-mailboxes.ts";
import { type PerSide, perSide } from "../../../src/model/side.ts";
import type { StatusNews } from "../../../src/watch/agenda.ts";
import { changedMailboxes } from "../../../src/watch/changed-mailboxes.ts";
import { statusServer } from "./status-server.ts";

const recorded = { uidValidity: 1, uidNext: 10, highestModSeq: 100n, messages: 5 };
const asRecorded: MailboxStatusResponse = { kind: "mailbox-status", name: "box", ...recorded };

interface Outcome {
  readonly names: readonly string[];
  /** Of the remote side, by names on the wire. */
  readonly costly: readonly string[];
  /** `unlisted: name`, `another`. */
  readonly noted: readonly string[];
  readonly isAsked: boolean;
  readonly mayHaveLost: boolean;
}

interface Situation {
  readonly answer?: MailboxStatusResponse;
  /** The sides that list the mailbox. */
  readonly listedOn?: PerSide<boolean>;
  readonly isKnown?: boolean;
  readonly isIgnored?: boolean;
}

/** What is made of remote news of `box`. */
async function outcome(reported: StatusNews, situation: Situation = {}): Promise<Outcome> {
  const { answer, listedOn = { local: true, remote: true }, isKnown = true, isIgnored = false } = situation;
  const noted: string[] = [];
  const server = statusServer("remote");
  server.answer = answer;
  const listing = (exists: boolean): Listing =>
    ({
      naming: { delimiter: "/", reference: "" },
      mailboxes: exists ? new Map([["box", { wireName: "box", exists }]]) : new Map(),
    }) as unknown as Listing;
  const { names, costly, mayHaveLost } = await changedMailboxes(
    { local: new Map(), remote: new Map([["box", reported]]) },
    {
      sessions: { local: statusServer("local").session, remote: server.session },
      listings: perSide((side) => listing(listedOn[side])),
      recorded: new Map(isKnown ? [["box", perSide(() => recorded)]] : []),
      isIgnored: () => isIgnored,
      onUnlisted: (side, wireName) => noted.push(`unlisted: ${side} ${wireName}`),
      onAnother: (side) => noted.push(`another: ${side}`),
    },
  );
  return {
    names,
    costly: costly.map(({ wireName }) => wireName),
    noted,
    isAsked: server.commands.length > 0,
    mayHaveLost,
  };
}

const nothing: Outcome = { names: [], costly: [], noted: [], isAsked: false, mayHaveLost: false };

test("numbers that are news need no question", async () => {
  const reported = { ...asRecorded, uidNext: 11, highestModSeq: 101n, messages: 6 };
  assert.deepEqual(await outcome(reported), { ...nothing, names: ["box"], costly: ["box"] });
});

test("numbers that are as recorded are our own changes, and cost nothing", async () => {
  assert.deepEqual(await outcome(asRecorded), nothing);
});

test("where the server did not say how a mailbox changed, it is asked", async () => {
  const answer = { ...asRecorded, highestModSeq: 101n };
  assert.deepEqual(await outcome(undefined, { answer }), {
    ...nothing,
    names: ["box"],
    costly: ["box"],
    isAsked: true,
  });
  const unchanged = { ...nothing, costly: ["box"], isAsked: true };
  assert.deepEqual(await outcome(undefined, { answer: asRecorded }), unchanged);
});

test("numbers below the recorded ones are asked for once more; if they stay so, the mailbox is looked at", async () => {
  const behind = { ...asRecorded, uidNext: 9 };
  assert.deepEqual(await outcome(behind, { answer: asRecorded }), { ...nothing, costly: ["box"], isAsked: true });
  const still = { ...nothing, names: ["box"], costly: ["box"], isAsked: true };
  assert.deepEqual(await outcome(behind, { answer: behind }), still);
});

test("another UIDVALIDITY: the mailbox may have another name now", async () => {
  assert.deepEqual(await outcome({ ...asRecorded, uidValidity: 2 }), { ...nothing, noted: ["another: remote"] });
});

test("a mailbox that its side did not list is noted", async () => {
  const listedOn = { local: true, remote: false };
  assert.deepEqual(await outcome(undefined, { listedOn }), { ...nothing, noted: ["unlisted: remote box"] });
});

test("a mailbox that is ignored, not recorded, or on one side only waits for the next look at everything", async () => {
  for (const situation of [{ isIgnored: true }, { isKnown: false }, { listedOn: { local: false, remote: true } }])
    assert.deepEqual(await outcome(undefined, situation), nothing, JSON.stringify(situation));
});

test("a mailbox with fewer messages than it had may have lost some, unless that is our own work", async () => {
  const changed = { ...nothing, names: ["box"], costly: ["box"], mayHaveLost: true };
  assert.deepEqual(await outcome({ ...asRecorded, highestModSeq: 101n, messages: 4 }), changed);
  assert.deepEqual(await outcome({ ...asRecorded, highestModSeq: 99n, messages: 4 }, { answer: asRecorded }), {
    ...nothing,
    costly: ["box"],
    isAsked: true,
  });
});
