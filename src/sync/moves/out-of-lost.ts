// Messages that somebody moved out of a mailbox that the server no longer has: it was deleted, or made anew. Nobody can be asked
// there what vanished. But what the other server still has in the mailbox, and what is new elsewhere on this one, was moved.

import { type Channel, openChannel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { observe } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { otherSide, type PerSide, perSide, type Side } from "../../model/side.ts";
import { uidRange } from "../../model/uid-set.ts";
import { changesNothing, type Reconciled, type Run } from "../context/run.ts";
import { FlagLedger } from "../flags/flag-ledger.ts";
import { plainBaseline } from "../mailbox/baseline.ts";
import { type Prospect, prospectOf } from "../mailbox/prospect.ts";
import { type Arrivals, arrivalsIn } from "./arrivals.ts";
import type { Errand } from "./carry-out.ts";
import { findMoves } from "./find-moves.ts";
import { type Following, followMoves } from "./follow-moves.ts";
import { keepsFlags, withoutLikes } from "./moves-plan.ts";
import { shiftOf } from "./shifts.ts";

/** A mailbox that one server no longer has. */
export interface Lost {
  /** Where it is gone. The other server has it. */
  readonly side: Side;
  readonly idx: number;
  readonly name: string;
  /** The other server is about to delete it, too. It has to be as it was recorded until then, so messages are only copied. */
  readonly isDoomed?: boolean;
}

interface Task extends Pick<Errand, "run" | "side" | "marks"> {
  readonly from: Prospect;
  readonly isDoomed: boolean;
}

/** How many rows of one mailbox are looked at. */
const mostRows = 100_000;

/**
 * Once in a run for each mailbox. `isGone` is asked before anything is done. Returns whether anything was to be moved: the
 * listings are out of date then.
 */
export async function moveOutOfLost(
  run: Run,
  { listings, known }: Pick<Reconciled, "listings" | "known">,
  { lost: all, isGone }: { readonly lost: readonly Lost[]; readonly isGone?: (one: Lost) => Promise<boolean> },
): Promise<boolean> {
  if (changesNothing(run)) return false;
  const marks = new Map<number, PerSide<number>>();
  const left = all.filter(({ idx }) => !run.rescued.has(idx));
  for (const { idx } of left) run.rescued.add(idx);
  for (const side of new Set(left.map((one) => one.side))) {
    const leaving = left
      .filter((one) => one.side === side)
      .map((one) => {
        const from = prospectOf(known.get(one.name)!, listings);
        const task = { run, from, side, marks, isDoomed: one.isDoomed === true };
        return leavingFrom(task, isGone && (() => isGone(one)));
      });
    const targets = [...known.values()]
      .filter(({ name }) => !run.isIgnored(name) && !run.skipped.has(name))
      .map((mailbox) => prospectOf(mailbox, listings))
      .filter((target) => shiftOf(run.store, target).gains[side]);
    for (const [target, there] of await arrivalsIn(run, side, targets))
      for (const one of leaving) if (there.left.length > 0 && !run.stop.aborted) await one(target, there);
  }
  return marks.size > 0;
}

interface Opened {
  readonly channel: Channel;
  readonly view: MailboxView;
  /** UIDs whose flags changed since the mailbox was synchronised last. */
  readonly changed: ReadonlySet<number>;
  /** What the mailbox of this name has on the server that lost the recorded one. */
  readonly anew: readonly MessageIdentity[];
}

/** Where the other server has the mailbox, it is opened once, and only if something in it may have been moved. */
export function leavingFrom(task: Task, isGone?: () => Promise<boolean>) {
  let opened: Promise<Opened | undefined> | undefined;
  const open = async (): Promise<Opened | undefined> => ((await (isGone?.() ?? true)) ? openOther(task) : undefined);
  return async (target: Prospect, there: Arrivals): Promise<void> => {
    const { run, from, side } = task;
    const rows = run.store.fingerprints
      .like(side, there.left.map(fingerprint), mostRows)
      .filter((row) => row.idx === from.mailbox.idx)
      .sort((a, b) => a.local - b.local);
    if (rows.length === 0) return;
    try {
      const source = await (opened ??= open());
      if (source === undefined) return;
      const departures = rows.map((row) => ({ pair: row, prints: row.prints }));
      const places = {
        source: { sessions: perSide(() => source.channel) },
        side,
        there: { ...there, left: withoutLikes(there.left, source.anew) },
        // Nothing else has confirmed the record.
        isRepair: true,
      };
      const found = await findMoves(places, departures);
      const moves = task.isDoomed ? found.filter(keepsFlags) : found;
      if (moves.length > 0) await followMoves(followingFrom(task, source, there), { target, there, moves });
    } catch (error) {
      if (!(error instanceof InterimapError) || error.abandons !== "mailbox") throw error;
    }
  };
}

function followingFrom(task: Task, opened: Opened, there: Arrivals): Following {
  const { run, from, side, marks, isDoomed } = task;
  const { idx, name } = from.mailbox;
  const views = perSide((one) => (one === side ? there.view : opened.view));
  const mailbox = { idx, name, sessions: perSide(() => opened.channel), views };
  const source = { mailbox, changed: { local: opened.changed, remote: opened.changed } };
  return { run, source, side, marks, fate: isDoomed ? "kept" : "removed" };
}

/** Undefined if the other server has another mailbox under the name, too. */
async function openOther({ run, from, side }: Task): Promise<Opened | undefined> {
  const { store, sessions } = run;
  const { idx, states, counts } = from.mailbox;
  const other = otherSide(side);
  const state = states[other];
  if (state === undefined) return undefined;
  const channel = openChannel(sessions[other]);
  const observed = await observe(channel, from.wireNames[other], plainBaseline({ store, idx, counts }, other, state));
  const { view, flagsBefore: recorded, flagsNow: now } = observed;
  if (observed.isAnew || !view.hasStickyUids || view.uidValidity !== state.uidValidity) return undefined;
  const changed = new Set(new FlagLedger(view.pending, { recorded, now }).changedUids);
  return { channel, view, changed, anew: await heldAnew(run, side, from) };
}

async function heldAnew(
  { sessions }: Run,
  side: Side,
  { listed, wireNames }: Prospect,
): Promise<readonly MessageIdentity[]> {
  if (listed[side]?.exists !== true) return [];
  const channel = openChannel(sessions[side]);
  const { view } = await observe(channel, wireNames[side]);
  return fetchIdentities(channel, uidRange(1, view.uidNext - 1));
}
