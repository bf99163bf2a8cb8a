// Observes a mailbox by looking at all of it: the flags of its messages are fetched and compared with those that are known. What is
// known and does not answer is gone.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { selectAgain } from "../../imap/mailbox/select-command.ts";
import { eachFlags } from "../../imap/verbs/fetch-flags.ts";
import { select } from "../../imap/verbs/select.ts";
import { KnownFlags } from "../../model/known-flags.ts";
import { intersect, subtract, uidRange, UidSetBuilder } from "../../model/uid-set.ts";
import { type Baseline, Observed } from "./changes.ts";
import { requireObservable } from "./observable.ts";
import { expected } from "./presence.ts";

/** As `observe()`. */
export async function observeByLooking(channel: Channel, wireName: string, baseline?: Baseline): Promise<Observed> {
  const view = await select(channel, wireName);
  const observed = new Observed(view, { rung: requireObservable(view, channel.side, baseline?.state), baseline });
  await lookInFull(channel, observed);
  return observed;
}

/** Of a selected mailbox, for the first time. */
export async function lookInFull(channel: Channel, observed: Observed): Promise<void> {
  const { baseline, isAnew } = observed;
  observed.flagsNow = new KnownFlags();
  if (baseline === undefined || isAnew) return;
  observed.flagsBefore = baseline.flags?.();
  // With nothing to compare with, both sides have to be: see `isComplete`.
  if (observed.flagsBefore === undefined) {
    observed.uncertain = expected(observed);
    return;
  }
  const unknown = new UidSetBuilder();
  await look(channel, observed, {
    below: baseline.state.uidNext,
    known: observed.flagsBefore,
    meet: (uid) => {
      unknown.add(uid);
    },
  });
  observed.uncertain = intersect(expected(observed), unknown.build());
}

/** Whatever happened since: with another SELECT before, since some servers show only then what was appended. */
export async function lookAgain(channel: Channel, observed: Observed): Promise<void> {
  const { view, flagsNow } = observed;
  await channel.run(selectAgain(view));
  // Of messages that nothing was known of, nothing is to be compared: they are new, or were just copied.
  if (flagsNow !== undefined) await look(channel, observed, { below: view.uidNext, known: flagsNow });
}

interface Looking {
  /** Messages below this UID are looked at. */
  readonly below: number;
  readonly known: KnownFlags;
  /** Gets messages whose flags were not known. */
  readonly meet?: (uid: number) => void;
}

async function look(channel: Channel, observed: Observed, { below, known, meet }: Looking): Promise<void> {
  const { view, flagsNow: now } = observed;
  if (below <= 1 || now === undefined) return;
  const present = new UidSetBuilder();
  let count = 0;
  let isInOrder = true;
  let { removals } = view;
  await eachFlags(channel, uidRange(1, below - 1), {
    tell: (uid, found, sequence) => {
      present.add(uid);
      isInOrder &&= sequence === ++count;
      ({ removals } = view);
      const before = known.get(uid);
      now.set(uid, found.flags);
      if (before === undefined) meet?.(uid);
      else if (before !== found.flags) view.pending.report(uid, found);
    },
    contradicts: (uid, flags) => now.get(uid) !== flags,
    forget: (uid) => {
      // Whatever it has is compared next time.
      now.delete({ ranges: [[uid, uid]] });
      view.pending.forgetChange(uid);
    },
  });
  const there = present.build();
  // Numbers are ranks: the answers have to be all first messages, one after the other.
  if (isInOrder) view.knowFirst(there, removals);
  view.pending.noteVanished(subtract(expected(observed), there));
}
