// Defines the answer to the question what vanished, what changed and what is new in a mailbox since it was last seen. The
// answer is the same on every rung.

import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import type { FlagChange } from "../../imap/mailbox/pending-changes.ts";
import type { KnownFlags } from "../../model/known-flags.ts";
import type { MailboxState, Observation } from "../../model/mailbox-state.ts";
import { emptyUidSet, type UidSet } from "../../model/uid-set.ts";
import type { Rung } from "./rung.ts";

/** What is known of a mailbox. Large parts are read only by a rung that needs them. */
export interface Baseline {
  /** As of the last time. */
  readonly state: MailboxState;
  /** How many messages there were. */
  readonly messages?: number | undefined;
  /** Sequence number and UID of some messages, ascending; empty if they cannot be known. Called once. */
  readonly sequenceSample?: () => readonly (readonly [sequence: number, uid: number])[];
  /** The messages that are on record now, and so should be there; none unless given. */
  readonly recorded?: () => UidSet;
  /** The flags that these had the last time; undefined if they are unknown. Called once. */
  readonly flags?: () => KnownFlags | undefined;
}

/** Which reports to ask for once more; by default, all since the server last reported its state. */
export interface Again {
  /** From that state on, even if it was reported already; undefined: since the last report. */
  readonly since?: MailboxState | undefined;
  /** Only what happened to these messages; at any time, if `since` gives no time. */
  readonly uids?: UidSet;
}

/** What happened in a mailbox since its baseline. Without one, everything in it is new. */
export interface Changes {
  /** By what means this is known: for logs and tests. Nothing follows from it. */
  readonly rung: Rung;
  /** What the server said about the mailbox when it was selected. */
  readonly state: Observation;
  /**
   * UIDVALIDITY is not the baseline's, or UIDs do not last: the recorded ones mean nothing here, and everything is new.
   */
  readonly isAnew: boolean;
  /** Messages of the baseline that the server says are gone. Only a claim: it must be confirmed before anything follows from it. */
  readonly vanished: UidSet;
  /** The latest flags of messages of the baseline that changed, or may have; those of vanished messages are left out. */
  readonly changed: ReadonlyMap<number, FlagChange>;
  /** Messages from this UID on are new. */
  readonly firstNew: number;
  /** Further messages of the baseline whose flags may have changed: their former flags are unknown. */
  readonly uncertain: UidSet;
}

export interface Observing {
  readonly rung: Rung;
  readonly baseline: Baseline | undefined;
}

/**
 * The answer as the mailbox's view holds it, since there may be a million changes: it grows by what the server reports while
 * the mailbox is selected, and shrinks by what was dealt with.
 */
export class Observed implements Changes {
  readonly rung: Rung;
  /** The selected mailbox. */
  readonly view: MailboxView;
  readonly baseline: Baseline | undefined;
  /** The flags of the baseline's messages, as of the last time. */
  flagsBefore: KnownFlags | undefined;
  uncertain: UidSet = emptyUidSet;
  /** All flags as they are known now, if the rung looks at all of them. */
  flagsNow: KnownFlags | undefined;

  constructor(view: MailboxView, { rung, baseline }: Observing) {
    this.rung = rung;
    this.view = view;
    this.baseline = baseline;
  }

  get state(): Observation {
    return this.view.whenSelected;
  }

  get isAnew(): boolean {
    if (this.baseline === undefined) return false;
    return !this.view.hasStickyUids || this.baseline.state.uidValidity !== this.view.uidValidity;
  }

  get vanished(): UidSet {
    return this.isAnew ? emptyUidSet : this.view.pending.vanished;
  }

  get changed(): ReadonlyMap<number, FlagChange> {
    return this.isAnew ? new Map() : this.view.pending.changes;
  }

  get firstNew(): number {
    return this.isAnew ? 1 : (this.baseline?.state.uidNext ?? 1);
  }
}
