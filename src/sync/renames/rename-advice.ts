// The errors about mailboxes that cannot have one name everywhere, with the commands to choose from. Pure.

import type { ListedMailbox, Listing } from "../../mail/listing/list-mailboxes.ts";
import { InterimapError } from "../../model/errors.ts";
import { briefName, isWithin, renamedAlong } from "../../model/mailbox-name.ts";
import type { Hint, Remedy } from "../../model/remedy.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { serverOrder, type Target } from "../../model/target.ts";
import { goneError } from "../mailboxes/gone-mailbox.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import type { Held } from "./renaming.ts";

interface Circumstances {
  readonly listings: PerSide<Listing>;
  readonly known: ReadonlyMap<string, KnownMailbox>;
}

/** Why a mailbox is skipped, with the commands that settle it. */
export function heldError({ from, to, obstacle }: Held, { listings, known }: Circumstances): InterimapError {
  const { delimiter } = listings.local.naming;
  const rename = (targets: readonly Target[], ...names: readonly string[]): Remedy => ({
    command: "rename",
    names,
    targets,
    delimiter,
  });
  const error = (message: string, hint: Hint): InterimapError =>
    new InterimapError("MAILBOX_RENAMED", message, { hint });
  const shown = `"${briefName(to)}"`;
  switch (obstacle.kind) {
    case "mere":
      return goneError({ side: obstacle.side, name: from, listings, known: known.get(from), heir: to });
    case "both": {
      const { names } = obstacle;
      const mailboxes = perSide((side) => listings[side].mailboxes);
      const same = sidesToAgree(names, mailboxes).map((side) => rename([side], names[side], names[otherSide(side)]));
      const anew = sides.map((side) => rename([side], names[side], "NEWNAME"));
      return error(
        `is now called "${briefName(names.local)}" on the local server and "${briefName(names.remote)}" on the remote server`,
        ["to give it one name: ", ...(same.length > 0 ? joined(same, "; or: ") : joined(anew, " && "))],
      );
    }
    case "taken":
      return error(
        `is now called ${shown} on the ${obstacle.side} server, but the ${otherSide(obstacle.side)} server has another mailbox of that name`,
        [
          "to rename the other one: ",
          rename([otherSide(obstacle.side), ...(obstacle.isKnown ? (["database"] as const) : [])], to, "NEWNAME"),
        ],
      );
    case "ignored":
      return error(`is now called ${shown} on the ${obstacle.side} server, a name that is skipped`, [
        "to rename it everywhere: ",
        rename([otherSide(obstacle.side), "database"], from, to),
      ]);
    case "inbox":
      return error(`the ${obstacle.side} server now has its messages in ${shown}`, [
        "to move them on the other server too: ",
        rename([otherSide(obstacle.side), "database"], from, to),
      ]);
    case "unclear": {
      const names = obstacle.names.map((name) => `"${briefName(name)}"`).join(" or ");
      return error(`may now be called ${names} on the ${obstacle.side} server: these cannot be told apart`, [
        "to rename it on the other server: ",
        rename([otherSide(obstacle.side), "database"], from, "NEWNAME"),
      ]);
    }
    case "entangled":
      return error(
        `is now called ${shown} on the ${obstacle.side} server`,
        "see the other mailboxes that were skipped",
      );
  }
}

function joined(remedies: readonly Remedy[], words: string): Exclude<Hint, string> {
  return remedies.flatMap((remedy, index) => (index === 0 ? [remedy] : [words, remedy]));
}

/** The servers on which it can get the name that it has on the other; `--rename` would refuse anything else. */
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
