// Moves messages on the server that has them, and records what they have become ("A move" in ARCHITECTURE.md). The order is
// that of a copy: the marker, what is sent, the command, the row.

import { CommandRefused } from "../../imap/command-refused.ts";
import { whereOffered } from "../../imap/step-down.ts";
import { expunge } from "../../imap/verbs/expunge.ts";
import { copyMessages, type Destination, moveMessages, type Placed, setsToPlace } from "../../imap/verbs/move.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { nothingSeen } from "../../model/mailbox-state.ts";
import { otherSide, type PerSide, perSide, type Side } from "../../model/side.ts";
import { countUids, emptyUidSet, hasUid, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import { slices } from "../../util/slices.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import type { Run } from "../context/run.ts";
import type { Prospect } from "../mailbox/prospect.ts";
import type { Move } from "./moves-plan.ts";

export interface Errand {
  readonly run: Run;
  /** The mailbox that they are to leave. */
  readonly source: Pick<OpenMailbox, "idx" | "name" | "sessions">;
  readonly target: Prospect;
  /** Where somebody moved them. The other side is to follow. */
  readonly side: Side;
  /** The floors of the markers that were set in this run, by mailbox. */
  readonly marks: Map<number, PerSide<number>>;
  /**
   * What becomes of those that are only copied: they stay where they were, or are removed there. Unless told, the work on the
   * source deletes them.
   */
  readonly fate?: "kept" | "removed";
}

/** Which message will become the copy of which. */
type Order = Pick<Move, "arrival" | "counterpart">;

/** How many messages leave together. */
const atOnce = 10_000;

/** If a server does not move a message, or only says so, the work on both mailboxes deals with it. */
export async function carryOut(errand: Errand, moves: readonly Order[]): Promise<void> {
  const { run, target, side } = errand;
  const { idx } = target.mailbox;
  begin(errand);
  for (const together of slices(moves, atOnce)) {
    if (run.stop.aborted) return;
    run.store.transfers.noteSent(idx, side, uidSetOf(together.map(({ arrival }) => arrival.uid)));
    await moveTogether(errand, together);
  }
}

/** From here on there may be messages in the target that have no row. */
function begin({ run: { store }, target: { mailbox, listed }, marks }: Errand): void {
  const { idx, states } = mailbox;
  if (marks.has(idx)) return;
  const floors = perSide((one) => states[one]?.uidNext ?? 1);
  if (states.local === undefined)
    store.startOver(
      idx,
      perSide((one) => nothingSeen(listed[one]!.state!.uidValidity)),
    );
  else store.transfers.mark([{ idx, floors }]);
  marks.set(idx, floors);
}

interface Outcome {
  readonly placed: Placed;
  readonly isCopy: boolean;
}

async function moveTogether(errand: Errand, moves: readonly Order[]): Promise<void> {
  const { run, source, target, side } = errand;
  const other = otherSide(side);
  const byUid = new Map(moves.map((move) => [move.counterpart.uid, move]));
  const channel = source.sessions[other];
  const destination = destinationOf(errand);
  const one = async (uids: UidSet): Promise<void> => {
    const those = [...byUid.values()].filter(({ counterpart }) => hasUid(uids, counterpart.uid));
    const moving = async (): Promise<Outcome> => ({
      placed: await moveMessages(channel, uids, destination),
      isCopy: false,
    });
    const copying = async (): Promise<Outcome> => ({
      placed: await copyMessages(channel, uids, destination),
      isCopy: true,
    });
    try {
      const outcome =
        errand.fate === "kept"
          ? await copying()
          : await whereOffered(channel, "MOVE", { withIt: moving, withoutIt: copying });
      const told = note(errand, those, outcome);
      if (errand.fate === "removed" && told.length > 0) await removeFrom(errand, uidSetOf(told), outcome);
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      // They are copied and deleted.
      run.store.transfers.noteConfirmed(target.mailbox.idx, side, uidSetOf(those.map(({ arrival }) => arrival.uid)));
    }
  };
  await allDone(setsToPlace(channel, uidSetOf(byUid.keys()), destination.wireName).map(one));
}

/**
 * Those of which it is certain that there is a copy; where nothing else can be removed along with them. Then neither server has
 * them in the source, and nothing else will find that out.
 */
async function removeFrom(
  { run: { store, report }, source, side }: Errand,
  uids: UidSet,
  { isCopy }: Outcome,
): Promise<void> {
  const other = otherSide(side);
  const channel = source.sessions[other];
  if (isCopy) {
    if (!channel.capabilities.has("UIDPLUS")) return;
    await expunge(channel, uids);
    report({ type: "messages-removed", side: other, mailbox: source.name, uids });
  }
  const rows = store.mappings.pairsOf(source.idx, other, uids);
  store.mappings.remove(
    source.idx,
    rows.map(({ local }) => local),
  );
}

function destinationOf({ target: { mailbox, listed, wireNames }, side }: Errand): Destination {
  const other = otherSide(side);
  const { uidValidity, uidNext } = mailbox.states[other] ?? nothingSeen(listed[other]!.state!.uidValidity);
  return { wireName: wireNames[other], uidValidity, nextUid: uidNext };
}

/**
 * In one transaction. If the server reports nothing about the copies, the work on the target searches for them. Returns the UIDs
 * of those that are recorded now, where they were before.
 */
function note(errand: Errand, moves: readonly Order[], { placed, isCopy }: Outcome): readonly number[] {
  const { run, source, target, side } = errand;
  const { store, guard, report } = run;
  const [other, { idx, name }] = [otherSide(side), target.mailbox];
  const copies = new Map(placed);
  const known = store.mappings.among(idx, other, uidSetOf(copies.values()));
  const isTold = placed.length > 0 && countUids(known) === 0;
  const told = isTold ? moves.filter(({ counterpart }) => copies.has(counterpart.uid)) : [];
  // Messages that COPYUID leaves out were gone.
  const done = isTold ? told : moves;
  const sourceUids = done.map(({ counterpart }) => counterpart.uid);
  store.transaction(() => {
    store.mappings.add(
      idx,
      told.map(({ arrival, counterpart }) => ({
        ...(side === "local"
          ? { local: arrival.uid, remote: copies.get(counterpart.uid)! }
          : { local: copies.get(counterpart.uid)!, remote: arrival.uid }),
        prints: perSide((one) => (one === side ? fingerprint(arrival) : counterpart.print)),
      })),
    );
    if (isTold) store.transfers.noteConfirmed(idx, side, uidSetOf(moves.map(({ arrival }) => arrival.uid)));
    if (!isCopy) store.losses.noteMoved(source.idx, done.length);
  });
  const moved = { local: emptyUidSet, remote: emptyUidSet, [other]: uidSetOf(sourceUids) };
  // Messages removed here will not be counted when the rest is deleted.
  if (errand.fate !== "removed") guard.noteMoved(source.idx, moved);
  if (done.length === 0) return [];
  const uids = told.map(({ counterpart }) => copies.get(counterpart.uid)!);
  report({ type: "messages-moved", side: other, mailbox: source.name, to: name, sourceUids, uids, isCopy });
  return told.map(({ counterpart }) => counterpart.uid);
}
