// Lists the mailboxes of one server, under the names that the program uses for them.

import type { Abilities } from "../../imap/abilities.ts";
import { toldState } from "../../imap/mailbox/told-state.ts";
import type { ListResponse, UnreadableResponse } from "../../imap/responses.ts";
import type { Session } from "../../imap/session/session.ts";
import { isSelectable, list, listDelimiter } from "../../imap/verbs/list.ts";
import type { ListAnswer } from "../../imap/verbs/listed.ts";
import { InterimapError } from "../../model/errors.ts";
import { canonicalName, fromWire, isInbox, type Naming, type Shadowed, shadowed } from "../../model/mailbox-name.ts";
import type { Listed, MailboxState } from "../../model/mailbox-state.ts";
import type { NamePair } from "../../model/name-pairs.ts";
import type { Side } from "../../model/side.ts";
import { groupBy } from "../../util/group-by.ts";
import { isRubbish } from "./rubbish.ts";
import { specialUses } from "./special-uses.ts";

export interface ListedMailbox {
  /** Raw octets, as the server spells it. */
  readonly wireName: string;
  /** False for \Noselect and \NonExistent: a level of the hierarchy, or a subscription to nothing. */
  readonly exists: boolean;
  readonly subscribed: boolean;
  /** RFC 6154, in lower case. */
  readonly uses?: readonly string[];
  /** People empty it: see rubbish.ts. */
  readonly isRubbish?: boolean;
  /** Undefined if the server reported none, e.g. because the mailbox has no mod-sequences. */
  readonly state: MailboxState | undefined;
  /** How many there are; undefined if the server did not say. */
  readonly messages?: number | undefined;
}

/** Undefined if the server reported no state. */
export function listedState(mailbox: ListedMailbox | undefined): Listed | undefined {
  return mailbox?.state && { ...mailbox.state, messages: mailbox.messages };
}

/** A mailbox that was listed in a line that makes no sense. */
export interface UnreadableMailbox {
  readonly line: string;
  /** Its most probable name. */
  readonly name?: string;
  /** The name for people, if that is another. */
  readonly shownName?: string;
}

export interface Listing {
  readonly naming: Naming;
  readonly mailboxes: ReadonlyMap<string, ListedMailbox>;
  readonly unreadable: readonly UnreadableMailbox[];
  /** HIGHESTMODSEQ may stay the same when a message is expunged; without QRESYNC, that is allowed (RFC 7162 3.1.2.1). */
  readonly hidesExpunges?: boolean;
  /** Mailboxes that have no name in the program. */
  readonly shadowed?: readonly ShadowedMailbox[];
}

export interface ShadowedMailbox extends Shadowed {
  readonly wireName: string;
}

export interface ListingQuery {
  readonly selectOptions: readonly string[];
  readonly reference: string;
  /** Mailboxes that have another name on the server. */
  readonly pairs?: readonly NamePair[];
  /** In the form for the server; if there are none, nothing is listed. */
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
  const delimiter = delimiterOf(answer.mailboxes, asked);
  if (delimiter === undefined) throw severalDelimiters(answer.mailboxes, session.side);
  const { reference, pairs = [] } = query;
  return read(withoutOthers(answer, delimiter), { delimiter, reference, pairs }, session.abilities);
}

/** Lists everything below the reference. Throws as {@link listMailboxes}. */
export function listEverything(session: Session, { reference, pairs = [] }: Naming): Promise<Listing> {
  return listMailboxes(session, { selectOptions: [], reference, pairs, patterns: ["*"] });
}

/** Listed mailboxes show the delimiter. */
function onlyOdd(error: unknown): InterimapError {
  if (error instanceof InterimapError && error.code === "PROTOCOL") return error;
  throw error;
}

/** If more mailboxes have another delimiter, they are another namespace. */
const fewOdd = 3;

/**
 * The delimiter of a single mailbox says little: some servers send NIL for INBOX, or for a mailbox with nothing below it. A
 * server may not know when it is asked directly. Undefined: there are several.
 */
function delimiterOf(
  mailboxes: readonly ListResponse[],
  asked: string | null | InterimapError,
): string | null | undefined {
  const others = mailboxes.filter(({ name }) => !isInbox(name));
  const byDelimiter = groupBy(delimitedAmong(mailboxes), ({ delimiter }) => delimiter);
  const [only] = byDelimiter.keys();
  if (byDelimiter.size > 1) return isMain(asked, byDelimiter) ? asked : undefined;
  if (only !== undefined) return only;
  if (!(asked instanceof InterimapError)) return others.some(({ name }) => isPlainWith(asked, name)) ? null : asked;
  if (others.length > 0) return null;
  throw asked;
}

type Delimited = ListResponse & { readonly delimiter: string };

function delimitedAmong(mailboxes: readonly ListResponse[]): Delimited[] {
  const isDelimited = (one: ListResponse): one is Delimited => one.delimiter !== null && !isInbox(one.name);
  return mailboxes.filter(isDelimited);
}

function isMain(
  asked: string | null | InterimapError,
  byDelimiter: ReadonlyMap<string, readonly Delimited[]>,
): asked is string {
  if (typeof asked !== "string" || !byDelimiter.has(asked)) return false;
  const all = [...byDelimiter.values()].flat().length;
  return all - (byDelimiter.get(asked)?.length ?? 0) <= fewOdd;
}

function severalDelimiters(mailboxes: readonly ListResponse[], side: Side): InterimapError {
  const shown = [...new Set(delimitedAmong(mailboxes).map(({ delimiter }) => `"${delimiter}"`))].join(", ");
  return new InterimapError(
    "DELIMITER_MISMATCH",
    `the server lists mailboxes with several hierarchy delimiters: ${shown}`,
    { side, hint: "restrict list-reference or list-mailbox to one namespace" },
  );
}

/** Nobody can say which mailboxes those with another delimiter are. */
function withoutOthers(answer: ListAnswer, main: string | null): ListAnswer {
  const odd = delimitedAmong(answer.mailboxes).filter(({ delimiter }) => delimiter !== main);
  if (odd.length === 0) return answer;
  const others: ReadonlySet<ListResponse> = new Set(odd);
  const lines = odd.map(({ attributes, delimiter, name }): UnreadableResponse => ({
    kind: "unreadable",
    about: "list",
    name,
    line: `* LIST (${attributes.join(" ")}) "${delimiter}" ${name}`,
  }));
  return {
    ...answer,
    mailboxes: answer.mailboxes.filter((one) => !others.has(one)),
    unreadable: [...answer.unreadable, ...lines],
  };
}

/** The mailbox has no hierarchy, and would have one with this delimiter. */
function isPlainWith(delimiter: string | null, name: string): boolean {
  return delimiter !== null && name.includes(delimiter);
}

function read(answer: ListAnswer, naming: Naming, abilities: Abilities): Listing {
  // Servers may spell INBOX differently in LIST and STATUS (RFC 3501 5.1).
  const statuses = new Map(answer.statuses.map((status) => [canonicalName(status.name), status]));
  const mailboxes = new Map<string, ListedMailbox>();
  const hidden: ShadowedMailbox[] = [];
  for (const { name: wireName, attributes } of answer.mailboxes) {
    const name = fromWire(wireName, naming);
    if (name === undefined) {
      const one = shadowed(wireName, naming);
      if (one !== undefined) hidden.push({ ...one, wireName });
      continue;
    }
    const status = statuses.get(canonicalName(wireName));
    mailboxes.set(name, {
      wireName,
      exists: isSelectable({ attributes }),
      subscribed: attributes.some((one) => /^\\subscribed$/i.test(one)),
      uses: specialUses(attributes),
      isRubbish: isRubbish(name, attributes),
      state: status && toldState(status, abilities),
      messages: status?.messages,
    });
  }
  const unreadable = answer.unreadable.flatMap((one) => readOdd(one, { naming, mailboxes }));
  return { naming, mailboxes, unreadable, shadowed: hidden, hidesExpunges: !abilities.reportsSince };
}

/** Only those below the reference. A name that is also listed properly does not count. */
function readOdd(
  { line, name: wireName, shownName: shown }: UnreadableResponse,
  { naming, mailboxes }: Pick<Listing, "naming" | "mailboxes">,
): UnreadableMailbox[] {
  if (wireName === undefined) return [{ line }];
  const name = fromWire(wireName, naming);
  if (name === undefined) return [];
  if (mailboxes.has(name)) return [{ line }];
  const shownName = shown === undefined ? undefined : fromWire(shown, naming);
  return [{ line, name, ...(shownName !== undefined && { shownName }) }];
}
