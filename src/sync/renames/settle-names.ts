// Deals with mailboxes that have other names than the recorded ones, before anything is created or copied: otherwise their
// messages would come to the other server a second time.

import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import { InterimapError } from "../../model/errors.ts";
import { briefName } from "../../model/mailbox-name.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { isTemporary, settledName } from "../../model/temporary-name.ts";
import { changesNothing } from "../context/run.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import { type Exchange, exchangeNames } from "./follow-exchanges.ts";
import { holdBack } from "./hold-back.ts";
import { recordRenames } from "./record-renames.ts";
import { placeOf } from "./rename-blocks.ts";
import { confirmation } from "./rename-confirmation.ts";
import { decideRenames, type Decisions } from "./rename-decisions.ts";
import { renameEverywhere } from "./rename-mailbox.ts";
import type { Held, Move, Renaming } from "./renaming.ts";
import { isSaidAgain } from "./said-again.ts";
import { leaveMailboxes } from "./second-look.ts";
import type { Listed, Settling } from "./settling.ts";
import type { Found } from "./whereabouts.ts";

/** True if something was renamed: the listings are out of date then. */
export async function settleNames(settling: Settling, listed: Listed): Promise<boolean> {
  const { found } = listed;
  if (found === undefined) return bringBack(settling, listed);
  const { renames, skipped, doubted } = settling;
  const others = othersUnder(found, listed.known);
  const decisions = decideRenames({
    ...found,
    known: [...listed.known.values()],
    isIgnored: (name) => settling.isIgnored(name) || skipped.has(name),
    isInScope: (name) => isInScope(name, listed, found),
    isTold: (side) => renames?.isTold(side) === true,
    isConfirmed: settling.followsRenames === true ? confirmation(listed.known, found) : () => false,
  });
  const { moves, followed, recorded, carried, held } = decisions;
  const isAnyToDo = moves.length > 0 || followed.length > 0 || recorded.length > 0;
  const doesAnyFollow = listed.mayRename && (isAnyToDo || others.length > 0);
  if (doesAnyFollow && !(await isSaidAgain(settling.sessions, { ...listed, found }))) return true;
  for (const name of others) doubted.add(name);
  if (!isAnyToDo && (await bringBack(settling, listed))) return true;
  if (!isAnyToDo && listed.mayRename && (await replaceDeleted(settling, { ...listed, found }, held))) return true;
  // Their names may change while others are renamed: so the lines come last, with the final names.
  if (!isAnyToDo || !listed.mayRename) holdBack(settling, listed, held);
  if (!isAnyToDo) return false;
  if (!listed.mayRename) {
    for (const { from, to } of [...moves.flat(), ...followed, ...recorded, ...carried]) {
      settling.report({ type: "mailbox-skipped", mailbox: from, error: goesOn(to) });
      for (const name of [from, to]) skipped.add(name);
    }
    return false;
  }
  const done: Renaming[] = [...recorded];
  for (const those of moves)
    if (await exchange(settling, listed, { those, decisions, found }))
      done.push(...those.filter(({ from, to }) => from !== to));
  await follow(settling, listed, followed);
  done.push(...carried.filter(({ above }) => done.some(({ idx }) => idx === above)));
  // At once: after renames on both servers, it may be harder to see which is which.
  await recordRenames(settling, { renamings: done, listed, found });
  return true;
}

/** Those in the way of others that have their names where they were deleted. */
async function replaceDeleted(
  { sessions, followsRenames, makeRoom }: Settling,
  listed: Listed & { readonly found: Found },
  held: readonly Held[],
): Promise<boolean> {
  const { listings, known, found } = listed;
  if (makeRoom === undefined || followsRenames !== true) return false;
  const isConfirmed = confirmation(known, found);
  const gone = held.flatMap(({ idx, to, obstacle }) => {
    if (obstacle.kind !== "taken" || !obstacle.isKnown || !isConfirmed(obstacle.side, idx)) return [];
    const { side } = obstacle;
    const holder = known.get(to)!;
    const isDeleted =
      found.places[side].has(holder.idx) &&
      found.places[side].get(holder.idx) === undefined &&
      !found.unclear[side].has(holder.idx);
    return isDeleted ? [{ side, name: to }] : [];
  });
  if (gone.length === 0) return false;
  return !(await isSaidAgain(sessions, listed)) || (await makeRoom({ listings, known, gone }));
}

function goesOn(to: string): InterimapError {
  return new InterimapError("MAILBOX_RENAMED", `still cannot be called "${briefName(to)}"`);
}

/** Names of known mailboxes under which a server has other messages, wherever their own are. */
function othersUnder({ places, listed }: Found, known: Listed["known"]): readonly string[] {
  const isAnother = (side: Side, { idx, name }: KnownMailbox): boolean =>
    places[side].has(idx) && places[side].get(idx) === undefined && listed[side].get(name)?.exists === true;
  return [...known.values()].filter((one) => sides.some((side) => isAnother(side, one))).map(({ name }) => name);
}

/** Mailboxes that are not listed with the others were not asked for. */
function isInScope(name: string, { listings }: Listed, { listed }: Found): boolean {
  const isThere = (side: Side): boolean => listings[side].mailboxes.has(name) || !listed[side].has(name);
  return sides.every(isThere);
}

interface Undone {
  /** On one server. */
  readonly those: readonly Move[];
  readonly decisions: Decisions;
  readonly found: Found;
}

/** False if it is left alone. */
async function exchange(
  settling: Settling,
  listed: Listed,
  { those, decisions: { moves, carried }, found }: Undone,
): Promise<boolean> {
  const [{ side, from: mailbox }] = those as readonly [Move];
  const others = moves.flat().filter((move) => move.side === side && !those.includes(move));
  const isElsewhere = new Set([...those, ...others, ...carried].map(({ idx }) => idx));
  const staying = [...listed.known.values()]
    .filter(({ idx }) => !isElsewhere.has(idx))
    .map((one) => placeOf(found, one, side) ?? "")
    .filter((place) => place !== "" && !isTemporary(place));
  const rows = [...listed.known.values()].filter(({ idx }) => those.some((move) => move.idx === idx));
  return renameOrSkip(settling, {
    ...{ side, mailbox, listings: listed.listings, moves: those, listed: found.listed[side] },
    staying: [...staying, ...others.map(({ current }) => current)],
    names: [...those.flatMap(({ from, to, current }) => [from, to, current]), ...rows.map(({ name }) => name)],
  });
}

/** Mailboxes that made room when a run was interrupted or a server refused the rest. True if any has its name back. */
async function bringBack(settling: Settling, { listings, known, found, mayRename }: Listed): Promise<boolean> {
  const { skipped, isIgnored } = settling;
  let isAny = false;
  for (const side of sides) {
    const { mailboxes } = listings[side];
    const names = [...mailboxes]
      .filter(([name, { exists }]) => exists && isTemporary(name))
      .map(([name]) => name)
      .filter((name) => !known.has(name) && !isIgnored(name) && !skipped.has(name));
    const [mailbox] = names;
    if (mailbox === undefined) continue;
    const there = found?.listed[side] ?? mailboxes;
    if (!mayRename) {
      settling.report({ type: "mailbox-skipped", side, mailbox, error: goesOn(settledName(mailbox)) });
      for (const name of names) skipped.add(name);
      continue;
    }
    await leaveMailboxes(settling.sessions);
    const staying = [...there].filter(([name, { exists }]) => exists && !isTemporary(name)).map(([name]) => name);
    if (await renameOrSkip(settling, { side, mailbox, listings, moves: [], listed: there, staying, names }))
      isAny = true;
  }
  return isAny;
}

interface OneSided extends Pick<Exchange, "side" | "moves" | "listed" | "staying"> {
  readonly listings: PerSide<Listing>;
  /** The mailbox that is reported if it cannot be done. */
  readonly mailbox: string;
  readonly names: readonly string[];
}

/** False if these names are skipped. */
async function renameOrSkip(
  { sessions, report, skipped }: Settling,
  { listings, mailbox, names, ...exchanged }: OneSided,
): Promise<boolean> {
  const namings = perSide((side) => listings[side].naming);
  if (changesNothing({ sessions })) {
    planRenames({ report, skipped }, exchanged.moves);
    for (const name of names) skipped.add(name);
    return false;
  }
  try {
    await exchangeNames({ sessions, namings, report, ...exchanged });
    return true;
  } catch (error) {
    // Nobody asked for it: what cannot be done is no reason to stop.
    if (!(error instanceof InterimapError) || error.abandons === "side") throw error;
    report({ type: "mailbox-skipped", side: exchanged.side, mailbox, error });
    for (const name of names) skipped.add(name);
    return false;
  }
}

/** In a dry run: their contents are not looked at, since they would be compared under other names. */
function planRenames({ report, skipped }: Pick<Settling, "report" | "skipped">, moves: readonly Move[]): void {
  for (const { side, from, to } of moves) {
    if (from !== to) report({ type: "mailbox-renamed", side, mailbox: from, to, isPlanned: true });
    for (const name of [from, to]) skipped.add(name);
  }
}

/** Whole renames that a server reported, or should have. */
async function follow(settling: Settling, { listings }: Listed, followed: readonly Move[]): Promise<void> {
  const { sessions, skipped, report } = settling;
  if (changesNothing({ sessions })) return planRenames({ report, skipped }, followed);
  const namings = perSide((side) => listings[side].naming);
  for (const { side, from, to } of followed) {
    try {
      await renameEverywhere({ ...settling, from, to, targets: [side, "database"] }, { sessions, namings });
    } catch (error) {
      if (!(error instanceof InterimapError) || error.abandons === "side") throw error;
      for (const name of [from, to]) skipped.add(name);
      report({ type: "mailbox-skipped", side, mailbox: from, error });
    }
  }
}
