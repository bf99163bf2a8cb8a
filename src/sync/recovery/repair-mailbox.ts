// Checks one mailbox in full and mends what is recorded of it: with --repair, or because a server went back. All identities and
// flags of both sides are compared with the database. What is to be copied, deleted or stored then is left to the rounds that follow.

import type { FlagChange } from "../../imap/mailbox/pending-changes.ts";
import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { nothingSeen } from "../../model/mailbox-state.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import { type PerSide, perSide, sides } from "../../model/side.ts";
import type { PrintedPair, Prints } from "../../state/fingerprints.ts";
import { type OpenMailbox, uidLimit } from "../context/open-mailbox.ts";
import { uniteFlags } from "../flags/unite-flags.ts";
import { identify } from "../identity/pair-messages.ts";
import { forgetTakenRefusals } from "../refused/record-refusal.ts";
import { notePairs, recordPairs } from "./adopt.ts";
import { addIndistinct, addUnrecorded, compareRows } from "./compare-recorded.ts";
import { type Anomaly, Findings, planRepair, type RepairPlan } from "./repair-plan.ts";
import { aheadOf, reportStates } from "./states-ahead.ts";

/** @throws InterimapError; then nothing of the mailbox was changed. */
export async function repairMailbox(mailbox: OpenMailbox): Promise<void> {
  const { views, flags, before, progress, isDoubtful } = mailbox;
  const told = perSide((side) => uidLimit(mailbox, side));
  // Set aside: the flags are about to be read, and only what is reported afterwards is news.
  const announced = perSide((side) => flags[side].takeReports());
  const compared = await compareRows(mailbox);
  await addUnrecorded(mailbox, { ...compared, uidNext: told });
  await addIndistinct(mailbox, compared);
  const { rows, messages, prints, restyled, last } = compared;
  // A UIDNEXT below that of a message is not true: what is missing there may have been one.
  const uidNext = perSide((side) => Math.max(told[side], last[side] + 1));
  const identified = await identify(
    mailbox,
    perSide((side) => [...messages[side].values()]),
  );
  const plan = planRepair({
    rows,
    messages: perSide((side) => new Map(identified.messages[side].map((message) => [message.uid, message]))),
    prints,
    keyOf: identified.keyOf,
    uidNext,
    floors: perSide((side) => before[side]?.uidNext ?? 1),
    vanished: perSide((side) => views[side].pending.vanished),
    refused: perSide((side) => progress[side].refused),
    waiting: perSide((side) => progress[side].wait?.firstUid),
    isDoubtful,
  });
  reportAnomalies(mailbox, plan.anomalies);
  const isBeyond = reportStates(mailbox) || sides.some((side) => isDoubtful[side]);
  if (isBeyond || plan.anomalies.length + plan.adopt.length > 0) mend(mailbox, plan);
  forgetTakenRefusals(mailbox);
  learnKept(mailbox, plan.keep, prints);
  for (const side of sides) views[side].pending.noteVanished(plan.propagate[side]);
  reportAnomalies(mailbox, compareFlags(mailbox, { pairs: [...restyled.values(), ...plan.keep], announced }));
}

/**
 * One transaction. Killed after it, the next run, with or without --repair, matches and copies what is left. What the
 * servers reported must be reported again then: a state that can be believed stays.
 */
function mend(mailbox: OpenMailbox, { drop, adopt: pairs }: RepairPlan): void {
  const { store, idx, before, views, progress } = mailbox;
  store.transaction(() => {
    store.mappings.remove(
      idx,
      drop.map(({ local }) => local),
    );
    recordPairs(mailbox, pairs);
    store.startOver(
      idx,
      perSide((side) => {
        const state = before[side];
        const isBelievable = state !== undefined && aheadOf(mailbox, side, state).length === 0;
        return isBelievable ? state : nothingSeen(views[side].uidValidity);
      }),
    );
  });
  for (const side of sides) {
    progress[side].floor = 1;
    progress[side].mapped = store.mappings.uids(idx, side);
  }
  notePairs(mailbox, pairs);
}

/** What such a row stands for looks like this from now on: else each run would find that it is not what it was. */
function learnKept({ store, idx }: OpenMailbox, keep: RepairPlan["keep"], prints: ReadonlyMap<number, Prints>): void {
  const kept = keep.map(({ local, remote }): PrintedPair => {
    const now = { local: fingerprint(local), remote: fingerprint(remote) };
    return { local: local.uid, remote: remote.uid, prints: now };
  });
  const isNews = (row: PrintedPair): boolean =>
    sides.some((side) => row.prints[side] !== prints.get(row.local)?.[side]);
  store.fingerprints.set(idx, kept.filter(isNews));
}

interface Comparison {
  readonly pairs: readonly PerSide<MessageIdentity>[];
  /** By the servers' word, changed since the last checkpoint. */
  readonly announced: PerSide<ReadonlyMap<number, FlagChange>>;
}

/** A change that a server reported is carried over as in every run; what differs without a word is united. */
function compareFlags(mailbox: OpenMailbox, { pairs, announced }: Comparison): Anomaly[] {
  const { flags: ledgers } = mailbox;
  const unexplained = pairs.filter((pair) => {
    if (pair.local.flags === pair.remote.flags) return false;
    const changed = sides.filter((side) => announced[side].has(pair[side].uid));
    for (const side of changed) {
      const { uid, flags } = pair[side];
      const modSeq = announced[side].get(uid)?.modSeq ?? noModSeq;
      if (ledgers[side].changeOf(uid) === undefined) ledgers[side].note(uid, { flags, modSeq });
    }
    return sides.every((side) => ledgers[side].changeOf(pair[side].uid) === undefined);
  });
  const found = new Findings();
  for (const pair of uniteFlags(mailbox, unexplained)) {
    found.add("flags-differ", "local", { local: pair.local.uid, remote: pair.remote.uid });
  }
  return found.anomalies();
}

/** Where a server went back, that has been said, and explains everything. */
function reportAnomalies({ report, name, repairs }: OpenMailbox, anomalies: readonly Anomaly[]): void {
  if (!repairs) return;
  for (const anomaly of anomalies) report({ type: "anomaly", mailbox: name, ...anomaly });
}
