// The mailboxes of a server with their subscription and state, by whatever the server offers for that.

import { InterimapError } from "../../model/errors.ts";
import type { Side } from "../../model/side.ts";
import { atMost } from "../../util/at-most.ts";
import { excerpt } from "../../util/printable.ts";
import { astring, line } from "../codec/write-command.ts";
import type { ListResponse, UnreadableResponse } from "../responses.ts";
import type { Session } from "../session/session.ts";
import { whereOffered } from "../step-down.ts";
import { listExtended } from "./list-extended.ts";
import { canDoWithout, listPlain, mostInFlight } from "./list-plain.ts";
import { type ListAnswer, Listed, type ListQuery, type LongestList, longestList } from "./listed.ts";
import { statusIfAny } from "./mailbox.ts";
import { selectListed } from "./plain-selection.ts";

/** How often a list is asked for again because changes were told in the middle of it. */
const attempts = 5;

/**
 * Lists mailboxes with their subscription and, where they can be selected, MESSAGES, UIDNEXT, UIDVALIDITY and HIGHESTMODSEQ.
 * A server that reports changes by itself (RFC 5465) does so with LIST responses, too, which have less in them. Where a
 * name comes twice, or without the subscription that was asked for, the list is asked for again.
 * @throws InterimapError PROTOCOL when the list has no end, CAPABILITY_MISSING when the select options need an extension.
 */
export async function list(
  session: Session,
  query: ListQuery,
  longest = longestList(session.limits),
): Promise<ListAnswer> {
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

async function listOnce(session: Session, query: ListQuery, longest: LongestList): Promise<ListAnswer> {
  const extended = async (withStatus: boolean): Promise<ListAnswer> => {
    const listed = new Listed(session, query, longest);
    await listExtended(session, query, { listed, withStatus });
    return withStatus || query.withoutStates === true ? listed : withStates(session, listed);
  };
  const plain = async (): Promise<ListAnswer> => {
    const listed = new Listed(session, query, longest);
    await listPlain(session, query, listed);
    const answer = { ...listed, mailboxes: selectListed(query, listed) };
    return query.withoutStates === true ? answer : withStates(session, answer);
  };
  const hasStatus = session.capabilities.has("LIST-STATUS") && query.withoutStates !== true;
  // A BAD may be meant for options that somebody made up.
  if (!canDoWithout(query.selectOptions) && session.capabilities.has("LIST-EXTENDED")) return extended(hasStatus);
  return whereOffered(session, "LIST-EXTENDED", {
    withIt: () =>
      query.withoutStates === true
        ? extended(false)
        : whereOffered(session, "LIST-STATUS", { withIt: () => extended(true), withoutIt: () => extended(false) }),
    withoutIt: plain,
  });
}

/** Asks for the state of each mailbox. One of which the server tells none, is as it was listed. */
async function withStates(session: Session, answer: ListAnswer): Promise<ListAnswer> {
  const { mailboxes, unreadable } = answer;
  const statuses = await atMost(mostInFlight, mailboxes.filter(isSelectable), ({ name }) => statusIfAny(session, name));
  return { mailboxes, unreadable, statuses: statuses.filter((one) => one !== undefined) };
}

/** Whether it is more than a level of the hierarchy, or a subscription to nothing (RFC 3501 7.2.2, RFC 5258 3). */
export function isSelectable({ attributes }: Pick<ListResponse, "attributes">): boolean {
  return !attributes.some((one) => /^\\(?:noselect|nonexistent)$/i.test(one));
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
