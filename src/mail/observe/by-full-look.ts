// Observes a mailbox by looking at all of it: fetches the flags of all messages and compares them with the known ones. A known
// message that is missing from the answer is gone.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import type { FlagChange } from "../../imap/mailbox/pending-changes.ts";
import { selectAgain } from "../../imap/mailbox/select-command.ts";
import { eachFlags } from "../../imap/verbs/fetch-flags.ts";
import { select } from "../../imap/verbs/select.ts";
import { KnownFlags } from "../../model/known-flags.ts";
import { countUids, intersect, isEmpty, subtract, uidRange, type UidSet, UidSetBuilder } from "../../model/uid-set.ts";
import type { Baseline, Observed } from "./changes.ts";
import { opened } from "./observable.ts";
import { expected, requireWhole } from "./presence.ts";

/** As `observe()`. */
export async function observeByLooking(channel: Channel, wireName: string, baseline?: Baseline): Promise<Observed> {
  const selecting = select(channel, wireName);
  // In the same packet, if the channel already knows the mailbox.
  const expectedView = channel.view?.wireName === wireName ? channel.view : undefined;
  const early = expectedView && firstLook(channel, expectedView, baseline);
  early?.catch(() => undefined);
  const view = await selecting.catch(async (error: unknown) => {
    await early?.catch(() => undefined);
    throw error;
  });
  const observed = await opened(channel, view, baseline);
  const first = await early;
  // The look was in vain if another mailbox has this name now, or if it had to be selected once more.
  if (observed.isAnew || view !== expectedView) {
    view.pending.takeAllChanges();
    await lookInFull(channel, observed);
  } else await note(channel, observed, first);
  return observed;
}

/** Of a selected mailbox, for the first time. */
export async function lookInFull(channel: Channel, observed: Observed): Promise<void> {
  const { baseline, isAnew, view } = observed;
  await note(channel, observed, await firstLook(channel, view, isAnew ? undefined : baseline));
}

/** What happened since. Selects the mailbox again first, since some servers show appended messages only then. */
export async function lookAgain(channel: Channel, observed: Observed): Promise<void> {
  const { view, flagsNow } = observed;
  await channel.run(selectAgain(view));
  // Unknown messages have nothing to compare with: they are new, or were just copied.
  if (flagsNow === undefined) return;
  const below = view.uidNext;
  const { there } = await look(channel, view, { below, known: flagsNow, now: flagsNow });
  await requireWhole(channel, view, { there, last: below - 1 });
  view.pending.noteVanished(subtract(expected(observed), there));
}

interface FirstLook extends Seen {
  readonly before: KnownFlags;
  readonly now: KnownFlags;
}

/** Undefined when there is nothing to compare with. */
async function firstLook(channel: Channel, view: MailboxView, baseline?: Baseline): Promise<FirstLook | undefined> {
  const before = baseline?.flags?.();
  if (baseline === undefined || before === undefined) return undefined;
  const now = new KnownFlags(before.size);
  return { before, now, ...(await look(channel, view, { below: baseline.state.uidNext, known: before, now })) };
}

async function note(channel: Channel, observed: Observed, first: FirstLook | undefined): Promise<void> {
  const { view, firstNew } = observed;
  // Only now: the answer that says how many more there can be may have been requested after SELECT.
  if (first !== undefined) await requireWhole(channel, view, { there: first.there, last: firstNew - 1 });
  observed.flagsNow = first?.now ?? new KnownFlags();
  observed.flagsBefore = first?.before;
  // The record need not be read if it has the flags of exactly these messages.
  if (first !== undefined && isEmpty(first.unknown) && countUids(first.there) === first.before.size) return;
  const recorded = expected(observed);
  observed.uncertain = first === undefined ? recorded : intersect(recorded, first.unknown);
  if (first !== undefined) observed.view.pending.noteVanished(subtract(recorded, first.there));
}

interface Looking {
  /** Messages below this UID are looked at. */
  readonly below: number;
  readonly known: KnownFlags;
  /** Gets their flags. */
  readonly now: KnownFlags;
}

interface Seen {
  readonly there: UidSet;
  /** Messages whose flags were not known. */
  readonly unknown: UidSet;
}

async function look(channel: Channel, view: MailboxView, { below, known, now }: Looking): Promise<Seen> {
  const there = new UidSetBuilder();
  const unknown = new UidSetBuilder();
  let count = 0;
  let isInOrder = true;
  let { removals } = view;
  const note = (uid: number, found: FlagChange): void => {
    const before = known.get(uid);
    now.set(uid, found.flags);
    if (before === undefined) unknown.add(uid);
    else if (before !== found.flags) view.pending.report(uid, found);
  };
  await eachFlags(channel, uidRange(1, below - 1), {
    tell: ({ sequence, first, last }, found) => {
      there.addRange(first, last);
      isInOrder &&= sequence === count + 1;
      count += last - first + 1;
      ({ removals } = view);
      if (known.haveAll(first, last, found.flags)) now.setAll(first, last, found.flags);
      else for (let uid = first; uid <= last; uid++) note(uid, found);
    },
    contradicts: (uid, flags) => now.get(uid) !== flags,
    forget: (uid) => {
      // Its flags are compared the next time.
      now.delete({ ranges: [[uid, uid]] });
      view.pending.forgetChange(uid);
    },
  });
  const seen = { there: there.build(), unknown: unknown.build() };
  // Numbers are ranks: the answers have to be the first messages without a gap.
  if (isInOrder) view.knowFirst(seen.there, removals);
  return seen;
}
