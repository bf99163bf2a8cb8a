// A mailbox while it is being synchronised: what its worker and the steps of the work share.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import type { Observed } from "../../mail/observe/changes.ts";
import type { FlagSet } from "../../model/flags.ts";
import type { Listed, MailboxState, Observation, Recorded } from "../../model/mailbox-state.ts";
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
  /** What LIST reported; undefined if it reported nothing. */
  readonly listed: PerSide<Listed | undefined>;
  readonly sessions: PerSide<Channel>;
  /** The floors of the marker that was set for this round, once it is on the disk. */
  readonly marked?: PerSide<number> | undefined;
  /** Waits that many ms; by the real clock unless given. */
  readonly pause?: (ms: number, stop: AbortSignal) => Promise<unknown>;
  /** See {@link isRubbish}. */
  readonly isRubbish: boolean;
  /** Compare everything with the records and correct them, instead of trusting them. */
  readonly repairs: boolean;
}

/** A mailbox being worked on: both sides have it selected. */
export interface OpenMailbox extends MailboxWork {
  readonly observed: PerSide<Observed>;
  /** Those of `observed`. */
  readonly views: PerSide<MailboxView>;
  readonly flags: PerSide<FlagLedger>;
  /** What was recorded at the last checkpoint, if that ended a round and can be believed. */
  recorded: PerSide<Recorded | undefined>;
  before: PerSide<MailboxState | undefined>;
  /** The UIDs of that side are valid for this connection only, if at all. */
  readonly isUnstable: PerSide<boolean>;
  /** The recorded UIDs of that side may belong to other messages by now. */
  readonly isDoubtful: Record<Side, boolean>;
  /** The floors of the marker that an earlier round left behind. */
  readonly interrupted: PerSide<number> | undefined;
  /**
   * That round was cut short. From its floors on, a message that a server altered when it stored it may be a copy, too.
   */
  readonly wasInterrupted: boolean;
  /**
   * The original program left this marker: it goes back to the first message, because nothing tells where there may be copies
   * that it did not record. What it did record is believed, and not compared below UIDNEXT.
   */
  readonly isTakenOver: boolean;
  marked: PerSide<number> | undefined;
  /** Something was changed on a server in this round. */
  hasProgressed: boolean;
  /** What was asked together with SELECT, if anything; for the first step that needs it. */
  readonly prefetched: Record<Side, Prefetched | undefined>;
  readonly sample: Sample | undefined;
  /** Pending reads of the flags of copies; a round waits for them before it ends. */
  readonly readBacks: Promise<void>[];
  /** Counted per message, to be reported together at the end. */
  readonly refusals: MessageRefusal[];
  /** What each side is known to hold at or above the UIDNEXT of its last checkpoint, our own copies included. */
  readonly progress: PerSide<Progress>;
}

/** What was reported about messages that were new according to LIST. */
export interface Prefetched {
  readonly uids: UidSet;
  /** Undefined when they could not be had. */
  readonly sizes: Promise<MessageSizes | undefined>;
  /** Asked only if both sides have such messages. */
  readonly identities?: Promise<readonly MessageIdentity[] | undefined>;
}

/** What was reported about a few recorded messages. */
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

/** What was appended, and the UID that the server reported for it. */
export interface Placed {
  readonly sourceUid: number;
  readonly uid: number;
}

export interface FlaggedCopy extends Placed {
  readonly flags: FlagSet;
}

export interface Progress {
  /** Every message below it has been examined. */
  floor: number;
  /** UIDs at or above the floor that have a mapping: our copies, and what was copied from here. */
  mapped: UidSet;
  /** UIDs that the server reported for copies in this round. */
  copied: UidSet;
  /** UIDNEXT when the mailbox was selected: appended messages get UIDs from there on. */
  readonly nextUid: number;
  /** The state that the server last reported. */
  observed: Observation;
  /** The server does not report all changes, as far as known so far: see mod-seq-doubt.ts. */
  hidesChanges: boolean;
  /** And this will probably stay so. */
  isStuck: boolean;
  /** This run found something that had not been reported. */
  hasUntold: boolean;
  /** The mod-sequences of some messages were asked for, because HIGHESTMODSEQ is so low. */
  isProbed: boolean;
  /** Messages of this side that the other side stored without reporting the UIDs of the copies. */
  unnamed: UidSet;
  /** Messages that were appended here and that the server says it already had, with their UIDs here. */
  readonly hadBefore: Placed[];
  /** Copies here that were not found when their flags were read back. */
  readonly silent: FlaggedCopy[];
  /** The server reported wrong UIDs for copies. */
  areCopiesDoubted: boolean;
  /** The number of messages when the server last reported its state. */
  counted: number;
  /** How many of them the server counts but does not list. */
  untold: number;
  /** Something has been changed since then, or may have been. */
  isTouched: boolean;
  /** Copies that were made without a date, because the originals have none that can be sent. */
  undated: number;
  /** The server did not set flags, because somebody had changed them meanwhile. */
  isContested: boolean;
  /** How many messages have vanished since then. */
  lost: number;
  /** Messages that the server wrongly reported as vanished. */
  refuted: UidSet;
  /** Messages that the other server refused in an earlier run. */
  readonly refused: Set<number>;
  /** Those of them that were due to be offered again at the beginning. */
  due: UidSet;
  /** New messages that were found at or above UIDNEXT. */
  strays: UidSet;
  /** From this UID on, messages here wait until the other server accepts any. Undefined: none wait. */
  wait: { readonly firstUid: number; readonly attempts: number; readonly isOver: boolean } | undefined;
  /** Messages have been deleted here since this was last examined. */
  hasShrunk: boolean;
  /** Messages here that the server refuses to delete, though their counterparts are gone. */
  undeletable: UidSet;
  /** Messages here whose flags the server refuses to set. */
  unflaggable: UidSet;
  /** Those of all these that were due to be tried again at the beginning. */
  readonly dueChanges: UidSet;
  /** Flags that this side did not get in earlier runs, because it could not keep them. */
  unkept: FlagSet;
  /** Messages whose flags were offered again and not refused. */
  settled: UidSet;
}

/**
 * An upper bound for UIDs. UIDNEXT never goes back (RFC 3501 2.3.1.1), so if SELECT reports less than LIST did a moment ago,
 * LIST counts. Do not record it: if it is too high, it would hide new messages.
 */
export function uidLimit({ views, listed }: Pick<OpenMailbox, "views" | "listed">, side: Side): number {
  const { uidValidity, uidNext } = views[side];
  const before = listed[side];
  return before?.uidValidity === uidValidity ? Math.max(uidNext, before.uidNext) : uidNext;
}

/** From the side that has the messages to the side that is to get them. */
export interface Direction {
  readonly source: Side;
  readonly target: Side;
}
