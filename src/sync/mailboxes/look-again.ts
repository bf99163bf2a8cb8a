// A second look before anything is deleted: whether mailboxes are gone indeed, and not called otherwise in a place that takes no
// part. To look at messages selects mailboxes; whoever calls this has them left.

import { CommandRefused } from "../../imap/command-refused.ts";
import { status } from "../../imap/verbs/mailbox.ts";
import { canonicalLevels } from "../../mail/listing/inbox-levels.ts";
import { type ListedMailbox, listEverything, type Listing } from "../../mail/listing/list-mailboxes.ts";
import { lookUp } from "../../mail/listing/look-up.ts";
import { isRubbish } from "../../mail/listing/rubbish.ts";
import { briefName, toWire } from "../../model/mailbox-name.ts";
import { continues } from "../../model/mailbox-state.ts";
import { bothSides, otherSide, type PerSide, type Side, sides } from "../../model/side.ts";
import { isKept } from "../../model/trash-mailbox.ts";
import type { Reconciled, Run } from "../context/run.ts";
import { lookBack } from "../renames/second-look.ts";
import type { Gone, Left } from "./gone-plan.ts";
import { saysNowhere } from "./nowhere.ts";

export interface Scene extends Pick<Reconciled, "listings" | "known"> {
  readonly gone: readonly Gone[];
  /** Where they are gone, others that are known have their names now. */
  readonly areReplaced?: boolean;
}

export interface SecondLook {
  /** Both servers, of all that is gone and below it. */
  readonly listed: PerSide<ReadonlyMap<string, ListedMailbox>>;
  readonly gone: readonly Gone[];
  readonly left: readonly Left[];
}

/** Undefined: a server lists what it did not list before. It may have been renaming. */
export async function lookAgain(run: Run, scene: Scene): Promise<SecondLook | undefined> {
  const { sessions } = run;
  const { listings } = scene;
  const names = scene.gone.map(({ name }) => name);
  const listed = await bothSides((side) =>
    lookUp(sessions[side], { naming: listings[side].naming, names, below: true }),
  );
  const hidden = new Map<Side, readonly Hidden[] | "unreadable">();
  for (const side of sides.filter((one) => scene.gone.some((gone) => gone.side === one))) {
    const all = await listEverything(sessions[side], listings[side].naming);
    const others = othersIn(run, listings[side], all);
    if (others.news.length > 0 && isWhole(run)) return undefined;
    hidden.set(side, all.unreadable.length > 0 ? "unreadable" : [...others.aside, ...others.news]);
  }
  const gone: Gone[] = [];
  const left: Left[] = [];
  for (const one of scene.gone) {
    const { side, name } = one;
    const isReplaced = scene.areReplaced === true;
    if ((listed[side].get(name)?.exists === true) !== isReplaced) continue;
    const reason =
      (isReplaced ? undefined : await whyNotGone(run, side, wireNameOf(name, listings[side]))) ??
      (await heirOf(run, one, { ...scene, hidden: hidden.get(side) ?? [] }));
    if (reason === undefined) gone.push(one);
    else left.push({ ...one, reason });
  }
  return { listed, gone, left };
}

/** Those of the mailboxes that neither server lists, or has under their names. */
export async function nowhereOf<T extends { readonly name: string }>(
  run: Run,
  { listings, mailboxes }: Pick<Scene, "listings"> & { readonly mailboxes: readonly T[] },
): Promise<readonly T[]> {
  const names = mailboxes.map(({ name }) => name);
  const listed = await bothSides((side) => lookUp(run.sessions[side], { naming: listings[side].naming, names }));
  const found: T[] = [];
  for (const one of mailboxes) {
    const isGone = await bothSides(async (side) => {
      if (listed[side].get(one.name)?.exists === true) return false;
      const wireName = wireNameOf(one.name, listings[side]);
      return wireName === undefined || (await whyNotGone(run, side, wireName)) === undefined;
    });
    if (sides.every((side) => isGone[side])) found.push(one);
  }
  return found;
}

/** Whether all that a server lists takes part, unless something is said of its name. */
export function isWhole({ query }: Pick<Run, "query">): boolean {
  return query.patterns.includes("*") && query.selectOptions.length === 0;
}

interface Hidden extends ListedMailbox {
  /** The program's. */
  readonly name: string;
}

interface Others {
  /** They take no part. */
  readonly aside: readonly Hidden[];
  /** They were not listed before. */
  readonly news: readonly Hidden[];
}

/** Mailboxes of which the plan knows nothing; none of those that were thrown away. */
function othersIn(run: Run, { mailboxes, shadowed = [] }: Listing, all: Listing): Others {
  const listed = new Set([...mailboxes.values(), ...shadowed].map(({ wireName }) => wireName));
  const aside: Hidden[] = [];
  const news: Hidden[] = [];
  for (const [spelt, one] of all.mailboxes) {
    const name = canonicalLevels(spelt);
    if (!one.exists || isThrownAway(run, name, all)) continue;
    if (run.isIgnored(name) || run.skipped.has(name)) aside.push({ ...one, name });
    else if (!listed.has(one.wireName)) news.push({ ...one, name });
  }
  return { aside, news };
}

/** Programs delete a mailbox by renaming it there. */
function isThrownAway({ deletions }: Run, name: string, { mailboxes }: Listing): boolean {
  if (deletions?.trash !== undefined && isKept(name, deletions.trash)) return true;
  const levels = name.split("\0").map((_, at, all) => all.slice(0, at + 1).join("\0"));
  return levels.some((level) => isRubbish(level, []) || mailboxes.get(level)?.isRubbish === true);
}

/** Undefined: it is gone. */
async function whyNotGone({ sessions }: Run, side: Side, wireName: string | undefined): Promise<string | undefined> {
  if (wireName === undefined) return `the ${side} server cannot have a mailbox of this name`;
  try {
    await status(sessions[side], wireName);
    return `the ${side} server still answers for it`;
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return saysNowhere(error) ? undefined : `the ${side} server does not say that it is gone (${error.words})`;
  }
}

function wireNameOf(name: string, { naming }: Listing): string | undefined {
  try {
    return toWire(name, naming);
  } catch {
    return undefined;
  }
}

/** The most mailboxes that a deleted one is compared with. */
const mostCompared = 16;

/** Undefined: none of the hidden mailboxes holds its messages. */
async function heirOf(
  run: Run,
  { side, name }: Gone,
  { listings, known, hidden }: Scene & { readonly hidden: readonly Hidden[] | "unreadable" },
): Promise<string | undefined> {
  if (hidden === "unreadable") return `the ${side} server lists mailboxes in a way that cannot be read`;
  const record = known.get(name);
  const before = record?.states[side];
  if (record === undefined || before === undefined) return undefined;
  const possible = hidden.filter(({ state }) => state !== undefined && continues(state, before));
  const there = listings[otherSide(side)].mailboxes.get(name);
  const counterparts = there === undefined ? [] : [there.wireName];
  for (const one of possible.slice(0, mostCompared)) {
    const place = { idx: record.idx, side, wireName: one.wireName, counterparts, looksFurther: true };
    const answer = await lookBack(run, place);
    if (answer === "fits" || answer === "unknown")
      return `the ${side} server seems to have it as "${briefName(one.name)}", which takes no part`;
  }
  return possible.length > mostCompared ? `the ${side} server has too many mailboxes that it may be now` : undefined;
}
