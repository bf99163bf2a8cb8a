// What to say of a mailbox that cannot be called the same everywhere, and which commands to choose from. Pure.

import { InterimapError } from "../../model/errors.ts";
import { briefName, isWithin, renamedAlong } from "../../model/mailbox-name.ts";
import { otherSide, perSide, sides, type PerSide, type Side } from "../../model/side.ts";
import { serverOrder } from "../../model/target.ts";
import { goneError } from "../mailboxes/gone-mailbox.ts";
import type { ListedMailbox, Listing } from "../../mail/listing/list-mailboxes.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import type { Held } from "./renaming.ts";
import { suggestedCommand, type Program } from "../mailboxes/suggested-command.ts";

interface Circumstances {
  readonly listings: PerSide<Listing>;
  readonly known: ReadonlyMap<string, KnownMailbox>;
  readonly program: Program;
}

/** Why it is left out, with the commands that settle it. */
export function heldError({ from, to, obstacle }: Held, { listings, known, program }: Circumstances): InterimapError {
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
      const rename = (side: Side, to: string): string => command([side], names[side], to);
      const mailboxes = perSide((side) => listings[side].mailboxes);
      const same = sidesToAgree(names, mailboxes).map((side) => rename(side, names[otherSide(side)]));
      const anew = sides.map((side) => rename(side, "NEWNAME")).join(" && ");
      return error(
        `is called "${briefName(names.local)}" on the local server now, and "${briefName(names.remote)}" on the remote server`,
        `to call it the same: ${same.length > 0 ? same.join("; or: ") : anew}`,
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

/** Where it can be called as it is on the other server; `--rename` would refuse anything else. */
export function sidesToAgree(
  names: PerSide<string>,
  listed: PerSide<ReadonlyMap<string, ListedMailbox>>,
): readonly Side[] {
  return serverOrder.filter((side) => {
    const [from, to] = [names[side], names[otherSide(side)]];
    const existing = [...listed[side]].filter(([, { exists }]) => exists).map(([name]) => name);
    const wanted = new Set(
      existing.filter((name) => isWithin(name, from)).map((name) => renamedAlong(name, { from, to })),
    );
    return !isWithin(to, from) && !existing.some((name) => wanted.has(name) && !isWithin(name, from));
  });
}
