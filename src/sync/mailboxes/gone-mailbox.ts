// The error for a known mailbox that one server no longer has, with the commands to choose from.

import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import { InterimapError } from "../../model/errors.ts";
import { briefName } from "../../model/mailbox-name.ts";
import { otherSide, type PerSide, type Side } from "../../model/side.ts";
import type { KnownMailbox } from "./mailbox-plan.ts";

export interface GoneMailbox {
  /** Where it is gone. */
  readonly side: Side;
  readonly name: string;
  readonly listings: PerSide<Listing>;
  readonly known: KnownMailbox | undefined;
  /** What it is called there now, as far as can be seen. */
  readonly heir?: string | undefined;
  /** Why it is not deleted on the other server. */
  readonly reason?: string | undefined;
}

/** A mailbox that was deleted and one that was renamed look much the same: only the user knows. */
export function goneError({ side, name, listings, known, heir, reason }: GoneMailbox): InterimapError {
  const { delimiter } = listings.local.naming;
  const other = otherSide(side);
  const there = listings[other].mailboxes.get(name)?.state?.uidValidity;
  if (there !== undefined && there !== known?.states[other]?.uidValidity) {
    return new InterimapError(
      "MAILBOX_GONE",
      `disappeared from the ${side} server, and was created anew on the other`,
      {
        hint: ["to treat it as a new one: ", { command: "delete", names: [name], targets: ["database"], delimiter }],
      },
    );
  }
  const where = heir === undefined ? "" : `, where its messages are now in "${briefName(heir)}"`;
  const why = reason === undefined ? "" : `, and is left alone on the other: ${reason}`;
  return new InterimapError("MAILBOX_GONE", `disappeared from the ${side} server${where}${why}`, {
    hint: [
      "to delete it everywhere: ",
      { command: "delete", names: [name], delimiter },
      "; if it was renamed: ",
      { command: "rename", names: [name, heir ?? "NEWNAME"], targets: [other, "database"], delimiter },
    ],
  });
}
