// Plans what a rename changes on the servers and in the database, or says what forbids it. Pure.

import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import { InterimapError } from "../../model/errors.ts";
import { briefName, isWithin, type Naming, renamedAlong, toWire } from "../../model/mailbox-name.ts";
import { isStraight, settingsInCharge } from "../../model/name-pairs.ts";
import type { Hint } from "../../model/remedy.ts";
import type { PerSide, Side } from "../../model/side.ts";
import { allTargets, serverOrder, type Target } from "../../model/target.ts";
import { temporaryName } from "../../model/temporary-name.ts";
import { emptyLevels } from "./empty-levels.ts";
import { planRenameSteps, type RenameStep } from "./rename-steps.ts";

export interface RenameSituation {
  readonly from: string;
  readonly to: string;
  readonly targets: readonly Target[];
  readonly namings: PerSide<Naming>;
  /** The mailboxes that the servers have under both names, and below them. */
  readonly listed: PerSide<ReadonlyMap<string, ListedMailbox>>;
  readonly known: readonly { readonly idx: number; readonly name: string }[];
  /** The sides on which the mailbox itself has the new name: it was renamed there before. */
  readonly done?: readonly Side[];
}

export interface ServerRename {
  readonly side: Side;
  readonly wireFrom: string;
  readonly wireTo: string;
  /** Empty levels of the hierarchy in the new name's place, deepest first: deleted mailboxes leave them behind. */
  readonly emptyLevels: readonly string[];
  readonly subscriptions: readonly { readonly from: string; readonly to: string }[];
  /**
   * One after the other, with the program's names, if a server refuses the new name: because something is below it, or because it
   * is the old name in other letters to a server that ignores case.
   */
  readonly detour?: readonly RenameStep[];
}

export interface RenamePlan {
  readonly servers: readonly ServerRename[];
  /** Rows of the database, with their new names. */
  readonly rows: readonly { readonly idx: number; readonly name: string }[];
}

/** @throws InterimapError USAGE, MAILBOX_EXISTS, or MAILBOX_NAME for a name that a server cannot have. */
export function planRename(situation: RenameSituation): RenamePlan {
  const { from, to, targets, namings, listed, known } = situation;
  if (isWithin(to, from)) {
    throw new InterimapError("USAGE", `mailbox "${briefName(from)}" cannot become "${briefName(to)}", below itself`);
  }
  requireStraight(situation);
  requireFree(situation);
  const sides = serverOrder.filter((side) => targets.includes(side) && has(situation, side));
  return {
    servers: sides.map((side): ServerRename => ({
      side,
      wireFrom: listed[side].get(from)?.wireName ?? toWire(from, namings[side]),
      wireTo: toWire(to, namings[side]),
      emptyLevels: emptyLevels(listed[side], to),
      subscriptions: [...listed[side]]
        .filter(([name, { subscribed }]) => subscribed && isMoved(name, from))
        .map(([name]) => ({ from: name, to: renamedAlong(name, situation) })),
      ...detourOn(side, situation),
    })),
    rows: targets.includes("database")
      ? known
          .filter(({ name }) => isMoved(name, from))
          .map(({ idx, name }) => ({ idx, name: renamedAlong(name, situation) }))
      : [],
  };
}

/** None if nothing is below the new name, and it is not the old one in other letters. */
function detourOn(side: Side, situation: RenameSituation): Pick<ServerRename, "detour"> {
  const { from, to, listed } = situation;
  if (from.toLowerCase() === to.toLowerCase()) {
    const aside = temporaryName(to);
    return namesOn(situation, side).some((name) => isWithin(name, aside))
      ? {}
      : {
          detour: [
            { from, to: aside },
            { from: aside, to },
          ],
        };
  }
  const existing = namesOn(situation, side).filter((name) => from !== "INBOX" || !name.startsWith("INBOX\0"));
  if (!existing.some((name) => isWithin(name, to) && !isMoved(name, from))) return {};
  const roots = listed[side].get(from)?.exists === true ? [from] : existing.filter((name) => isMoved(name, from));
  const goals = new Map(roots.map((name) => [name, renamedAlong(name, situation)]));
  const steps = planRenameSteps({ names: existing, goals });
  return steps === undefined ? {} : { detour: steps };
}

/** RFC 3501 6.3.5: everything below goes along; but mailboxes below INBOX stay where they are. */
function isMoved(name: string, from: string): boolean {
  return from === "INBOX" ? name === from : isWithin(name, from);
}

function namesOn({ listed, known }: RenameSituation, target: Target): string[] {
  if (target === "database") return known.map(({ name }) => name);
  return [...listed[target]].filter(([, { exists }]) => exists).map(([name]) => name);
}

function has(situation: RenameSituation, target: Target): boolean {
  return namesOn(situation, target).some((name) => isMoved(name, situation.from));
}

/** If the mailboxes below have other places on a server than here, one rename would tear them apart. */
function requireStraight(situation: RenameSituation): void {
  const { from, to, targets, namings } = situation;
  for (const side of serverOrder) {
    if (!targets.includes(side) || !has(situation, side)) continue;
    const odd = [from, to].find((name) => !isStraight(name, namings[side].pairs ?? []));
    if (odd !== undefined) throw notStraight(odd, side);
  }
}

/** Of a mailbox that has others below it on one side only. */
export function notStraight(name: string, side: Side): InterimapError {
  return new InterimapError("MAILBOX_NAME", `${settingsInCharge} pairs mailboxes below "${briefName(name)}"`, {
    side,
    hint: "rename those one by one",
  });
}

function requireFree(situation: RenameSituation): void {
  const { from, to, targets, namings, done = [] } = situation;
  const inTheWay = (target: Target): string[] => {
    const there = namesOn(situation, target);
    const wanted = new Set([
      to,
      ...there.filter((name) => isMoved(name, from)).map((name) => renamedAlong(name, situation)),
    ]);
    return there.filter((name) => wanted.has(name) && !isWithin(name, from));
  };
  const isDone = (target: Target): boolean => target !== "database" && done.includes(target);
  const taken = allTargets.filter(
    (target) => targets.includes(target) && !isDone(target) && inTheWay(target).length > 0,
  );
  if (taken.length === 0) return;
  const { delimiter } = namings.local;
  const names = [...new Set(taken.flatMap(inTheWay))].sort();
  const clear: Hint = ["to delete what is in the way: ", { command: "delete", names, targets: taken, delimiter }];
  const open = allTargets.filter(
    (target) => targets.includes(target) && !taken.includes(target) && has(situation, target),
  );
  const isDoneInPart = open.length > 0 && !taken.some((target) => has(situation, target));
  const finish: Hint = [
    "if it was renamed there: ",
    { command: "rename", names: [from, to], targets: open, delimiter },
    "; ",
  ];
  const shown = names.map((name) => `"${briefName(name)}"`).join(", ");
  throw new InterimapError(
    "MAILBOX_EXISTS",
    `cannot rename "${briefName(from)}" to "${briefName(to)}": ${shown} already exists ${taken.map(where).join(" and ")}`,
    { hint: [...(isDoneInPart ? finish : []), ...clear] },
  );
}

function where(target: Target): string {
  return target === "database" ? "in the database" : `on the ${target} server`;
}
