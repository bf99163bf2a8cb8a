// Before anything is deleted in one of several mailboxes: how many deletions they add up to, and which are held back.

import type { Session } from "../../imap/session/session.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { statusIfAny } from "../../imap/verbs/mailbox.ts";
import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import { observe } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import { bothSides, type PerSide, type Side } from "../../model/side.ts";
import { emptyUidSet, subtract, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import { allDone } from "../../util/all-done.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import { undeletableIn } from "../refused/refused-changes.ts";
import type { DeletionGuard } from "./deletion-guard.ts";
import { type Loss, lossOf } from "./loss.ts";

export interface Prospect {
  readonly isRubbish: boolean;
  readonly mailbox: KnownMailbox;
  /** As they were listed. */
  readonly listed: PerSide<ListedMailbox | undefined>;
  readonly wireNames: PerSide<string>;
}

interface Foresight {
  readonly guard: DeletionGuard;
  readonly store: Store;
  readonly sessions: PerSide<Session>;
}

/**
 * Most runs cannot delete much, or only in one mailbox, whose worker asks the guard itself: they pay nothing for this.
 * Where the numbers of messages look bad, what vanished is counted. Returns the names of the mailboxes to leave alone.
 */
export async function foreseeDeletions(foresight: Foresight, all: readonly Prospect[]): Promise<ReadonlySet<string>> {
  const { guard, store } = foresight;
  const prospects = all.filter((prospect) => guard.counts(prospect));
  if (prospects.length < 2) return none;
  const mapped = prospects.map(({ mailbox }) => store.mappings.count(mailbox.idx));
  // Each message can be gone once.
  if (!guard.isTooMany(sum(mapped))) return none;
  const missing = await allDone(
    prospects.map(async (prospect, i) => {
      const counts = store.messageCounts(prospect.mailbox.idx);
      return bothSides((side) => mostThatVanished(foresight, { side, prospect, mapped: mapped[i]!, counts }));
    }),
  );
  if (!guard.isTooMany(sum(missing.map(({ local, remote }) => local + remote)))) return none;
  const losses: Loss[] = [];
  for (const [i, prospect] of prospects.entries()) {
    const suspected = missing[i]!;
    if (suspected.local + suspected.remote === 0) continue;
    losses.push(...(await countVanished(foresight, prospect)));
  }
  return guard.holdBack(losses);
}

const none: ReadonlySet<string> = new Set();

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
  { sessions }: Foresight,
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

/** Nothing where the mailbox cannot be asked: whatever it is, its worker will meet it too, and say so. */
async function countVanished(foresight: Foresight, prospect: Prospect): Promise<Loss[]> {
  const { store } = foresight;
  const { mailbox, isRubbish } = prospect;
  const { idx, name } = mailbox;
  try {
    const vanished = await bothSides((side) => findVanished(foresight, { side, prospect }));
    return [lossOf({ store, idx, name, isRubbish }, { vanished, undeletable: undeletableIn({ store, idx }) }).loss];
  } catch (error) {
    if (error instanceof InterimapError && error.abandons === "mailbox") return [];
    throw error;
  }
}

/** What the server says vanished, and does not list when asked. */
async function findVanished({ store, sessions }: Foresight, { side, prospect }: OnSide): Promise<UidSet> {
  const { mailbox, wireNames } = prospect;
  const state = mailbox.states[side];
  if (state === undefined) return emptyUidSet;
  const seen = await observe(sessions[side], wireNames[side], { state });
  if (seen.isAnew) return emptyUidSet;
  // The server was asked about those below UIDNEXT; an interrupted round may have copied more.
  const copied = store.mappings.uids(mailbox.idx, side, state.uidNext);
  // A report of the server is not believed without asking.
  const suspected = union(store.mappings.among(mailbox.idx, side, seen.vanished), copied);
  const there = await fetchFlags(sessions[side], suspected);
  return subtract(suspected, uidSetOf(there.keys()));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
