// A command as data: what it puts on the wire, what it expects back, and what it must not overlap with.

import type { TakeFlags } from "./codec/flag-lines.ts";
import type { CommandPart } from "./codec/write-command.ts";
import type { MailboxView } from "./mailbox/mailbox-view.ts";
import type { TaggedResponse, UntaggedResponse } from "./responses.ts";

/**
 * What a command needs and does, as far as overlapping with others is concerned.
 *
 * - `alone`: changes what follows on the connection (STARTTLS, AUTHENTICATE): nothing before or after it in flight.
 * - `last`: may follow others in flight, but nothing may follow it until it is answered (COMPRESS).
 * - `select`: changes the selected mailbox.
 * - `selected`: reads the selected mailbox.
 * - `changing`: changes what is in the selected mailbox.
 * - `any`: independent of all that.
 */
export type Overlap = "alone" | "last" | "select" | "selected" | "changing" | "any";

/** Whether an APPEND whose end was held back is to take effect, or to fail without any effect at the server. */
export type Turn = "go" | "withdraw";

export interface Command {
  /** For people and for the log: `UID FETCH`, `APPEND`. */
  readonly name: string;
  readonly overlap: Overlap;
  /**
   * For a `select`: receives what is reported about the mailbox. Undefined if nobody is interested, or none is selected.
   */
  readonly opens?: MailboxView;
  /**
   * For a `select`: no mailbox is selected afterwards, and its answer separates responses about the one before from all that
   * follow.
   */
  readonly divides?: true;
  /**
   * For a `selected` or `changing` command: the mailbox it is meant for; undefined: the only one ever selected here.
   */
  readonly view?: MailboxView | undefined;
  /** The whole command after its tag, name included. */
  readonly parts: readonly CommandPart[];
  /**
   * Offered every untagged response that arrives while the command is in flight; true when the response was this
   * command's and is thereby taken. Only one command of a kind may claim a given response.
   */
  readonly claim?: (response: UntaggedResponse) => boolean;
  /** Like `claim`, for responses with flags of a message and nothing else. It may leave any of them to `claim`. */
  readonly claimFlags?: TakeFlags | undefined;
  /** How many octets of literals the answers may have in all; unless given, 64 KiB in each literal. */
  readonly brings?: number;
  /**
   * Holds back the line end, and with it the command's effect, until it resolves; it must not reject. Other commands on
   * the connection wait as well.
   */
  readonly turn?: Promise<Turn>;
  /** Called with the tagged response, before anything that follows it on the connection is read. */
  readonly onAnswered?: (answer: TaggedResponse) => void;
  /**
   * Answers `+` with a line: SASL data, which are never logged. Or later with the line that ends the command (IDLE): until
   * then the server may be silent for as long as it likes. Undefined: there is nothing to answer.
   */
  readonly answerChallenge?: (challenge: string) => string | Promise<string> | undefined;
  /** A line of ours that came later does not end the command: more may be asked for (SASL). */
  readonly isDialogue?: true;
}

/** Whether the server reports that it leaves a mailbox (RFC 7162 3.2.11); the first SELECT that leaves one shows it. */
export type ClosedHabit = "unknown" | "told" | "missing";

/** The commands in flight, counted by kind. */
export interface InFlightKinds {
  readonly total: number;
  /** `alone` and `last`. */
  readonly exclusive: number;
  /** `select`. */
  readonly selecting: number;
  /** Commands that leave a mailbox for another one. */
  readonly leaving: number;
  /** `selected` and `changing`. */
  readonly inMailbox: number;
  /** Commands that do not name their mailbox, though they have one: see {@link saysWhere}. */
  readonly vague: number;
}

export interface Leaving {
  readonly closed?: ClosedHabit;
  readonly leaves?: boolean;
}

/**
 * Whether a command may be written while others await their tagged responses. RFC 3501 5.5 forbids overlapping commands
 * whose results would depend on the order in which the server runs them; it makes servers run such ones in the order in
 * which they were sent, though. So mailboxes may be read one after the other without a pause, as long as each command says
 * which one it means, and the server where the responses of one end and those of the next begin ([CLOSED] of RFC 7162
 * 3.2.11). Until it is known whether it does, one mailbox is left at a time; if it does not, an UNSELECT between two mailboxes
 * divides them as well. But nothing is changed before the server has confirmed that the right mailbox is selected.
 * `leaves`: the command is a SELECT that leaves one mailbox for another.
 */
export function mayOverlap(
  next: Command,
  inFlight: InFlightKinds,
  { closed = "told", leaves = false }: Leaving = {},
): boolean {
  if (next.overlap === "alone") return inFlight.total === 0;
  if (inFlight.exclusive > 0) return false;
  switch (next.overlap) {
    case "select":
      if (closed === "missing" && (leaves || !saysWhere(next))) return inFlight.selecting + inFlight.inMailbox === 0;
      return inFlight.vague === 0 && (closed === "told" || inFlight.leaving === 0);
    case "changing":
      return inFlight.selecting === 0;
    case "selected":
      if (inFlight.selecting === 0) return true;
      return saysWhere(next) && (closed !== "missing" || inFlight.leaving + inFlight.vague === 0);
    default:
      return true;
  }
}

export function saysWhere({ overlap, opens, divides, view }: Command): boolean {
  if (overlap === "select") return opens !== undefined || divides === true;
  return (overlap !== "selected" && overlap !== "changing") || view !== undefined;
}
