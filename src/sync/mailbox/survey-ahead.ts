// Surveys of mailboxes before anything is deleted in any of them, where they have to wait for each other: those that may lose
// messages, when that may be too many in all.

import { openChannel } from "../../imap/mailbox/channel.ts";
import type { Session } from "../../imap/session/session.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { statusIfAny } from "../../imap/verbs/mailbox.ts";
import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import { observe } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import { bothSides, type PerSide, perSide, type Side } from "../../model/side.ts";
import { emptyUidSet, subtract, uidRange, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import { allDone } from "../../util/all-done.ts";
import { atMost } from "../../util/at-most.ts";
import { sum } from "../../util/sum.ts";
import { countLoss } from "../deletions/count-loss.ts";
import type { DeletionGuard } from "../deletions/deletion-guard.ts";
import { undeletableIn } from "../refused/refused-changes.ts";
import { plainBaseline } from "./baseline.ts";
import type { Prospect } from "./prospect.ts";
import type { Survey } from "./survey.ts";
import { type Now, type Numbers, planSurveys } from "./survey-ahead-plan.ts";

/** How many mailboxes are opened at the same time. */
const mostInFlight = 50;

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
  const numbers = await allDone(prospects.map((prospect, i) => numbersOf(surveyor, prospect, mapped[i]!)));
  const planned = planSurveys(numbers, (count) => guard.isTooMany(count));
  const surveys = await atMost(mostInFlight, planned, ({ prospect }) => surveyOne(surveyor, prospect));
  return surveys.filter((survey) => survey !== undefined);
}

/** What was not listed is asked for. */
async function numbersOf(
  { store, sessions }: Surveyor,
  prospect: Prospect,
  mapped: number,
): Promise<Numbers & { readonly prospect: Prospect }> {
  const { mailbox, listed, wireNames } = prospect;
  const now = await bothSides((side) => countIn(listed[side]) ?? statusIfAny(sessions[side], wireNames[side]));
  return { prospect, mapped, counts: store.messageCounts(mailbox.idx), before: mailbox.states, now };
}

function countIn(listed: ListedMailbox | undefined): Promise<Now> | undefined {
  if (listed?.state === undefined || listed.messages === undefined) return undefined;
  return Promise.resolve({ ...listed.state, messages: listed.messages });
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

interface OnSide {
  readonly side: Side;
  readonly prospect: Prospect;
}

async function lookAt({ store, sessions }: Surveyor, { side, prospect }: OnSide): Promise<Seen> {
  const { mailbox, wireNames } = prospect;
  const state = mailbox.states[side];
  if (state === undefined) return nothing;
  const channel = openChannel(sessions[side]);
  const seen = await observe(
    channel,
    wireNames[side],
    plainBaseline({ store, idx: mailbox.idx, counts: mailbox.counts }, side, state),
  );
  // Of another mailbox no deletion is carried over.
  if (seen.isAnew) return nothing;
  // The server was asked about those below UIDNEXT; an interrupted round may have copied more.
  const copied = store.mappings.uids(mailbox.idx, side, seen.firstNew);
  // A report of the server is not believed without asking.
  const suspected = union(store.mappings.among(mailbox.idx, side, seen.vanished), copied);
  const there = await fetchFlags(channel, suspected);
  return {
    vanished: subtract(suspected, uidSetOf(there.keys())),
    changed: seen.changed.size,
    fresh: subtract(uidRange(seen.firstNew, seen.state.uidNext - 1), copied),
  };
}
