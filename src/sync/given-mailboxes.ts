// Mailboxes that are named one by one, wildcards being plain characters: by --delete and --rename, or by the other side.

import { listDelimiter } from "../imap/commands/list.ts";
import { maxSetOctets } from "../imap/limits.ts";
import type { Session } from "../imap/session.ts";
import { lineUnreadable } from "../imap/unreadable.ts";
import { allDone } from "../model/all-done.ts";
import { InterimapError } from "../model/errors.ts";
import { meantBy, newNames, readings, theOnly } from "../model/given-name.ts";
import { canonicalName, displayName, isWithin, toWire, type Naming } from "../model/mailbox-name.ts";
import { bothSides, sides, type PerSide } from "../model/side.ts";
import type { Target } from "../model/target.ts";
import type { Store } from "../store/store.ts";
import type { Connections } from "./connections.ts";
import type { Report } from "./events.ts";
import { canonicalLevels } from "./inbox-levels.ts";
import { listMailboxes, type ListedMailbox, type Listing } from "./mailbox-listing.ts";
import { programLine, type Program } from "./suggested-command.ts";
import { upgradeStore } from "./upgrade-store.ts";

export interface Opened {
  readonly sessions: PerSide<Session>;
  readonly namings: PerSide<Naming>;
}

export interface Opening {
  readonly connections: Connections;
  readonly store: Store;
  readonly references: PerSide<string>;
  readonly report: Report;
}

/** Connects, learns how the servers write names, and upgrades a database of an older version. */
export async function openServers({ connections, store, references, report }: Opening): Promise<Opened> {
  const sessions = await connections.open();
  const namings = await bothSides(async (side): Promise<Naming> => {
    const reference = references[side];
    return { reference, delimiter: await listDelimiter(sessions[side], reference) };
  });
  upgradeStore({ store, report }, namings);
  return { sessions, namings };
}

/** Which mailbox somebody means: one that is there, if there is any. @throws InterimapError USAGE */
export async function resolveGiven(
  argument: string,
  { sessions, namings }: Opened,
  store: Pick<Store, "mailboxes">,
): Promise<string> {
  const { delimiter } = namings.local;
  const names = readings(argument, delimiter);
  const [first = argument, ...others] = names;
  if (others.length === 0) return requireLevels(first);
  const found = await bothSides(async (side) => {
    const query = { naming: namings[side], names };
    const both = await allDone([
      lookUp(sessions[side], query),
      lookUp(sessions[side], { ...query, selectOptions: ["SUBSCRIBED"] }),
    ]);
    return both.flatMap((found) => [...found.keys()]);
  });
  const known = store.mailboxes().map(({ name }) => name);
  return requireLevels(meantBy(argument, delimiter, new Set([...found.local, ...found.remote, ...known])));
}

/** What a mailbox that is not there yet is to be called. @throws InterimapError USAGE, MAILBOX_NAME */
export function newName(argument: string, namings: PerSide<Naming>): string {
  const names = newNames(argument, namings.local.delimiter);
  const possible = names.filter((name) => sides.every((side) => isPossible(name, namings[side])));
  return requireLevels(theOnly(argument, namings.local.delimiter, possible) ?? names[0] ?? argument);
}

function isPossible(name: string, naming: Naming): boolean {
  try {
    toWire(name, naming);
    return true;
  } catch {
    return false;
  }
}

/** The program's name of a mailbox given in the local server's notation. Throws USAGE. */
export function givenName(argument: string, { delimiter }: Naming): string {
  return requireLevels(canonicalName(delimiter === null ? argument : argument.replaceAll(delimiter, "\0")));
}

function requireLevels(name: string): string {
  if (!name.split("\0").includes("")) return name;
  throw new InterimapError("USAGE", `MAILBOX "${displayName(name)}" has a level without a name`);
}

/** Of a mailbox that none of these places has. */
export function isNowhere({
  targets,
  program,
}: {
  readonly targets: readonly Target[];
  readonly program: Program;
}): InterimapError {
  const servers = sides.filter((side) => targets.includes(side));
  const where = [
    ...(servers.length === 2 ? ["on either server"] : servers.map((side) => `on the ${side} server`)),
    ...(targets.includes("database") ? ["in the database"] : []),
  ];
  return new InterimapError("MAILBOX_UNKNOWN", `there is no such mailbox ${where.join(" or ")}`, {
    hint: `${programLine(program, ["--status"])} shows the names of those that are known`,
  });
}

export interface LookUp {
  readonly naming: Naming;
  readonly names: readonly string[];
  /** Also all that is below them. */
  readonly below?: boolean;
  /** RFC 5258 3.1; with SUBSCRIBED, also what is subscribed and does not exist. */
  readonly selectOptions?: readonly string[];
}

/**
 * What a server lists of these mailboxes.
 * @throws InterimapError MAILBOX_PROTOCOL when it may be more than what can be read.
 */
export async function lookUp(session: Session, query: LookUp): Promise<ReadonlyMap<string, ListedMailbox>> {
  const { mailboxes, unreadable } = await lookUpListing(session, query);
  const [odd] = unreadable;
  if (odd !== undefined) throw lineUnreadable(odd.line, session.side);
  return mailboxes;
}

/** As {@link lookUp}, for who can do with less. */
export async function lookUpListing(
  session: Session,
  { naming, names, below = false, selectOptions = [] }: LookUp,
): Promise<Pick<Listing, "mailboxes" | "unreadable">> {
  const patterns = names.flatMap((name) => patternsFor(name, naming, below));
  const listings = await allDone(
    groupsBelow(patterns, maxSetOctets).map((group) =>
      listMailboxes(session, { selectOptions, reference: naming.reference, patterns: group }),
    ),
  );
  // A wildcard in a name matches itself, and others too.
  const wanted = new Set(names);
  const isMeant = (name: string): boolean => wanted.has(name) || (below && names.some((one) => isWithin(name, one)));
  const there = new Map(listings.flatMap(({ mailboxes }) => [...mailboxes]));
  const asMeant = (name: string): string => {
    const canonical = canonicalLevels(name);
    return isMeant(name) || there.has(canonical) || !isMeant(canonical) ? name : canonical;
  };
  return {
    mailboxes: new Map(
      [...there].map(([name, mailbox]) => [asMeant(name), mailbox] as const).filter(([name]) => isMeant(name)),
    ),
    // Whatever such a line seems to name: it answers what was asked.
    unreadable: listings.flatMap(({ unreadable }) => unreadable),
  };
}

/** None for a name that cannot exist there. */
function patternsFor(name: string, naming: Naming, below: boolean): string[] {
  try {
    const exact = toWire(name, naming).slice(naming.reference.length);
    // A server may spell the first level otherwise.
    const pattern = name.startsWith("INBOX\0") ? exact.replace(/^INBOX/, "%") : exact;
    return below && naming.delimiter !== null ? [pattern, `${pattern}${naming.delimiter}*`] : [pattern];
  } catch (error) {
    if (error instanceof InterimapError && error.code === "MAILBOX_NAME") return [];
    throw error;
  }
}

/** Cuts a list into groups that fit on a command line, quotes and spaces included. */
function groupsBelow(patterns: readonly string[], octets: number): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const pattern of patterns) {
    const length = 2 * pattern.length + 3;
    if (length > room) {
      groups.push([]);
      room = octets;
    }
    groups.at(-1)?.push(pattern);
    room -= length;
  }
  return groups;
}
