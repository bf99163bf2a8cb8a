// What a transfer asks its caller, and reports to it. The transfer itself remembers nothing, and does not know why messages
// are copied.

import type { FetchedMessage } from "../../imap/verbs/fetch.ts";
import type { FlagSet } from "../../model/flags.ts";
import type { UidSet } from "../../model/uid-set.ts";

/** A message that the target did not take, or the source did not give. */
export interface MessageRefusal {
  readonly uid: number;
  /** Who refuses: the server, or we, if a message is not fit to be sent. */
  readonly by: "source" | "target" | "us";
  /** In octets. */
  readonly size: number;
  readonly messageId: string | undefined;
  /** The server's words, or ours. */
  readonly reason: string;
}

/** A message and the UID of its copy. */
export interface Copy {
  readonly message: FetchedMessage;
  readonly uid: number;
}

/** Flags that the target did not take together with their message. */
export interface FlagsRefused {
  /** Of the copy; empty if the server did not report it. */
  readonly uids: UidSet;
  readonly keywords: FlagSet;
  readonly reason: string;
}

/** A batch whose transfer ended with an error. */
export interface Failure {
  readonly uids: readonly number[];
  readonly octets: number;
  readonly error: unknown;
  /** It was transferred alone, because it has killed a connection before. */
  readonly isSuspect: boolean;
  /** No batch before it failed: answers come in order, so if any message is to blame, it is in here. */
  readonly isFirst: boolean;
  /** Of a message that was alone in its batch. */
  readonly messageId: string | undefined;
}

export interface TransferHooks {
  /** Changes messages on their way, in the same order; those that are left out are not copied. */
  readonly prepare?: (messages: readonly FetchedMessage[]) => Promise<readonly FetchedMessage[]>;
  /** Which flags of a message its copy gets. */
  readonly acceptFlags: (flags: FlagSet) => FlagSet;
  /** These flags without keywords that are new to the target; undefined: another attempt is not worth it. */
  readonly withoutNewKeywords: (flags: FlagSet) => FlagSet | undefined;
  /** Called before messages are sent: a program that is killed can note nothing later. */
  readonly sending: (uids: UidSet) => void;
  /** They were sent, and did not take effect, because we ended the command. */
  readonly withdrawn: (uids: UidSet) => void;
  readonly flagsRefused: (refused: FlagsRefused) => void;
  /**
   * The target took these. UIDs are in the order of the messages; undefined if the server did not report them.
   * @throws InterimapError when the UIDs cannot be theirs.
   */
  readonly copied: (messages: readonly FetchedMessage[], uids: readonly number[] | undefined) => void;
  /** A batch, or a part of one, is done: all of its copies whose UIDs are known. */
  readonly appended: (copies: readonly Copy[]) => void;
  readonly refused: (refusal: MessageRefusal) => void;
  /** The source has left these out. `absent`: a search has not found these of them; the others were not looked for. */
  readonly undelivered: (uids: UidSet, absent: UidSet) => Promise<void>;
  readonly failed: (failure: Failure) => void;
}
