// LIST with everything we want to know of every mailbox in one command (RFC 3501 6.3.8, RFC 5258, RFC 5819).

import { InterimapError } from "../../model/errors.ts";
import { listPatterns, type MayMatch } from "../../model/list-patterns.ts";
import type { Side } from "../../model/side.ts";
import { allDone } from "../../util/all-done.ts";
import { excerpt } from "../../util/printable.ts";
import { astring, atom, type CommandPart, line, listMailbox } from "../codec/write-command.ts";
import { stateItems } from "../mailbox/told-state.ts";
import type { ListResponse, MailboxStatusResponse, UnreadableResponse, UntaggedResponse } from "../responses.ts";
import type { Session } from "../session/session.ts";
import { statusIfAny } from "./mailbox.ts";

export interface ListQuery {
  /** RFC 5258 3.1, e.g. SUBSCRIBED. */
  readonly selectOptions: readonly string[];
  /** Raw octets. */
  readonly reference: string;
  /** Raw octets, with the server's own hierarchy delimiter. */
  readonly patterns: readonly string[];
}

export interface ListAnswer {
  readonly mailboxes: readonly ListResponse[];
  readonly statuses: readonly MailboxStatusResponse[];
  /** Mailboxes that were listed in lines nobody can make sense of. */
  readonly unreadable: readonly UnreadableResponse[];
}

/** More than any account has. */
const longestList = {
  mailboxes: 1_000_000,
  /** Of all names. */
  octets: 256 << 20,
};

/** How often a list is asked for again because changes were told in the middle of it. */
const attempts = 5;

/**
 * Lists mailboxes with their subscription and, where they can be selected, MESSAGES, UIDNEXT, UIDVALIDITY and HIGHESTMODSEQ.
 * A server that reports changes by itself (RFC 5465) does so with LIST responses, too, which have less in them. Those
 * that nobody asked for are left to the listener; where a name comes twice, or without the subscription that was asked for,
 * the list is asked for again.
 * @throws InterimapError PROTOCOL when the list has no end.
 */
export async function list(session: Session, query: ListQuery, longest = longestList): Promise<ListAnswer> {
  let answer = await listOnce(session, query, longest);
  for (let i = 1; i < attempts && session.isNotified && isMixed(answer, query); i++)
    answer = await listOnce(session, query, longest);
  return answer;
}

/** Whether changes were told in the middle of it. */
function isMixed({ mailboxes }: ListAnswer, { selectOptions }: ListQuery): boolean {
  if (new Set(mailboxes.map(({ name }) => name)).size < mailboxes.length) return true;
  const options = selectOptions.map((option) => option.toUpperCase());
  // RFC 5258 3.5: what has a subscription somewhere below it comes, too.
  if (!options.includes("SUBSCRIBED") || options.includes("RECURSIVEMATCH")) return false;
  const isSubscribed = ({ attributes }: ListResponse): boolean => attributes.some((one) => /^\\subscribed$/i.test(one));
  return mailboxes.some(isSubscribed) && !mailboxes.every(isSubscribed);
}

const anything: MayMatch = () => true;

/**
 * Whether a response may belong to the list, and not be told by a server that reports changes. What such a server reports of
 * a mailbox's state has no UIDVALIDITY in it (RFC 5465 5.2, 5.3).
 */
function isAskedFor(response: UntaggedResponse, session: Session, mayMatch: MayMatch): boolean {
  if (response.kind === "list") return response.oldName === undefined && mayMatch(response.name, response.delimiter);
  if (response.kind === "mailbox-status")
    return mayMatch(response.name, null) && !(session.isNotified && response.uidValidity === undefined);
  if (response.kind !== "unreadable") return false;
  if (response.about === "status" && session.isNotified) return response.name === undefined;
  return response.name === undefined || mayMatch(response.name, null);
}

async function listOnce(session: Session, query: ListQuery, longest: typeof longestList): Promise<ListAnswer> {
  const mailboxes: ListResponse[] = [];
  const statuses: MailboxStatusResponse[] = [];
  const options = query.selectOptions.map(atom);
  const unreadable: UnreadableResponse[] = [];
  let octets = 0;
  const withStatus = session.capabilities.has("LIST-STATUS");
  const hasUses = session.capabilities.has("SPECIAL-USE");
  const mayMatch = session.isNotified ? listPatterns(query) : anything;
  await session.run({
    name: "LIST",
    overlap: "any",
    parts: [
      ...line`LIST ${options.length > 0 ? line`(${spaced(options)}) ` : []}${astring(query.reference)} `,
      ...patternList(query.patterns),
      ...line` RETURN (SUBSCRIBED${hasUses ? line` SPECIAL-USE` : []}${withStatus ? line` STATUS (${stateItems(session.abilities)})` : []})`,
    ],
    claim: (response) => {
      if (!isAskedFor(response, session, mayMatch)) return false;
      if (response.kind === "list") mailboxes.push(response);
      else if (response.kind === "mailbox-status") statuses.push(response);
      else if (response.kind !== "unreadable") return false;
      else if (response.about === "list") unreadable.push(response);
      // That the state of its mailbox is not known is enough.
      else return response.about === "status";
      octets += sizeOf(response);
      const count = Math.max(mailboxes.length, statuses.length, unreadable.length);
      if (count > longest.mailboxes || octets > longest.octets) throw endlessList(session.side, longest);
      return true;
    },
  });
  if (withStatus) return { mailboxes, statuses, unreadable };
  const asked = await allDone(mailboxes.filter(isSelectable).map(({ name }) => statusIfAny(session, name)));
  return { mailboxes, statuses: asked.flatMap((one) => one ?? []), unreadable };
}

/** What is kept of it, in octets. */
function sizeOf(response: ListResponse | MailboxStatusResponse | UnreadableResponse): number {
  if (response.kind === "unreadable") return response.line.length + (response.name ?? "").length;
  const attributes = response.kind === "list" ? response.attributes : [];
  return attributes.reduce((sum, attribute) => sum + attribute.length, response.name.length);
}

function endlessList(side: Side, { mailboxes, octets }: typeof longestList): InterimapError {
  const most = `${String(mailboxes)} mailboxes, or ${String(octets >> 20)} MiB of names`;
  return new InterimapError("PROTOCOL", `the server's list of mailboxes has no end: more than ${most}`, { side });
}

function isSelectable({ attributes }: ListResponse): boolean {
  return !attributes.some((one) => /^\\(?:noselect|nonexistent)$/i.test(one));
}

function patternList(patterns: readonly string[]): CommandPart[] {
  const [only] = patterns;
  if (only !== undefined && patterns.length === 1) return [listMailbox(only)];
  return line`(${spaced(patterns.map(listMailbox))})`;
}

function spaced(parts: readonly CommandPart[]): CommandPart[] {
  return parts.flatMap((part, i) => (i === 0 ? [part] : line` ${part}`));
}

/**
 * Asks for the hierarchy delimiter below a reference; null in a flat name space (RFC 3501 6.3.8). The answer's name is
 * empty, or the root of the reference: all else is a change that the server reports by itself.
 * @throws InterimapError PROTOCOL when it cannot be read.
 */
export async function listDelimiter(session: Session, reference: string): Promise<string | null> {
  let delimiter: string | null = null;
  let odd: UnreadableResponse | undefined;
  const isRoot = (name: string): boolean => !session.isNotified || reference.startsWith(name);
  await session.run({
    name: "LIST",
    overlap: "any",
    parts: line`LIST ${astring(reference)} ""`,
    claim: (response) => {
      if (response.kind === "unreadable" && response.about === "list" && isRoot(response.name ?? "")) {
        odd = response;
        return true;
      }
      if (response.kind !== "list" || response.oldName !== undefined) return false;
      if (!isRoot(response.name) && response.name !== response.delimiter) return false;
      delimiter = response.delimiter;
      return true;
    },
  });
  if (odd !== undefined) throw unknownDelimiter(odd, session.side);
  return delimiter;
}

function unknownDelimiter({ line: sent }: UnreadableResponse, side: Side): InterimapError {
  return new InterimapError("PROTOCOL", `the server's hierarchy delimiter cannot be read: "${excerpt(sent)}"`, {
    side,
  });
}
