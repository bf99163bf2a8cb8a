// A mailbox in which there may be something to do: what is recorded of it, and what both servers list.

import type { ListedMailbox, Listing } from "../../mail/listing/list-mailboxes.ts";
import { type PerSide, perSide } from "../../model/side.ts";
import { rubbishOf, wireNamesOf } from "../context/run.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";

export interface Prospect {
  readonly isRubbish: boolean;
  readonly mailbox: KnownMailbox;
  /** As they were listed. */
  readonly listed: PerSide<ListedMailbox | undefined>;
  readonly wireNames: PerSide<string>;
}

export function prospectOf(mailbox: KnownMailbox, listings: PerSide<Listing>): Prospect {
  const { name } = mailbox;
  const listed = perSide((side) => listings[side].mailboxes.get(name));
  return { mailbox, listed, wireNames: wireNamesOf(name, listings), ...rubbishOf(name, listings) };
}
