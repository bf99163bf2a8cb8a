// Surveys of mailboxes before anything is deleted in any of them, where they have to wait for each other: those that may lose
// messages, when that may be too many in all.

import type { Session } from "../../imap/session/session.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { statusIfAny } from "../../imap/verbs/mailbox.ts";
import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import { observe } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import { bothSides, type PerSide, perSide, type Side } from "../../model/side.ts";
import { emptyUidSet, subtract, uidRange, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import { allDone } from "../../util/all-done.ts";
import { countLoss } from "../deletions/count-loss.ts";
import type { DeletionGuard } from "../deletions/deletion-guard.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import { undeletableIn } from "../refused/refused-changes.ts";
import type { Survey } from "./survey.ts";

export interface Prospect {
  readonly isRubbish: boolean;
  readonly mailbox: KnownMailbox;
  /** As they were listed. */
  readonly listed: PerSide<ListedMailbox | undefined>;
  readonly wireNames: PerSide<string>;
}

interface Surveyor {
  readonly guard: DeletionGuard;
  readonly store: Store;
  readonly sessions: PerSide<Session>;
}

/**
 * Most runs cannot delete much, or only in one mailbox, whose worker asks the guard itself: they pay nothing for this.
 * Where the numbers of messages look bad, the mailboxes are opened. Returns the surveys of those that could be.
 */
export async function surveyAhead(surveyor: Surveyor, all: readonly Prospect[]): Promise<readonly Survey[]> {
  const { guard, store } = surveyor;
  const prospects = all.filter((prospect) => guard.counts(prospect));
  if (prospects.length < 2) return [];
  const mapped = prospects.map(({ mailbox }) => store.mappings.count(mailbox.idx));
  // Each message can be gone once.
  if (!guard.isTooMany(sum(mapped))) return [];
  const missing = await allDone(
    prospects.map(async (prospect, i) => {
      const counts = store.messageCounts(prospect.mailbox.idx);
      return bothSides((side) => mostThatVanished(surveyor, { side, prospect, mapped: mapped[i]!, counts }));
    }),
  );
  if (!guard.isTooMany(sum(missing.map(({ local, remote }) => local + remote)))) return [];
  const surveys: Survey[] = [];
  for (const [i, prospect] of prospects.entries()) {
    const suspected = missing[i]!;
    const survey = suspected.local + suspected.remote > 0 ? await surveyOne(surveyor, prospect) : undefined;
    if (survey !== undefined) surveys.push(survey);
  }
  return surveys;
}

interface OnSide {
  readonly side: Side;
  readonly prospect: Prospect;
}

interface Recorded {
  readonly mapped: number;
  readonly counts: PerSide<number> | undefined;
}

/** By the number of messages that the server has now. */
async function mostThatVanished(
  { sessions }: Surveyor,
  { side, prospect, mapped, counts }: OnSide & Recorded,
): Promise<number> {
  const { mailbox, listed, wireNames } = prospect;
  const before = mailbox.states[side];
  const now = countIn(listed[side]) ?? (await statusIfAny(sessions[side], wireNames[side]));
  // Of another mailbox no deletion is carried over.
  if (before === undefined || now?.uidValidity !== before.uidValidity) return 0;
  // The original program, which kept no counts, left hardly a message without a mapping.
  const had = counts?.[side] ?? mapped;
  const arrived = Math.max(0, (now.uidNext ?? 0) - before.uidNext);
  return Math.min(mapped, Math.max(0, had + arrived - (now.messages ?? 0)));
}

function countIn(listed: ListedMailbox | undefined): (MailboxState & { readonly messages: number }) | undefined {
  if (listed?.state === undefined || listed.messages === undefined) return undefined;
  return { ...listed.state, messages: listed.messages };
}

/** Undefined where the mailbox cannot be asked: whatever it is, its worker will meet it too, and say so. */
async function surveyOne(surveyor: Surveyor, prospect: Prospect): Promise<Survey | undefined> {
  const { store } = surveyor;
  const { isRubbish, mailbox } = prospect;
  const { idx, name } = mailbox;
  try {
    const seen = await bothSides((side) => lookAt(surveyor, { side, prospect }));
    const vanished = perSide((side) => seen[side].vanished);
    const told = { vanished, undeletable: undeletableIn({ store, idx }) };
    return {
      ...{ idx, name, isRubbish },
      loss: countLoss({ store, idx, name, isRubbish }, told).loss,
      changed: perSide((side) => seen[side].changed),
      fresh: perSide((side) => seen[side].fresh),
      octets: { local: undefined, remote: undefined },
    };
  } catch (error) {
    if (error instanceof InterimapError && error.abandons === "mailbox") return undefined;
    throw error;
  }
}

interface Seen {
  /** Recorded messages that the server does not have: it said that they vanished, and does not list them when asked. */
  readonly vanished: UidSet;
  readonly changed: number;
  readonly fresh: UidSet;
}

const nothing: Seen = { vanished: emptyUidSet, changed: 0, fresh: emptyUidSet };

async function lookAt({ store, sessions }: Surveyor, { side, prospect }: OnSide): Promise<Seen> {
  const { mailbox, wireNames } = prospect;
  const state = mailbox.states[side];
  if (state === undefined) return nothing;
  const seen = await observe(sessions[side], wireNames[side], { state });
  // Of another mailbox no deletion is carried over.
  if (seen.isAnew) return nothing;
  // The server was asked about those below UIDNEXT; an interrupted round may have copied more.
  const copied = store.mappings.uids(mailbox.idx, side, seen.firstNew);
  // A report of the server is not believed without asking.
  const suspected = union(store.mappings.among(mailbox.idx, side, seen.vanished), copied);
  const there = await fetchFlags(sessions[side], suspected);
  return {
    vanished: subtract(suspected, uidSetOf(there.keys())),
    changed: seen.changed.size,
    fresh: subtract(uidRange(seen.firstNew, seen.state.uidNext - 1), copied),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
