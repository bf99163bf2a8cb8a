// What to say of a known mailbox that one server does not have any more, and which commands to choose from.

import { InterimapError } from "../../model/errors.ts";
import { briefName } from "../../model/mailbox-name.ts";
import { otherSide, type PerSide, type Side } from "../../model/side.ts";
import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import type { KnownMailbox } from "./mailbox-plan.ts";
import { suggestedCommand, type Program, type Suggestion } from "./suggested-command.ts";

export interface GoneMailbox {
  readonly program: Program;
  /** Where it is gone. */
  readonly side: Side;
  readonly name: string;
  readonly listings: PerSide<Listing>;
  readonly known: KnownMailbox | undefined;
  /** What it is called there now, as far as can be seen. */
  readonly heir?: string | undefined;
}

/** A mailbox that was deleted and one that was renamed look much the same: only the user knows. */
export function goneError({ program, side, name, listings, known, heir }: GoneMailbox): InterimapError {
  const suggest = (what: Pick<Suggestion, "command" | "names" | "targets">): string =>
    suggestedCommand({ ...what, program, delimiter: listings.local.naming.delimiter });
  const other = otherSide(side);
  const there = listings[other].mailboxes.get(name)?.state?.uidValidity;
  if (there !== undefined && there !== known?.states[other]?.uidValidity) {
    const forget = suggest({ command: "delete", names: [name], targets: ["database"] });
    return new InterimapError("MAILBOX_GONE", `disappeared from the ${side} server, and was made anew on the other`, {
      hint: `to begin with it as with a new one: ${forget}`,
    });
  }
  const everywhere = suggest({ command: "delete", names: [name] });
  const elsewhere = suggest({ command: "rename", names: [name, heir ?? "NEWNAME"], targets: [other, "database"] });
  const where = heir === undefined ? "" : `, which has its messages in "${briefName(heir)}" now`;
  return new InterimapError("MAILBOX_GONE", `disappeared from the ${side} server${where}`, {
    hint: `to delete it everywhere: ${everywhere}; if it was renamed: ${elsewhere}`,
  });
}
