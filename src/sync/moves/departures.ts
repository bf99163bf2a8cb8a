// Finds messages that vanished in a mailbox on one side and that the other side still has, confirmed as before a deletion.

import { openChannel } from "../../imap/mailbox/channel.ts";
import { listedState } from "../../mail/listing/list-mailboxes.ts";
import { InterimapError } from "../../model/errors.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { hasUid, isEmpty } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import type { Run } from "../context/run.ts";
import { confirmGone } from "../deletions/confirm-loss.ts";
import type { Prospect } from "../mailbox/prospect.ts";
import { allAnswered, openMailbox } from "../mailbox/select-both.ts";
import { findDoubts } from "../recovery/find-doubts.ts";
import { newlyVanished } from "../refused/refused-changes.ts";
import type { Departure } from "./moves-plan.ts";

export interface Source {
  /** Open on both sides, for as long as it is worked on. */
  readonly mailbox: OpenMailbox;
  /** What vanished on each side. */
  readonly departures: PerSide<readonly Departure[]>;
  /** What vanished on both sides. */
  readonly gone: readonly Departure[];
  /** UIDs of each side whose flags changed. */
  readonly changed: PerSide<ReadonlySet<number>>;
}

interface Opening {
  readonly prospect: Prospect;
  /** The floors of a marker that was set in this run. */
  readonly marked: PerSide<number> | undefined;
}

/**
 * Opens a mailbox that lost messages, and passes on those that may have been moved; none if the mailbox's record is in doubt.
 * An error that abandons the mailbox ends this as well: the mailbox's own work will meet and report it.
 */
export async function withSource(
  run: Run,
  { prospect, marked }: Opening,
  work: (source: Source) => Promise<void>,
): Promise<void> {
  let mailbox: OpenMailbox | undefined;
  try {
    mailbox = await openMailbox({ ...workOf(run, prospect), marked });
    const source = await sourceOf(mailbox);
    if (source !== undefined) await work(source);
  } catch (error) {
    if (!(error instanceof InterimapError) || error.abandons !== "mailbox") throw error;
  } finally {
    if (mailbox !== undefined) await allAnswered(mailbox);
  }
}

function workOf(run: Run, { mailbox, listed, wireNames, isRubbish }: Prospect): Parameters<typeof openMailbox>[0] {
  const { idx, name, states } = mailbox;
  return {
    ...run,
    ...{ idx, name, wireNames, isRubbish, before: states },
    // The mailbox's own work finds the same once more.
    report: (event) => {
      if (event.type !== "vanished-refuted") run.report(event);
    },
    repairs: false,
    listed: perSide((side) => listedState(listed[side])),
    sessions: perSide((side) => openChannel(run.sessions[side])),
  };
}

async function sourceOf(mailbox: OpenMailbox): Promise<Source | undefined> {
  const { store, idx, interrupted, isUnstable, before, flags } = mailbox;
  if (interrupted !== undefined || sides.some((side) => isUnstable[side] || before[side] === undefined))
    return undefined;
  const doubts = await findDoubts(mailbox);
  if (sides.some((side) => doubts[side] !== undefined)) return undefined;
  const gone = await confirmGone(mailbox);
  if (gone === undefined) return undefined;
  const undeletable = perSide((side) => mailbox.progress[side].undeletable);
  const vanished = newlyVanished({ store, idx, undeletable, vanished: gone });
  const vanishedOn = (side: Side, isThere: boolean): Departure[] => {
    if (isEmpty(vanished[side])) return [];
    const other = otherSide(side);
    const pairs = store.mappings
      .pairsOf(idx, side, vanished[side])
      .filter((pair) => hasUid(gone[other], pair[other]) !== isThere)
      .sort((a, b) => a.local - b.local);
    const prints = store.fingerprints.of(idx, pairs);
    return pairs.map((pair) => ({ pair, prints: prints.get(pair.local) ?? { local: undefined, remote: undefined } }));
  };
  return {
    mailbox,
    departures: perSide((side) => vanishedOn(side, true)),
    gone: vanishedOn("local", false),
    changed: perSide((side) => new Set(flags[side].changedUids)),
  };
}
