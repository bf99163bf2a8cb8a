// MAILBOX arguments of a run: whether each means one thing, and whether there is anything of the kind. Pure.

import type { ListingQuery } from "../../mail/listing/list-both.ts";
import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import { listedNames } from "../../mail/listing/patterns.ts";
import { InterimapError } from "../../model/errors.ts";
import { meantBy, readings } from "../../model/given-name.ts";
import { toWire } from "../../model/mailbox-name.ts";
import { type PerSide, perSide, sides } from "../../model/side.ts";
import type { KnownMailbox } from "./mailbox-plan.ts";

export interface GivenScene {
  readonly query: ListingQuery;
  readonly listings: PerSide<Listing>;
  readonly known: ReadonlyMap<string, KnownMailbox>;
}

/** A pattern may mean whatever it likes; a name means one mailbox. @throws InterimapError USAGE */
export function requireOneMeaning({ query, listings, known }: GivenScene): void {
  const there = new Set([...known.keys(), ...sides.flatMap((side) => [...listings[side].mailboxes.keys()])]);
  for (const argument of query.patterns)
    if (!isPattern(argument)) meantBy(argument, listings.local.naming.delimiter, there);
}

export interface Unmatched {
  /** A name of the program, or the argument where that is all there is. */
  readonly mailbox: string;
  readonly error: InterimapError;
}

/** What was given and is nowhere, or only where nothing can be synchronised. */
export function unmatched({ query, listings, known }: GivenScene): readonly Unmatched[] {
  // Any of these lines may be about it; it has been told.
  if (sides.some((side) => listings[side].unreadable.length > 0)) return [];
  const { delimiter } = listings.local.naming;
  const namings = perSide((side) => listings[side].naming);
  return [...new Set(query.patterns)].flatMap((argument): Unmatched[] => {
    const mayMatch = listedNames({ ...query, patterns: [argument] }, namings);
    const listed = sides.flatMap((side) =>
      [...listings[side].mailboxes].filter(([, { wireName }]) => mayMatch[side](wireName, namings[side].delimiter)),
    );
    if (listed.some(([, { exists }]) => exists)) return [];
    const [mailbox = argument] = readings(argument, delimiter);
    const [level] = listed.map(([name]) => name);
    const recorded = [...known.keys()].filter((name) => {
      const wireName = wireNameOf(name, listings.local);
      return wireName !== undefined && mayMatch.local(wireName, delimiter);
    });
    if (recorded.length > 0) {
      return recorded.map((name) => ({ mailbox: name, error: onlyRecorded(name, delimiter) }));
    }
    return [{ mailbox: level ?? mailbox, error: level === undefined ? nowhere(argument) : onlyALevel() }];
  });
}

function isPattern(argument: string): boolean {
  return /[*%]/.test(argument);
}

function wireNameOf(name: string, { naming }: Listing): string | undefined {
  try {
    return toWire(name, naming);
  } catch {
    return undefined;
  }
}

const commands = ["status", "repair", "delete", "rename", "watch", "notify", "help", "version"];

function nowhere(argument: string): InterimapError {
  const what = isPattern(argument) ? "no mailbox has such a name" : "there is no such mailbox";
  return new InterimapError("MAILBOX_UNKNOWN", `${what} on either server or in the database`, {
    hint: commands.includes(argument)
      ? `the command is --${argument}`
      : [{ command: "status" }, " lists the known names"],
  });
}

function onlyALevel(): InterimapError {
  return new InterimapError("MAILBOX_UNKNOWN", "it is not a mailbox, only a level above others", {
    hint: "to synchronise those, add the hierarchy delimiter and *",
  });
}

function onlyRecorded(name: string, delimiter: string | null): InterimapError {
  return new InterimapError("MAILBOX_UNKNOWN", "it is no longer on either server, only in the database", {
    hint: ["to forget it: ", { command: "delete", names: [name], targets: ["database"], delimiter }],
  });
}
