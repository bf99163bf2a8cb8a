// Mailboxes named one by one, by --delete and --rename: which ones are meant, and on which servers.

import type { Session } from "../../imap/session/session.ts";
import { learnNamings } from "../../mail/listing/list-both.ts";
import { lookUp } from "../../mail/listing/look-up.ts";
import type { SessionPair } from "../../mail/pool/pair.ts";
import { InterimapError } from "../../model/errors.ts";
import { meantBy, newNames, readings, theOnly } from "../../model/given-name.ts";
import { canonicalName, displayName, type Naming, toWire } from "../../model/mailbox-name.ts";
import { bothSides, type PerSide, sides } from "../../model/side.ts";
import type { Target } from "../../model/target.ts";
import type { Store } from "../../state/state-store.ts";
import { allDone } from "../../util/all-done.ts";
import type { Report } from "../context/events.ts";
import { learnPairs, type Names } from "./special-pairs.ts";
import { upgradeStore } from "./upgrade-store.ts";

export interface Opened {
  readonly sessions: PerSide<Session>;
  readonly namings: PerSide<Naming>;
}

export interface Opening {
  readonly connections: SessionPair;
  readonly store: Store;
  /** What is known of the servers' names. */
  readonly names: Names;
  readonly report: Report;
}

/** Connects, learns how the servers write names, and upgrades a database of an older version. */
export async function openServers({ connections, store, names, report }: Opening): Promise<Opened> {
  const sessions = await connections.open();
  const { paired } = await learnPairs({ sessions, store }, names);
  const namings = await learnNamings(sessions, { ...names, paired });
  await upgradeStore({ store, report, sessions }, namings);
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
export function isNowhere(targets: readonly Target[]): InterimapError {
  const servers = sides.filter((side) => targets.includes(side));
  const where = [
    ...(servers.length === 2 ? ["on either server"] : servers.map((side) => `on the ${side} server`)),
    ...(targets.includes("database") ? ["in the database"] : []),
  ];
  return new InterimapError("MAILBOX_UNKNOWN", `there is no such mailbox ${where.join(" or ")}`, {
    hint: [{ command: "status" }, " lists the known names"],
  });
}
