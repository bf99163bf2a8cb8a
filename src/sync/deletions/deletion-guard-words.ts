// The texts of the guard's errors: what vanished, what was done about it, and how to go on.

import { InterimapError } from "../../model/errors.ts";
import { briefName } from "../../model/mailbox-name.ts";
import { type PerSide, type Side, sides } from "../../model/side.ts";

/** At most this many mailboxes are named. */
const mostNames = 20;

interface TooMany {
  /** How many messages of each side have vanished, in all mailboxes. */
  readonly vanished: PerSide<number>;
  /** How many of all these were deleted on the other side. */
  readonly deleted: number;
  /** How many were deleted within 24 hours before. */
  readonly lostBefore: number;
  /** How many are known to be on both sides, or were before that. */
  readonly known: number;
  /** Those that were held back, if that is to be said. */
  readonly mailboxes?: readonly string[];
}

export function tooMany({ vanished, deleted, lostBefore, known, mailboxes = [] }: TooMany): InterimapError {
  const seen = sides.filter((side) => vanished[side] > 0).map((side) => vanishedFrom(side, vanished[side], known));
  if (lostBefore > 0) seen.push(`${String(lostBefore)} others were deleted within 24 hours before`);
  const outcome =
    deleted === 0
      ? "nothing was deleted"
      : `only ${String(deleted)} ${deleted === 1 ? "was" : "were"} deleted on the other one`;
  const where = mailboxes.length === 0 ? "" : `; skipped: ${listed(mailboxes)}`;
  return refusal(`${seen.join(", and ")}; ${outcome}${where}`, mostLossy(vanished));
}

export function listsNothing(side: Side): InterimapError {
  return refusal(`the ${side} server no longer lists any mailbox; nothing was changed`, side);
}

interface Disappearance {
  readonly gone: number;
  /** How many more were deleted within 24 hours before, since they were gone. */
  readonly before: number;
  /** How many there are, or were before that. */
  readonly known: number;
}

/** Far more mailboxes are gone than people delete. */
export function massDisappearance(side: Side, { gone, before, known }: Disappearance): InterimapError {
  const others = before === 0 ? "" : `, and ${String(before)} others were deleted within 24 hours before`;
  const verb = gone === 1 ? "has" : "have";
  const message = `${String(gone)} of ${String(known)} mailboxes ${verb} disappeared from the ${side} server${others}; nothing was deleted`;
  return refusal(message, side);
}

interface Emptied {
  readonly name: string;
  /** How many messages of each side have vanished and are still on the other. */
  readonly vanished: PerSide<number>;
  /** How many were lost within 24 hours, and how many there were before. */
  readonly lost: number;
  readonly before: number;
}

export function emptied({ name, vanished, lost, before }: Emptied): InterimapError {
  const side = mostLossy(vanished);
  const message = `${vanishedFrom(side, lost, before)} within 24 hours`;
  const hint = [
    `the last ${String(vanished[side])} were not deleted; if this is intended, run: `,
    { command: "allow-mass-delete", mailbox: name },
  ] as const;
  return new InterimapError("MAILBOX_EMPTIED", message, { side, hint });
}

function refusal(message: string, side: Side): InterimapError {
  const hint = ["if this is intended, run: ", { command: "allow-mass-delete" }] as const;
  return new InterimapError("MASS_DELETION", message, { side, hint });
}

function vanishedFrom(side: Side, count: number, known: number): string {
  return `${String(count)} of ${String(Math.max(known, count))} messages have vanished from the ${side} server`;
}

function mostLossy(vanished: PerSide<number>): Side {
  return vanished.local >= vanished.remote ? "local" : "remote";
}

function listed(mailboxes: readonly string[]): string {
  const names = mailboxes.slice(0, mostNames).map((name) => `"${briefName(name)}"`);
  const more = mailboxes.length - names.length;
  return [...names, ...(more > 0 ? [`${String(more)} others`] : [])].join(", ");
}
