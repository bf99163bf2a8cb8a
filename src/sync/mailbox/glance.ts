// A quick look at mailboxes whose numbers are as recorded, but whose server does not report changed flags. Usually no flag has
// changed, and there is nothing else to do.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { observe } from "../../mail/observe/observe.ts";
import { followsChanges, type MailboxState } from "../../model/mailbox-state.ts";
import { bothSides, type PerSide, type Side, sides } from "../../model/side.ts";
import { isEmpty } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import { plainBaseline } from "./baseline.ts";

export interface Glance {
  readonly store: Store;
  readonly idx: number;
  readonly states: PerSide<MailboxState | undefined>;
  /** The number of messages at that time. */
  readonly counts: PerSide<number> | undefined;
  readonly wireNames: PerSide<string>;
  readonly sessions: PerSide<Channel>;
}

/** Whether nothing happened in the mailbox: there is nothing to do, and nothing to be recorded. @throws as `observe()`. */
export async function isAsRecorded(glance: Glance): Promise<boolean> {
  const seen = await bothSides((side) => isSideAsRecorded(glance, side));
  return sides.every((side) => seen[side]);
}

/**
 * The same for one server.
 * @throws as `observe()`.
 */
export async function isSideAsRecorded(glance: Glance, side: Side): Promise<boolean> {
  const { store, idx, states, counts, wireNames, sessions } = glance;
  const state = states[side];
  if (state === undefined) return false;
  if (followsChanges(state)) return true;
  const baseline = plainBaseline({ store, idx, counts }, side, state);
  const observed = await observe(sessions[side], wireNames[side], baseline);
  const { view, changed, vanished, uncertain, flagsBefore, isAnew } = observed;
  const isSameNumber = view.existedWhenSelected === baseline.messages && view.exists === view.existedWhenSelected;
  const isNothing = changed.size === 0 && isEmpty(vanished) && isEmpty(uncertain) && !view.hasUnnamedNews;
  const { uidNext } = observed.state;
  return flagsBefore !== undefined && !isAnew && uidNext === state.uidNext && isSameNumber && isNothing;
}
