// What a server can say, typed. Produced by codec/, consumed by the session. No I/O.

import type { UidSet } from "../model/uid-set.ts";

/** A bracketed response code such as [APPENDUID 7 1:3]: name in upper case, the rest as raw text. */
export interface ResponseCode {
  readonly name: string;
  readonly text: string;
}

export interface TaggedResponse {
  readonly kind: "tagged";
  readonly tag: string;
  readonly status: "OK" | "NO" | "BAD";
  readonly code: ResponseCode | undefined;
  readonly text: string;
}

/** `+ text`: the server waits for a literal or for SASL data. */
export interface ContinuationResponse {
  readonly kind: "continuation";
  readonly text: string;
}

export interface StatusResponse {
  readonly kind: "status";
  readonly status: "OK" | "NO" | "BAD" | "BYE" | "PREAUTH";
  readonly code: ResponseCode | undefined;
  readonly text: string;
}

export interface CapabilityResponse {
  readonly kind: "capability";
  /** As sent, upper-cased. */
  readonly capabilities: readonly string[];
}

export interface EnabledResponse {
  readonly kind: "enabled";
  readonly capabilities: readonly string[];
}

export interface ListResponse {
  readonly kind: "list";
  /** With the leading backslash, as sent. */
  readonly attributes: readonly string[];
  /** null for a flat name space (NIL). */
  readonly delimiter: string | null;
  /** Raw octets, one character each (latin1). */
  readonly name: string;
  /** From LSUB (RFC 3501 7.2.3): the name is subscribed, whether there is a mailbox or not. */
  readonly isSubscription?: boolean;
  /** The name before a rename (RFC 5465 5.4), when the server reports one. */
  readonly oldName?: string;
}

export interface MailboxStatusResponse {
  readonly kind: "mailbox-status";
  /** Raw octets, one character each (latin1). */
  readonly name: string;
  readonly messages?: number;
  readonly uidNext?: number;
  readonly uidValidity?: number;
  readonly highestModSeq?: bigint;
  /** RFC 8474 4.3, where nothing else is told with it. */
  readonly mailboxId?: string;
}

export interface ExistsResponse {
  readonly kind: "exists";
  readonly count: number;
}

export interface ExpungeResponse {
  readonly kind: "expunge";
  readonly sequence: number;
}

/** RFC 7162 3.2.10 */
export interface VanishedResponse {
  readonly kind: "vanished";
  readonly earlier: boolean;
  readonly uids: UidSet;
}

export interface FlagsResponse {
  readonly kind: "flags";
  readonly flags: readonly string[];
}

export interface FetchResponse {
  readonly kind: "fetch";
  readonly sequence: number;
  readonly uid: number | undefined;
  /** As sent. */
  readonly flags: readonly string[] | undefined;
  /** {@link noModSeq} when the server said something that is none: it keeps no mod-sequence for the message. */
  readonly modSeq: bigint | undefined;
  /** As sent, without the quotes, and not checked, e.g. `" 1-Jan-2024 00:00:00 +0000"`. */
  readonly internalDate: string | undefined;
  /** RFC822.SIZE in octets; undefined also when it was none. */
  readonly size: number | undefined;
  /** BODY[] or BINARY[]; null when the server says NIL. */
  readonly body: Buffer | null | undefined;
  /** BODY[HEADER.FIELDS (…)], whichever fields were asked for, or BODY[HEADER]. */
  readonly headerFields: Buffer | null | undefined;
  /** BODY[]<n>, whatever n is; null when the server says NIL. */
  readonly part?: Buffer | null | undefined;
  /** Octets of literals that were larger than requested; their text is null. */
  readonly passedOver?: number;
  /** RFC 8514, as sent, without the quotes, and not checked. */
  readonly saveDate?: string;
  /** X-GM-LABELS of Gmail: the list as sent, without the brackets around it; not when a literal is in it. */
  readonly labels?: string;
}

/**
 * A line whose contents are not clear. What it is about is unknown from then on: a message if it has a UID, a mailbox if it
 * has a name, else whatever is selected. `unknown`: not even its kind is clear.
 */
export interface UnreadableResponse {
  readonly kind: "unreadable";
  readonly about: "fetch" | "vanished" | "exists" | "expunge" | "flags" | "list" | "status" | "unknown";
  readonly uid?: number;
  /** Raw octets, one character each (latin1). Of a LIST line: what it most probably is. */
  readonly name?: string;
  /** The name as it may be shown, where that is another. */
  readonly shownName?: string;
  /** The beginning of the line, without what may be part of a message; to be made safe before it is shown. */
  readonly line: string;
  /** Of a FETCH response: it ends in the middle of a message, whose text may go on in the lines that follow. */
  readonly isCut?: true;
  /** The line before it ends in the marker of a literal, where none can be: this is most probably that literal. */
  readonly isRest?: true;
}

/** Anything we did not ask for and have no use for; kept so that nothing is dropped silently. */
export interface OtherResponse {
  readonly kind: "other";
  /** E.g. `SEARCH`, `NAMESPACE`, upper-cased. */
  readonly name: string;
  readonly line: string;
}

export type UntaggedResponse =
  | StatusResponse
  | CapabilityResponse
  | EnabledResponse
  | ListResponse
  | MailboxStatusResponse
  | ExistsResponse
  | ExpungeResponse
  | VanishedResponse
  | FlagsResponse
  | FetchResponse
  | UnreadableResponse
  | OtherResponse;

export type Response = TaggedResponse | ContinuationResponse | UntaggedResponse;
