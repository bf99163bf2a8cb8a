// LIST with everything we want to know of every mailbox in one command (RFC 3501 6.3.8, RFC 5258, RFC 5819).

import { allDone } from "../../model/all-done.ts";
import { InterimapError } from "../../model/errors.ts";
import { excerpt } from "../../model/printable.ts";
import type { Side } from "../../model/side.ts";
import { astring, atom, line, listMailbox, type CommandPart } from "../codec/write-command.ts";
import type { ListResponse, MailboxStatusResponse, UnreadableResponse } from "../responses.ts";
import type { Session } from "../session.ts";
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
 * Lists mailboxes with their subscription and, where they can be selected, UIDVALIDITY, UIDNEXT and HIGHESTMODSEQ.
 * A server that tells of changes by itself (RFC 5465) does so with LIST responses, too, which have less in them; where a
 * name comes twice, what was asked for is not to be told from that.
 * @throws InterimapError PROTOCOL when the list has no end.
 */
export async function list(session: Session, query: ListQuery, longest = longestList): Promise<ListAnswer> {
  let answer = await listOnce(session, query, longest);
  for (let i = 1; i < attempts && session.isNotified && repeatsName(answer); i++)
    answer = await listOnce(session, query, longest);
  return answer;
}

function repeatsName({ mailboxes }: ListAnswer): boolean {
  return new Set(mailboxes.map(({ name }) => name)).size < mailboxes.length;
}

async function listOnce(session: Session, query: ListQuery, longest: typeof longestList): Promise<ListAnswer> {
  const mailboxes: ListResponse[] = [];
  const statuses: MailboxStatusResponse[] = [];
  const options = query.selectOptions.map(atom);
  const unreadable: UnreadableResponse[] = [];
  let octets = 0;
  const withStatus = session.capabilities.has("LIST-STATUS");
  const hasUses = session.capabilities.has("SPECIAL-USE");
  await session.run({
    name: "LIST",
    overlap: "any",
    parts: [
      ...line`LIST ${options.length > 0 ? line`(${spaced(options)}) ` : []}${astring(query.reference)} `,
      ...patternList(query.patterns),
      ...line` RETURN (SUBSCRIBED${hasUses ? line` SPECIAL-USE` : []}${withStatus ? line` STATUS (UIDVALIDITY UIDNEXT HIGHESTMODSEQ)` : []})`,
    ],
    claim: (response) => {
      if (response.kind === "list" && response.oldName === undefined) mailboxes.push(response);
      else if (response.kind === "mailbox-status") statuses.push(response);
      else if (response.kind !== "unreadable") return false;
      else if (response.about === "list") unreadable.push(response);
      // That the state of its mailbox is not known is enough.
      else return response.about === "status";
      octets += response.kind === "unreadable" ? response.line.length : response.name.length;
      const count = Math.max(mailboxes.length, statuses.length, unreadable.length);
      if (count > longest.mailboxes || octets > longest.octets) throw endlessList(session.side, longest);
      return true;
    },
  });
  if (withStatus) return { mailboxes, statuses, unreadable };
  const asked = await allDone(mailboxes.filter(isSelectable).map(({ name }) => statusIfAny(session, name)));
  return { mailboxes, statuses: asked.flatMap((one) => one ?? []), unreadable };
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
 * Asks for the hierarchy delimiter below a reference; null in a flat name space (RFC 3501 6.3.8).
 * @throws InterimapError PROTOCOL when it cannot be read.
 */
export async function listDelimiter(session: Session, reference: string): Promise<string | null> {
  let delimiter: string | null = null;
  let odd: UnreadableResponse | undefined;
  await session.run({
    name: "LIST",
    overlap: "any",
    parts: line`LIST ${astring(reference)} ""`,
    claim: (response) => {
      if (response.kind === "unreadable" && response.about === "list") {
        odd = response;
        return true;
      }
      if (response.kind !== "list") return false;
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
