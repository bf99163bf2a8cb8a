// Checks one mailbox in full and mends what is recorded of it (--repair): all identities and flags of both sides are
// compared with the database. What is to be copied, deleted or stored then is left to the rounds that follow.

import { fetchFlags, fetchIdentities, type MessageIdentity } from "../imap/commands/fetch.ts";
import type { FlagChange } from "../imap/mailbox-view.ts";
import { InterimapError } from "../model/errors.ts";
import { bothSides, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { formatUidSet, uidRange, uidSetOf } from "../model/uid-set.ts";
import { uniteFlags } from "./match-flags.ts";
import type { MailboxState } from "../model/mailbox-state.ts";
import type { OpenMailbox } from "./open-mailbox.ts";
import { Findings, planRepair, type Anomaly, type RepairPlan } from "./repair-plan.ts";
import { adopt } from "./resume.ts";

/** @throws InterimapError; then nothing of the mailbox was changed. */
export async function repairMailbox(mailbox: OpenMailbox): Promise<void> {
  const { views, store, idx, before, progress } = mailbox;
  const rows = store.allPairs(idx);
  const uidNext = perSide((side) => views[side].uidNext);
  // Set aside: the flags are about to be read, and only what is reported afterwards is news.
  const announced = perSide((side) => views[side].takeChanges());
  const messages = await bothSides((side) => everyMessage(mailbox, { side, rows, uidNext: uidNext[side] }));
  const plan = planRepair({
    rows,
    messages,
    uidNext,
    floors: perSide((side) => before[side]?.uidNext ?? 1),
    vanished: perSide((side) => views[side].vanished),
    refused: perSide((side) => progress[side].refused),
  });
  reportAnomalies(mailbox, plan.anomalies);
  const isBeyond = reportStates(mailbox);
  if (isBeyond || plan.anomalies.length + plan.adopt.length > 0) mend(mailbox, plan);
  for (const side of sides) views[side].noteVanished(plan.propagate[side]);
  reportAnomalies(mailbox, compareFlags(mailbox, { pairs: plan.keep, announced }));
}

interface Everything {
  readonly side: Side;
  readonly rows: readonly PerSide<number>[];
  readonly uidNext: number;
}

async function everyMessage(
  { sessions }: OpenMailbox,
  { side, rows, uidNext }: Everything,
): Promise<ReadonlyMap<number, MessageIdentity>> {
  const identities = await fetchIdentities(sessions[side], uidRange(1, uidNext - 1));
  const messages = new Map(identities.map((identity) => [identity.uid, identity]));
  // A message that the server only fails to describe must not be taken for one that is gone.
  const missing = rows.map((row) => row[side]).filter((uid) => uid >= 1 && uid < uidNext && !messages.has(uid));
  const there = await fetchFlags(sessions[side], uidSetOf(missing));
  if (there.size === 0) return messages;
  throw new InterimapError(
    "COMMAND_REFUSED",
    `the server does not tell Message-ID, date and size of UID ${formatUidSet(uidSetOf(there.keys()))}`,
    { side, hint: "nothing was repaired in this mailbox" },
  );
}

/**
 * One transaction. Killed after it, the next run, with or without --repair, matches and copies what is left. What the
 * servers told of must be told again then: a state that can be believed stays.
 */
function mend(mailbox: OpenMailbox, { drop, adopt: pairs }: RepairPlan): void {
  const { store, idx, before, views, progress } = mailbox;
  store.transaction(() => {
    store.removeMappings(
      idx,
      drop.map(({ local }) => local),
    );
    adopt(mailbox, pairs);
    store.startOver(
      idx,
      perSide((side) => {
        const { uidValidity } = views[side];
        const state = before[side];
        const isBelievable = state !== undefined && aheadOf(views[side], state).length === 0;
        return isBelievable ? state : { uidValidity, uidNext: 1, highestModSeq: 0n };
      }),
    );
  });
  for (const side of sides) {
    progress[side].floor = 1;
    progress[side].copies = store.mappedUids(idx, side);
  }
}

interface Comparison {
  readonly pairs: readonly PerSide<MessageIdentity>[];
  /** By the servers' word, changed since the last checkpoint. */
  readonly announced: PerSide<ReadonlyMap<number, FlagChange>>;
}

/** A change that a server told of is carried over as in every run; what differs without a word is united. */
function compareFlags(mailbox: OpenMailbox, { pairs, announced }: Comparison): Anomaly[] {
  const { views } = mailbox;
  const unexplained = pairs.filter((pair) => {
    if (pair.local.flags === pair.remote.flags) return false;
    const changed = sides.filter((side) => announced[side].has(pair[side].uid));
    for (const side of changed) {
      const { uid, flags } = pair[side];
      const modSeq = announced[side].get(uid)?.modSeq ?? 0n;
      if (!views[side].changes.has(uid)) views[side].noteChange(uid, { flags, modSeq });
    }
    return sides.every((side) => !views[side].changes.has(pair[side].uid));
  });
  const found = new Findings();
  for (const pair of uniteFlags(mailbox, unexplained)) {
    found.add("flags-differ", "local", { local: pair.local.uid, remote: pair.remote.uid });
  }
  return found.anomalies();
}

function reportAnomalies({ report, name }: OpenMailbox, anomalies: readonly Anomaly[]): void {
  for (const anomaly of anomalies) report({ type: "anomaly", mailbox: name, ...anomaly });
}

/** Returns whether what is recorded of a server is ahead of it, which cannot be. */
function reportStates({ before, views, report, name }: OpenMailbox): boolean {
  const found = sides.flatMap((side) => {
    const recorded = before[side];
    return recorded === undefined ? [] : aheadOf(views[side], recorded).map((finding) => ({ side, ...finding }));
  });
  for (const finding of found) report({ type: "state-ahead", mailbox: name, ...finding });
  return found.length > 0;
}

interface Ahead {
  readonly item: "UIDNEXT" | "HIGHESTMODSEQ";
  readonly recorded: string;
  readonly actual: string;
}

function aheadOf(actual: MailboxState, recorded: MailboxState): Ahead[] {
  const items = [
    ["UIDNEXT", recorded.uidNext, actual.uidNext],
    ["HIGHESTMODSEQ", recorded.highestModSeq, actual.highestModSeq],
  ] as const;
  return items.flatMap(([item, known, now]) =>
    known > now ? [{ item, recorded: String(known), actual: String(now) }] : [],
  );
}
