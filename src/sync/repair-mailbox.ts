// Checks one mailbox in full and mends what is recorded of it (--repair): all identities and flags of both sides are
// compared with the database. What is to be copied, deleted or stored then is left to the rounds that follow.

import { fetchFlags, fetchIdentities, type MessageIdentity } from "../imap/commands/fetch.ts";
import type { FlagChange } from "../imap/mailbox-view.ts";
import { InterimapError } from "../model/errors.ts";
import { bothSides, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { formatUidSet, uidRange, uidSetOf } from "../model/uid-set.ts";
import { uniteFlags } from "./match-flags.ts";
import type { OpenMailbox } from "./open-mailbox.ts";
import { Findings, planRepair, type Anomaly, type RepairPlan } from "./repair-plan.ts";
import { adopt } from "./resume.ts";

/** @throws InterimapError; then nothing of the mailbox was changed. */
export async function repairMailbox(mailbox: OpenMailbox): Promise<void> {
  const { views, store, idx, progress } = mailbox;
  const rows = store.allPairs(idx);
  const uidNext = perSide((side) => views[side].uidNext);
  // Set aside: the flags are about to be read, and only what is reported afterwards is news.
  const announced = perSide((side) => views[side].takeChanges());
  const messages = await bothSides((side) => everyMessage(mailbox, { side, rows, uidNext: uidNext[side] }));
  const plan = planRepair({
    rows,
    messages,
    uidNext,
    floors: perSide((side) => progress[side].floor),
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

/** One transaction. Killed after it, the next run, with or without --repair, matches and copies what is left. */
function mend(mailbox: OpenMailbox, { drop, adopt: pairs }: RepairPlan): void {
  const { store, idx, views, progress } = mailbox;
  store.transaction(() => {
    store.removeMappings(
      idx,
      drop.map(({ local }) => local),
    );
    adopt(mailbox, pairs);
    store.startOver(
      idx,
      perSide((side) => views[side].uidValidity),
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

/** What is recorded of a server can be behind it, never ahead. Returns whether it is. */
function reportStates({ before, views, report, name }: OpenMailbox): boolean {
  let isBeyond = false;
  for (const side of sides) {
    const recorded = before[side];
    if (recorded === undefined) continue;
    for (const [item, known, actual] of [
      ["UIDNEXT", recorded.uidNext, views[side].uidNext],
      ["HIGHESTMODSEQ", recorded.highestModSeq, views[side].highestModSeq],
    ] as const) {
      if (known <= actual) continue;
      isBeyond = true;
      report({ type: "state-ahead", side, mailbox: name, item, recorded: String(known), actual: String(actual) });
    }
  }
  return isBeyond;
}
