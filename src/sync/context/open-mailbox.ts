// A mailbox while it is being synchronised: what its worker and the steps of the work share.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import type { Observed } from "../../mail/observe/changes.ts";
import type { FlagSet } from "../../model/flags.ts";
import type { MailboxState, Observation, Recorded } from "../../model/mailbox-state.ts";
import type { MessageSizes } from "../../model/message-sizes.ts";
import type { PerSide, Side } from "../../model/side.ts";
import type { UidSet } from "../../model/uid-set.ts";
import type { PrintedPair } from "../../state/fingerprints.ts";
import type { FlagLedger } from "../flags/flag-ledger.ts";
import type { RunContext } from "./run-context.ts";

/** Everything a mailbox's worker needs; one such value a mailbox. */
export interface MailboxWork extends RunContext {
  readonly idx: number;
  readonly name: string;
  readonly wireNames: PerSide<string>;
  /** Undefined before the first synchronisation. */
  readonly before: PerSide<MailboxState | undefined>;
  /** What LIST said; undefined when it did not. */
  readonly listed: PerSide<MailboxState | undefined>;
  readonly sessions: PerSide<Channel>;
  /** The floors of the interruption marker that was set for this round, once that is on the disk. */
  readonly marked?: PerSide<number> | undefined;
  /** Waits that many ms; by the clock unless given. */
  readonly pause?: (ms: number, stop: AbortSignal) => Promise<unknown>;
  /** See {@link isRubbish}. */
  readonly isRubbish: boolean;
  /** Compare everything with what is recorded, and mend that, instead of trusting it. */
  readonly repairs: boolean;
}

/** A mailbox being worked on: both sides have it selected. */
export interface OpenMailbox extends MailboxWork {
  readonly observed: PerSide<Observed>;
  /** Those of `observed`. */
  readonly views: PerSide<MailboxView>;
  readonly flags: PerSide<FlagLedger>;
  /** What was recorded at the last checkpoint, if that was the end of a round, and is to be believed. */
  recorded: PerSide<Recorded | undefined>;
  before: PerSide<MailboxState | undefined>;
  /** That side's UIDs last as long as the connection, if at all. */
  readonly isUnstable: PerSide<boolean>;
  /** The messages under the recorded UIDs of that side may be others by now. */
  readonly isDoubtful: Record<Side, boolean>;
  /** The floors of the marker that an earlier round left behind. */
  readonly interrupted: PerSide<number> | undefined;
  /** That round was cut short: from its floors on, what a server altered when it took it is a copy, too. */
  readonly wasInterrupted: boolean;
  /**
   * The original program left it so: the marker goes back to the first message, because nothing says where there may be
   * copies that it did not record. What it did record is believed, and below UIDNEXT not compared.
   */
  readonly isTakenOver: boolean;
  marked: PerSide<number> | undefined;
  /** Something was changed on a server in this round. */
  hasProgressed: boolean;
  /** What was asked for together with SELECT, if anything was; for the first who needs it. */
  readonly prefetched: Record<Side, Prefetched | undefined>;
  readonly sample: Sample | undefined;
  /** Of copies whose flags are being read back: to be waited for before a round is over. */
  readonly readBacks: Promise<void>[];
  /** Of messages, to be told together at the end. */
  readonly refusals: MessageRefusal[];
  /** What each side is known to hold at or above its UIDNEXT of the last checkpoint, our own copies included. */
  readonly progress: PerSide<Progress>;
}

/** What was reported about messages that were new by what LIST said. */
export interface Prefetched {
  readonly uids: UidSet;
  /** Undefined when they could not be had. */
  readonly sizes: Promise<MessageSizes | undefined>;
  /** Asked for when both sides have such messages. */
  readonly identities?: Promise<readonly MessageIdentity[] | undefined>;
}

/** What was reported about a few messages that are recorded. */
export interface Sample {
  readonly rows: readonly PrintedPair[];
  /** Undefined when they could not be had. */
  readonly found: PerSide<Promise<readonly MessageIdentity[] | undefined>>;
}

/** `target` refused the other side's message. */
export interface MessageRefusal {
  readonly target: Side;
  readonly sourceUid: number;
  readonly reason: string;
}

/** What was appended, and under which UID the server says it is. */
export interface Placed {
  readonly sourceUid: number;
  readonly uid: number;
}

export interface FlaggedCopy extends Placed {
  readonly flags: FlagSet;
}

export interface Progress {
  /** Every message below has been looked at. */
  floor: number;
  /** UIDs at or above the floor that have a mapping: copies of ours, and what was copied. */
  mapped: UidSet;
  /** UIDs that the server told for copies in this round. */
  copied: UidSet;
  /** UIDNEXT when it was selected: what is appended gets a UID from there on. */
  readonly nextUid: number;
  /** What the server said when it last told its state. */
  observed: Observation;
  /** The server does not report all changes, as far as is known now: see mod-seq-doubt.ts. */
  hidesChanges: boolean;
  /** And will go on so, as far as can be seen. */
  isStuck: boolean;
  /** Something was found in this run that had not been told. */
  hasUntold: boolean;
  /** Mod-sequences of some messages were asked for, because HIGHESTMODSEQ is so low. */
  isProbed: boolean;
  /** Messages of this side that the other one took without telling the UIDs of the copies. */
  unnamed: UidSet;
  /** Messages that were appended here, and that the server says it had before, with their UIDs here. */
  readonly hadBefore: Placed[];
  /** Copies here that did not answer when their flags were read back. */
  readonly silent: FlaggedCopy[];
  /** The server told UIDs for copies that are not theirs. */
  areCopiesDoubted: boolean;
  /** How many messages there were when the server last told its state. */
  counted: number;
  /** How many of them it does not report. */
  untold: number;
  /** Something was changed, or may have been, since then. */
  isTouched: boolean;
  /** Copies that were made without a date, because the other side's messages have none that can be sent. */
  undated: number;
  /** The server left flags as they were, because they had changed meanwhile. */
  isContested: boolean;
  /** How many messages vanished since then. */
  lost: number;
  /** Messages that the server reported as vanished, and that are there. */
  refuted: UidSet;
  /** Messages the other server refused in an earlier run. */
  readonly refused: Set<number>;
  /** Those of them, at the beginning, for which it was time to be offered once more. */
  due: UidSet;
  /** Messages that were found at or above UIDNEXT, and are new. */
  strays: UidSet;
  /** Messages here, from this UID on, that wait until the other server takes any. Undefined: there are none. */
  wait: { readonly firstUid: number; readonly attempts: number; readonly isOver: boolean } | undefined;
  /** Messages were deleted here since that was last looked at. */
  hasShrunk: boolean;
  /** Messages here that the server will not delete, though their counterparts are gone. */
  undeletable: UidSet;
  /** Messages here whose flags the server would not set. */
  unflaggable: UidSet;
  /** Of all these, at the beginning, those for which it was time to ask again. */
  readonly dueChanges: UidSet;
  /** Flags that were kept from this side in earlier runs, because it could not keep them. */
  unkept: FlagSet;
  /** Messages whose flags were asked for again and not refused. */
  settled: UidSet;
}

/**
 * Below which UID there may be messages. UIDNEXT never goes back (RFC 3501 2.3.1.1), so what LIST said a moment ago holds, if
 * SELECT says less. Not to be recorded: told too high, it would hide what comes.
 */
export function uidLimit({ views, listed }: Pick<OpenMailbox, "views" | "listed">, side: Side): number {
  const { uidValidity, uidNext } = views[side];
  const before = listed[side];
  return before?.uidValidity === uidValidity ? Math.max(uidNext, before.uidNext) : uidNext;
}

/** From the side that has the messages to the one that is to get them. */
export interface Direction {
  readonly source: Side;
  readonly target: Side;
}
