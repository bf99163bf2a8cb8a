// Gives messages that are about to be moved the flags that they have where somebody moved them.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { storeFlags } from "../../imap/verbs/uid-store.ts";
import type { PermanentFlags } from "../../model/flags.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import { otherSide, type PerSide, perSide, type Side } from "../../model/side.ts";
import { allDone } from "../../util/all-done.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { type FlagSituation, type FlagUpdate, planFlags } from "../flags/flags-plan.ts";
import { StoreGroups } from "../flags/same-flags-groups.ts";
import type { Move } from "./moves-plan.ts";

const notKnown = { local: undefined, remote: undefined };

/** The mailbox that they leave. */
export interface Left {
  readonly mailbox: Pick<OpenMailbox, "sessions" | "views">;
  /** UIDs of each side whose flags changed. */
  readonly changed: PerSide<ReadonlySet<number>>;
}

interface Following {
  /** Where somebody moved them. */
  readonly side: Side;
  readonly moves: readonly Move[];
  /** Of the mailbox that they are in there. */
  readonly view: MailboxView;
}

/**
 * The other side's messages get these flags, unless their own changed, too: then both are united after the move. The same goes
 * for flags that the server refuses to set.
 */
export async function followFlags(source: Left, following: Following): Promise<void> {
  const { mailbox, changed } = source;
  const other = otherSide(following.side);
  const moves = following.moves.filter(({ counterpart }) => !changed[other].has(counterpart.uid));
  const groups = new StoreGroups();
  for (const update of updatesFor(source, { ...following, moves }))
    groups.add(update.side, update.pair[update.side], { ...update, unchangedSince: noModSeq });
  await allDone(groups.of(other).map((group) => storeFlags(mailbox.sessions[other], group).catch(ifRefused)));
}

/** How many messages of each side will get other flags when both are united. */
export function countUnited(source: Left, following: Following): PerSide<number> {
  const other = otherSide(following.side);
  const moves = following.moves.filter(({ counterpart }) => source.changed[other].has(counterpart.uid));
  const updates = updatesFor(source, { ...following, moves });
  return perSide((side) => updates.filter((update) => update.side === side).length);
}

function updatesFor({ mailbox, changed }: Left, { side, moves, view }: Following): readonly FlagUpdate[] {
  const differing = moves.filter(({ arrival, counterpart }) => arrival.flags !== counterpart.flags);
  const situations = differing.map(({ arrival, counterpart }): FlagSituation => {
    const messages = perSide((one) => (one === side ? arrival : counterpart));
    const isChanged = (one: Side): boolean => one === side || changed[one].has(counterpart.uid);
    return {
      pair: perSide((one) => messages[one].uid),
      changes: perSide((one) => (isChanged(one) ? { flags: messages[one].flags, modSeq: noModSeq } : undefined)),
      present: perSide((one) => messages[one].flags),
      base: notKnown,
    };
  });
  const { local, remote } = perSide((one) => mailbox.views[one].permanentFlags);
  const followed = keptOnTheWay(side === "local" ? local : remote, view.permanentFlags);
  return planFlags(situations, { local, remote, [side]: followed }).updates;
}

/** A keyword that was there before and could be kept now was removed by somebody, even if no message has it any more. */
function keptOnTheWay(before: PermanentFlags, now: PermanentFlags): PermanentFlags {
  if (before.defined === undefined || now.defined === undefined) return now;
  return { ...now, defined: new Set([...before.defined, ...now.defined]) };
}

function ifRefused(error: unknown): void {
  if (!(error instanceof CommandRefused)) throw error;
}
