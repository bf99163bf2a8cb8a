// The status as a value: what a running process answers on its socket. `interimap --status --json` prints it with a few
// fields more, and interimap(1) documents all of them: names stay as they are. Times are ISO 8601 in UTC; mod-sequences
// are strings, because they exceed 2^53.

import type { PerSide, Side } from "../model/side.ts";
import type { Detection, LinkState, WatchState } from "../model/watch-state.ts";

export interface StatusDocument {
  /** Of the program that made the document. */
  readonly version: string;
  /** When it was made. */
  readonly at: string;
  readonly database: {
    readonly path: string;
    /** `outdated`: the next run upgrades it; until then its mailboxes are not shown. */
    readonly state: "missing" | "outdated" | "current";
  };
  /** Null when none runs. */
  readonly daemon: DaemonStatus | null;
  /** A run that is no daemon and is in progress. */
  readonly run: RunStatus | null;
  /** The last time that every mailbox was looked at, as far as the program that made the document knows. */
  readonly lastLook: LookStatus | null;
  /** In that look. */
  readonly mailboxesSkipped: readonly SkippedStatus[];
  /** Why the last run failed, if it did, and nobody is at work now. */
  readonly lastFailure?: FailureStatus | null;
  /** INBOX first, then by name. */
  readonly mailboxes: readonly MailboxStatus[];
  /** These lists are in the order of their mailboxes. */
  readonly refused: readonly RefusedStatus[];
  readonly waiting: readonly WaitingStatus[];
  readonly refusedChanges: readonly RefusedChangeStatus[];
}

export interface DaemonStatus {
  readonly pid: number;
  readonly startedAt: string;
  readonly activity: WatchState["activity"];
  readonly sides: PerSide<LinkStatus>;
  /** Looks at everything, and mailboxes synchronised, since the start. */
  readonly looks: number;
  readonly mailboxesSynchronised: number;
  /** Null while working. */
  readonly nextLookAt: string | null;
}

export interface RunStatus {
  readonly pid: number;
  readonly startedAt: string;
}

export interface LinkStatus {
  readonly state: LinkState["state"];
  /** Since when there is a connection, or none. */
  readonly since: string;
  readonly retryAt: string | null;
  readonly reason: string | null;
  readonly attention: Detection | null;
  /** Made since the start. */
  readonly connections: number;
}

export interface LookStatus {
  readonly at: string;
  readonly durationMs: number;
  /** Mailboxes and messages. */
  readonly skipped: number;
}

export interface FailureStatus {
  readonly at: string;
  /** As docs/errors.md lists them. */
  readonly code: string;
  readonly side: Side | null;
  readonly message: string;
}

export interface SkippedStatus {
  /** As in {@link MailboxStatus}; null when it cannot be read, or all of them are meant. */
  readonly mailbox: string | null;
  /** The server that is why. */
  readonly side: Side | null;
  readonly reason: string;
}

export interface MailboxStatus {
  /** UTF-8, `/` for the hierarchy delimiter. */
  readonly name: string;
  readonly subscribed: boolean;
  /** At the last checkpoint. */
  readonly messages: PerSide<number> | null;
  /** Messages known to be on both sides. */
  readonly mapped: number;
  readonly refused: number;
  /** Whether new messages wait, because the other server takes none for now. */
  readonly waiting: boolean;
  /** Messages that a server would not delete, and those whose flags it would not set. */
  readonly refusedDeletions: number;
  readonly refusedFlags: number;
  /** When something was last synchronised. */
  readonly synchronisedAt: string | null;
  /** A round was begun and did not end yet, or was interrupted. */
  readonly unfinished: boolean;
  readonly states: PerSide<StateStatus | null>;
}

export interface StateStatus {
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly highestModSeq: string;
}

export interface RefusedStatus {
  readonly mailbox: string;
  /** Where the message is. */
  readonly side: Side;
  readonly uid: number;
  /** Octets. */
  readonly size: number;
  readonly messageId: string | null;
  readonly reason: string;
  readonly attempts: number;
  readonly firstAttemptAt: string;
  readonly lastAttemptAt: string;
  /** Not before; in the past, as soon as the mailbox is looked at. */
  readonly nextAttemptAt: string;
}

/** New messages of a mailbox that are not copied for now. */
export interface WaitingStatus {
  readonly mailbox: string;
  /** Where the messages are; the other server takes none. */
  readonly side: Side;
  /** Those below it do not wait. */
  readonly firstUid: number;
  readonly reason: string;
  readonly since: string;
  readonly attempts: number;
  readonly nextAttemptAt: string;
}

/** What a server would not do with its messages: those that share all of it. */
export interface RefusedChangeStatus {
  readonly mailbox: string;
  /** The server that refused; the UIDs are its own. */
  readonly side: Side;
  readonly change: ChangeKind;
  /** As IMAP writes a set of them. */
  readonly uids: string;
  readonly messages: number;
  readonly reason: string;
  /** 0: there was no refusal, the server said that it was done. */
  readonly attempts: number;
  readonly firstAttemptAt: string;
  readonly lastAttemptAt: string;
  readonly nextAttemptAt: string;
}

/** `deletion`: the counterpart is gone, the message stays. `flags`: it has other flags than its counterpart. */
export type ChangeKind = "deletion" | "flags";
