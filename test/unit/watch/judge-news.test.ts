// Servers that announce changes where there are none: again and again, their news have to wait.

import assert from "node:assert/strict";
import { test } from "node:test";
import { InterimapError } from "../../../src/model/errors.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";
import { Totals } from "../../../src/sync/context/totals.ts";
import type { Agenda } from "../../../src/watch/agenda.ts";
import { judgeMailboxes, type Judgement, judgeSides } from "../../../src/watch/judge-news.ts";
import type { ListedMailboxes } from "../../../src/watch/listed-mailboxes.ts";
import { LookTally } from "../../../src/watch/look-tally.ts";
import { errorLine } from "../../support/error-line.ts";

interface Scene {
  readonly judgement: Judgement;
  /** What the agenda was told. */
  readonly noted: string[];
  readonly events: SyncEvent[];
}

/** `isRepeated`: the news were empty often enough to be reported. */
function scene({ isRepeated = false } = {}): Scene {
  const noted: string[] = [];
  const events: SyncEvent[] = [];
  const agenda = {
    noteVain: (...subject: string[]) => {
      noted.push(`vain ${subject.join(" ")}`);
      return isRepeated;
    },
    noteFruitful: (...subject: string[]) => noted.push(`fruitful ${subject.join(" ")}`),
  } as unknown as Agenda;
  const listed = { wireNameOf: (_, name) => (name === "box" ? "BOX" : undefined) } as ListedMailboxes;
  return {
    judgement: { agenda, listed, tally: new LookTally((event) => events.push(event), new Totals(errorLine)) },
    noted,
    events,
  };
}

const reported = [{ side: "remote", wireName: "BOX", name: "box" }] as const;
const found: SyncEvent = { type: "subscribed", side: "local", mailbox: "box" };

test("news of a mailbox that came to something are fruitful on both sides", () => {
  const { judgement, noted } = scene();
  judgement.tally.report(found);
  judgeMailboxes(reported, judgement);
  assert.deepEqual(noted, ["fruitful local BOX", "fruitful remote BOX"]);
});

test("news of a mailbox that came to nothing are vain; that is reported when it goes on", () => {
  for (const isRepeated of [false, true]) {
    const { judgement, noted, events } = scene({ isRepeated });
    judgeMailboxes(reported, judgement);
    assert.deepEqual(noted, ["vain remote BOX"]);
    assert.deepEqual(events, isRepeated ? [{ type: "news-in-vain", side: "remote", mailbox: "box" }] : []);
  }
});

test("after a look at everything the sides are judged as such", () => {
  const idle = scene({ isRepeated: true });
  judgeSides(idle.judgement);
  assert.deepEqual(idle.noted, ["vain local", "vain remote"]);
  assert.deepEqual(
    idle.events,
    (["local", "remote"] as const).map((side) => ({ type: "news-in-vain", side })),
  );
  const busy = scene();
  busy.judgement.tally.report(found);
  judgeSides(busy.judgement);
  assert.deepEqual(busy.noted, ["fruitful local BOX", "fruitful remote BOX", "fruitful local", "fruitful remote"]);
});

test("what was skipped may be what was announced, and has its own line", () => {
  const { judgement, events } = scene({ isRepeated: true });
  const error = new InterimapError("COMMAND_REFUSED", "no");
  judgement.tally.report({ type: "mailbox-skipped", mailbox: "box", error });
  judgeMailboxes(reported, judgement);
  assert.deepEqual(
    events.map(({ type }) => type),
    ["mailbox-skipped"],
  );
});
