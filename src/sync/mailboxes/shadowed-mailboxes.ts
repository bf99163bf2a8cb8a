// Mailboxes that have no name of their own here, because map-mailbox gives theirs to another one.

import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import { InterimapError } from "../../model/errors.ts";
import { briefName, type Shadowed } from "../../model/mailbox-name.ts";
import { settingsInCharge } from "../../model/name-pairs.ts";
import { type PerSide, sides } from "../../model/side.ts";
import type { Report } from "../context/events.ts";

/** They are left alone, and nothing of the other one's. */
export function reportShadowed({ report }: { readonly report: Report }, listings: PerSide<Listing>): void {
  for (const side of sides)
    for (const one of listings[side].shadowed ?? [])
      report({ type: "mailbox-skipped", side, mailbox: one.name, error: shadowedError(one) });
}

function shadowedError({ name, other: { ours, theirs } }: Shadowed): InterimapError {
  const message = `"${briefName(ours)}" is what the mailbox "${briefName(theirs)}" of this server is called on the other one, by ${settingsInCharge}`;
  return new InterimapError("MAILBOX_NAME", message, {
    hint: `give this one a name there, too (map-mailbox = NAME = "${briefName(name)}"), or rename it`,
  });
}
