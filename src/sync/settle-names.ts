// Mailboxes that are called otherwise than they are known are dealt with before anything is created or copied: what is in
// them would come to the other server a second time.

import type { Session } from "../imap/session.ts";
import { InterimapError } from "../model/errors.ts";
import { briefName, isWithin, renamedAlong } from "../model/mailbox-name.ts";
import { groupBy } from "../model/group-by.ts";
import { otherSide, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { isTemporary } from "../model/temporary-name.ts";
import type { Store } from "../store/store.ts";
import type { Report } from "./events.ts";
import { exchangeNames } from "./follow-exchanges.ts";
import type { RenameSource } from "./follow-renames.ts";
import { goneError } from "./gone-mailbox.ts";
import type { ListingQuery } from "./list-both.ts";
import type { Listing } from "./mailbox-listing.ts";
import type { KnownMailbox } from "./mailbox-plan.ts";
import { recordRenames } from "./record-renames.ts";
import { placeOf } from "./rename-blocks.ts";
import { decideRenames } from "./rename-decisions.ts";
import { renameEverywhere } from "./rename-mailbox.ts";
import type { Carried, Held, Move, Renaming } from "./renaming.ts";
import { suggestedCommand, type Program } from "./suggested-command.ts";
import { findWhereabouts, type Found } from "./whereabouts.ts";

export interface Settling {
  readonly sessions: PerSide<Session>;
  readonly store: Store;
  readonly query: ListingQuery;
  readonly report: Report;
  readonly program: Program;
  readonly isIgnored: (name: string) => boolean;
  readonly renames?: RenameSource;
  /** Mailboxes that are not to be touched in this run. */
  readonly leftOut: Set<string>;
}

export interface Listed {
  readonly listings: PerSide<Listing>;
  readonly known: ReadonlyMap<string, KnownMailbox>;
  /** False: whatever is still to be renamed is left alone. */
  readonly mayRename: boolean;
}

/** True when something was renamed: the listings are out of date then. */
export async function settleNames(settling: Settling, listed: Listed): Promise<boolean> {
  const found = await findWhereabouts(settling, listed);
  if (found === undefined) return false;
  const { renames, leftOut } = settling;
  const decisions = decideRenames({
    ...found,
    known: [...listed.known.values()],
    isIgnored: (name) => settling.isIgnored(name) || leftOut.has(name),
    isInScope: (name) => isInScope(name, listed, found),
    isTold: (side) => renames?.isTold(side) === true,
  });
  const { moves, followed, recorded, carried, held } = decisions;
  const isAnyToDo = moves.length > 0 || followed.length > 0 || recorded.length > 0;
  // Their names may change while others are renamed: lines come at last, with those that they have then.
  if (!isAnyToDo || !listed.mayRename) holdBack(settling, listed, held);
  if (!isAnyToDo) return false;
  if (!listed.mayRename) {
    for (const { from, to } of [...moves, ...followed, ...recorded, ...carried]) {
      const error = new InterimapError("MAILBOX_RENAMED", `goes on being called otherwise than "${briefName(to)}"`);
      settling.report({ type: "mailbox-left-out", mailbox: from, error });
      for (const name of [from, to]) leftOut.add(name);
    }
    return false;
  }
  const done: Renaming[] = [...recorded];
  for (const [side, those] of groupBy(moves, (move) => move.side))
    if (await exchange(settling, { side, moves: those, carried, listed, found }))
      done.push(...those.filter(({ from, to }) => from !== to));
  await follow(settling, listed, followed);
  done.push(...carried.filter(({ above }) => done.some(({ idx }) => idx === above)));
  // At once: what is which may be harder to tell when both servers have done it.
  await recordRenames(settling, { renamings: done, listed, found });
  return true;
}

/** What is not listed with the others was not asked for. */
function isInScope(name: string, { listings }: Listed, { listed }: Found): boolean {
  const isThere = (side: Side): boolean => listings[side].mailboxes.has(name) || !listed[side].has(name);
  return sides.every(isThere);
}

interface OneSided {
  readonly side: Side;
  readonly moves: readonly Move[];
  readonly carried: readonly Carried[];
  readonly listed: Listed;
  readonly found: Found;
}

/** False if it is left alone. */
async function exchange(settling: Settling, { side, moves, carried, listed, found }: OneSided): Promise<boolean> {
  const { sessions, report, leftOut } = settling;
  const namings = perSide((one) => listed.listings[one].naming);
  const isElsewhere = new Set([...moves, ...carried].map(({ idx }) => idx));
  const staying = [...listed.known.values()]
    .filter(({ idx }) => !isElsewhere.has(idx))
    .map((one) => placeOf(found, one, side) ?? "")
    .filter((place) => place !== "" && !isTemporary(place));
  try {
    await exchangeNames({ sessions, namings, report, side, listed: found.listed[side], moves, staying });
    return true;
  } catch (error) {
    // Nobody asked for it: what cannot be done is no reason to stop.
    if (!(error instanceof InterimapError) || error.abandons === "side") throw error;
    report({ type: "mailbox-left-out", side, mailbox: moves[0]!.from, error });
    for (const { from, to, current } of moves) for (const name of [from, to, current]) leftOut.add(name);
    return false;
  }
}

/** Whole renames that a server told of, or should have. */
async function follow(settling: Settling, { listings }: Listed, followed: readonly Move[]): Promise<void> {
  const { sessions, leftOut, report } = settling;
  const namings = perSide((side) => listings[side].naming);
  for (const { side, from, to } of followed) {
    try {
      await renameEverywhere({ ...settling, from, to, targets: [side, "database"] }, { sessions, namings });
    } catch (error) {
      if (!(error instanceof InterimapError) || error.abandons === "side") throw error;
      for (const name of [from, to]) leftOut.add(name);
      report({ type: "mailbox-left-out", side, mailbox: from, error });
    }
  }
}

function holdBack({ report, leftOut, program }: Settling, { listings, known }: Listed, held: readonly Held[]): void {
  const isMere = ({ obstacle }: Held): boolean => obstacle.kind === "mere";
  const carried = (one: Held): boolean =>
    held.some(
      (above) =>
        above !== one && isMere(above) && isWithin(one.from, above.from) && one.to === renamedAlong(one.from, above),
    );
  for (const one of held) {
    const isTold = leftOut.has(one.from) || one.obstacle.kind === "entangled" || (isMere(one) && carried(one));
    if (!isTold)
      report({ type: "mailbox-left-out", ...subjectOf(one), error: errorOf(one, { listings, known, program }) });
  }
  for (const { names, from, to } of held) {
    for (const name of names) leftOut.add(name);
    const places = names.filter((name) => name === to || name !== from);
    // Made on the other server, these would be in the way.
    for (const side of sides)
      for (const name of listings[side].mailboxes.keys())
        if (!known.has(name) && places.some((place) => isWithin(name, place))) leftOut.add(name);
  }
}

function subjectOf({ from, obstacle }: Held): { readonly side?: Side; readonly mailbox: string } {
  return { mailbox: from, ...("side" in obstacle && { side: obstacle.side }) };
}

interface Circumstances extends Pick<Listed, "listings" | "known"> {
  readonly program: Program;
}

function errorOf({ from, to, obstacle }: Held, { listings, known, program }: Circumstances): InterimapError {
  const { delimiter } = listings.local.naming;
  const command = (targets: readonly (Side | "database")[], ...names: readonly string[]): string =>
    suggestedCommand({ program, command: "rename", names, targets, delimiter });
  const error = (message: string, hint: string): InterimapError =>
    new InterimapError("MAILBOX_RENAMED", message, { hint });
  const shown = `"${briefName(to)}"`;
  switch (obstacle.kind) {
    case "mere":
      return goneError({ program, side: obstacle.side, name: from, listings, known: known.get(from), heir: to });
    case "both": {
      const { names } = obstacle;
      const free = sides.filter((side) => listings[side].mailboxes.get(names[otherSide(side)])?.exists !== true);
      const rename = (side: Side, to: string): string => command([side], names[side], to);
      const same = free.toReversed().map((side) => rename(side, names[otherSide(side)]));
      const anew = sides.map((side) => rename(side, "NEWNAME")).join(" && ");
      return error(
        `is called "${briefName(names.local)}" on the local server now, and "${briefName(names.remote)}" on the remote server`,
        `to call it the same: ${free.length > 0 ? same.join("; or: ") : anew}`,
      );
    }
    case "taken":
      return error(
        `is called ${shown} on the ${obstacle.side} server now, and the ${otherSide(obstacle.side)} server has another mailbox of that name`,
        `to rename that one: ${command([otherSide(obstacle.side), ...(obstacle.isKnown ? (["database"] as const) : [])], to, "NEWNAME")}`,
      );
    case "ignored":
      return error(
        `is called ${shown} on the ${obstacle.side} server now, which is left out here`,
        `to rename it everywhere: ${command([otherSide(obstacle.side), "database"], from, to)}`,
      );
    case "inbox":
      return error(
        `the ${obstacle.side} server has its messages in ${shown} now`,
        `to move them on the other, too: ${command([otherSide(obstacle.side), "database"], from, to)}`,
      );
    case "unclear": {
      const names = obstacle.names.map((name) => `"${briefName(name)}"`).join(" or ");
      return error(
        `may be called ${names} on the ${obstacle.side} server now: they cannot be told apart`,
        `to rename it on the other server: ${command([otherSide(obstacle.side), "database"], from, "NEWNAME")}`,
      );
    }
    case "entangled":
      return error(
        `is called ${shown} on the ${obstacle.side} server now`,
        "see the other mailboxes that were left out",
      );
  }
}
