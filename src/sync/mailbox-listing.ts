// What one server says of its mailboxes, under the names the program uses for them.

import { InterimapError } from "../model/errors.ts";
import { fromWire, isInbox, type Naming } from "../model/mailbox-name.ts";
import type { MailboxState } from "../model/mailbox-state.ts";
import { list, listDelimiter, type ListAnswer } from "../imap/commands/list.ts";
import type { MailboxStatusResponse, UnreadableResponse } from "../imap/responses.ts";
import { isRubbish } from "./rubbish.ts";
import type { Session } from "../imap/session.ts";

export interface ListedMailbox {
  /** Raw octets, as the server spells it. */
  readonly wireName: string;
  /** False for \Noselect and \NonExistent: a level of the hierarchy, or a subscription to nothing. */
  readonly exists: boolean;
  readonly subscribed: boolean;
  /** People empty it: see rubbish.ts. */
  readonly isRubbish?: boolean;
  /** Undefined when the server told none, e.g. because the mailbox has no mod-sequences. */
  readonly state: MailboxState | undefined;
}

/** A mailbox that was listed in a line nobody can make sense of. */
export interface UnreadableMailbox {
  readonly line: string;
  /** What it is most probably called. */
  readonly name?: string;
}

export interface Listing {
  readonly naming: Naming;
  readonly mailboxes: ReadonlyMap<string, ListedMailbox>;
  readonly unreadable: readonly UnreadableMailbox[];
}

export interface ListingQuery {
  readonly selectOptions: readonly string[];
  readonly reference: string;
  /** As the server is to get them; none: nothing is listed. */
  readonly patterns: readonly string[];
}

const nothing: ListAnswer = { mailboxes: [], statuses: [], unreadable: [] };

/**
 * Lists the mailboxes below the reference that match the patterns.
 * @throws InterimapError DELIMITER_MISMATCH when the server uses several delimiters, PROTOCOL when its delimiter cannot be
 * read.
 */
export async function listMailboxes(session: Session, query: ListingQuery): Promise<Listing> {
  const [answer, asked] = await Promise.all([
    query.patterns.length > 0 ? list(session, query) : nothing,
    listDelimiter(session, query.reference).catch(onlyOdd),
  ]);
  return read(answer, { delimiter: delimiterOf(answer, asked), reference: query.reference });
}

/** Where mailboxes are listed they tell the delimiter. */
function onlyOdd(error: unknown): InterimapError {
  if (error instanceof InterimapError && error.code === "PROTOCOL") return error;
  throw error;
}

/**
 * What a single mailbox is said to have says little: some servers send NIL for INBOX, or for what has nothing below it. A
 * server asked directly may not know.
 */
function delimiterOf({ mailboxes }: ListAnswer, asked: string | null | InterimapError): string | null {
  const others = mailboxes.filter(({ name }) => !isInbox(name));
  const seen = new Set(others.map(({ delimiter }) => delimiter).filter((delimiter) => delimiter !== null));
  if (seen.size > 1) {
    const shown = [...seen].map((delimiter) => `"${delimiter}"`).join(", ");
    throw new InterimapError(
      "DELIMITER_MISMATCH",
      `the server lists mailboxes with several hierarchy delimiters: ${shown}`,
      {
        hint: "restrict list-reference or list-mailbox to one namespace",
      },
    );
  }
  const [only] = seen;
  if (only !== undefined) return only;
  if (!(asked instanceof InterimapError)) return others.some(({ name }) => isPlainWith(asked, name)) ? null : asked;
  if (others.length > 0) return null;
  throw asked;
}

/** The mailbox has no hierarchy, and would have one with this delimiter. */
function isPlainWith(delimiter: string | null, name: string): boolean {
  return delimiter !== null && name.includes(delimiter);
}

function read(answer: ListAnswer, naming: Naming): Listing {
  const states = new Map(answer.statuses.map((status) => [canonical(status.name), stateOf(status)]));
  const mailboxes = new Map<string, ListedMailbox>();
  for (const { name: wireName, attributes } of answer.mailboxes) {
    const name = fromWire(wireName, naming);
    if (name === undefined) continue;
    const has = (attribute: string): boolean => attributes.some((one) => one.toLowerCase() === attribute);
    mailboxes.set(name, {
      wireName,
      exists: !has("\\noselect") && !has("\\nonexistent"),
      subscribed: has("\\subscribed"),
      isRubbish: isRubbish(name, attributes),
      state: states.get(canonical(wireName)),
    });
  }
  return { naming, mailboxes, unreadable: answer.unreadable.flatMap((one) => readOdd(one, { naming, mailboxes })) };
}

/** None outside of the reference. A name that is listed properly, too, says nothing. */
function readOdd(
  { line, name: wireName }: UnreadableResponse,
  { naming, mailboxes }: Pick<Listing, "naming" | "mailboxes">,
): UnreadableMailbox[] {
  if (wireName === undefined) return [{ line }];
  const name = fromWire(wireName, naming);
  if (name === undefined) return [];
  return [mailboxes.has(name) ? { line } : { line, name }];
}

/** Servers may spell INBOX differently in LIST and STATUS (RFC 3501 5.1). */
function canonical(wireName: string): string {
  return isInbox(wireName) ? "INBOX" : wireName;
}

function stateOf({ uidValidity, uidNext, highestModSeq }: MailboxStatusResponse): MailboxState | undefined {
  if (uidValidity === undefined || uidNext === undefined || highestModSeq === undefined) return undefined;
  return { uidValidity, uidNext, highestModSeq };
}
