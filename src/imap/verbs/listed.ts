// What servers list, gathered from the responses to several commands.

import { InterimapError } from "../../model/errors.ts";
import { listPatterns, type MayMatch } from "../../model/list-patterns.ts";
import type { ServerLimits } from "../../model/server-limits.ts";
import type { Side } from "../../model/side.ts";
import { asLimit } from "../../model/vocabulary.ts";
import { inUnits } from "../../util/octets.ts";
import type { ListResponse, MailboxStatusResponse, UnreadableResponse, UntaggedResponse } from "../responses.ts";
import type { Session } from "../session/session.ts";

export interface ListQuery {
  /** RFC 5258 3.1, e.g. SUBSCRIBED. */
  readonly selectOptions: readonly string[];
  /** Raw octets. */
  readonly reference: string;
  /** Raw octets, with the server's own hierarchy delimiter. */
  readonly patterns: readonly string[];
  /** Names and attributes are all that matters. */
  readonly withoutStates?: boolean;
}

export interface ListAnswer {
  readonly mailboxes: readonly ListResponse[];
  readonly statuses: readonly MailboxStatusResponse[];
  /** Mailboxes that were listed in lines nobody can make sense of. */
  readonly unreadable: readonly UnreadableResponse[];
}

export interface LongestList {
  readonly mailboxes: number;
  /** Of all names. */
  readonly octets: number;
}

/** For so many mailboxes. */
export function longestList({ mailboxes }: Pick<ServerLimits, "mailboxes">): LongestList {
  return { mailboxes, octets: Math.max(mailboxes * 256, 1 << 20) };
}

/** Cyrus reads these as parts of a regular expression, and where that is none, ends the connection: a pattern like `{5}`. */
const misread = /[{|]/;

/** A pattern for LIST that every server understands. It may match more: what was not asked for, {@link Listed} leaves out. */
export function sendablePattern(pattern: string): string {
  return pattern.replace(new RegExp(misread, "g"), "%");
}

const anything: MayMatch = () => true;

/** Takes the responses that may belong to a list. Those that nobody asked for are left to the listener. */
export class Listed implements ListAnswer {
  readonly mailboxes: ListResponse[] = [];
  /** Of LSUB. */
  readonly subscriptions: ListResponse[] = [];
  readonly statuses: MailboxStatusResponse[] = [];
  readonly unreadable: UnreadableResponse[] = [];
  readonly #session: Session;
  readonly #mayMatch: MayMatch;
  readonly #longest: LongestList;
  #octets = 0;

  constructor(session: Session, query: ListQuery, longest: LongestList) {
    this.#session = session;
    const isWider = query.patterns.some((pattern) => misread.test(pattern));
    this.#mayMatch = session.isNotified || isWider ? listPatterns(query) : anything;
    this.#longest = longest;
  }

  /** @throws InterimapError PROTOCOL when the list has no end. */
  readonly claim = (response: UntaggedResponse): boolean => {
    if (!this.#isAskedFor(response)) return false;
    if (response.kind !== "list" && response.kind !== "mailbox-status" && response.kind !== "unreadable") return false;
    // That the state of its mailbox is not known is enough.
    if (response.kind === "unreadable" && response.about !== "list") return response.about === "status";
    const count = this.#keep(response);
    this.#octets += sizeOf(response);
    const { mailboxes, octets } = this.#longest;
    if (count > mailboxes || this.#octets > octets) throw endlessList(this.#session.side, this.#longest);
    return true;
  };

  /** Returns how many there are of its kind. */
  #keep(response: ListResponse | MailboxStatusResponse | UnreadableResponse): number {
    if (response.kind === "mailbox-status") return this.statuses.push(response);
    if (response.kind === "unreadable") return this.unreadable.push(response);
    return (response.isSubscription === true ? this.subscriptions : this.mailboxes).push(response);
  }

  /**
   * Whether a response may belong to the list, and not be told by a server that reports changes. What such a server reports
   * of a mailbox's state has no UIDVALIDITY in it (RFC 5465 5.2, 5.3).
   */
  #isAskedFor(response: UntaggedResponse): boolean {
    const { isNotified } = this.#session;
    if (response.kind === "list")
      return response.oldName === undefined && this.#mayMatch(response.name, response.delimiter);
    if (response.kind === "mailbox-status")
      return this.#mayMatch(response.name, null) && !(isNotified && response.uidValidity === undefined);
    if (response.kind !== "unreadable") return false;
    if (response.about === "status" && isNotified) return response.name === undefined;
    return response.name === undefined || this.#mayMatch(response.name, null);
  }
}

/** What is kept of it, in octets. */
function sizeOf(response: ListResponse | MailboxStatusResponse | UnreadableResponse): number {
  if (response.kind === "unreadable") return response.line.length + (response.name ?? "").length;
  const attributes = response.kind === "list" ? response.attributes : [];
  return attributes.reduce((sum, attribute) => sum + attribute.length, response.name.length);
}

function endlessList(side: Side, { mailboxes, octets }: LongestList): InterimapError {
  const most = `${mailboxes} mailboxes, or ${inUnits(octets)} of names`;
  const setting = asLimit("max-mailboxes");
  return new InterimapError("PROTOCOL", `the server's list of mailboxes has no end: more than ${most}`, {
    side,
    ...(setting === undefined ? {} : { hint: `if there are more, raise ${setting}` }),
  });
}
