// The recorded states of all mailboxes, as of their last checkpoints.

import type { Recorded } from "../model/mailbox-state.ts";
import { type PerSide, perSide, type Side } from "../model/side.ts";
import type { Store } from "../state/state-store.ts";

export type RecordedStates = ReadonlyMap<string, PerSide<Recorded | undefined>>;

/** By the program's names. */
export function recordedStates(store: Store): RecordedStates {
  const counts = store.allMessageCounts();
  return new Map(
    store.mailboxes().map(({ idx, name, states }) => {
      const on = (side: Side): Recorded | undefined =>
        states[side] && { ...states[side], messages: counts.get(idx)?.[side] };
      return [name, perSide(on)];
    }),
  );
}
