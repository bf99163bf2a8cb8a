// What settling the names of mailboxes needs, and what was found before.

import type { Session } from "../../imap/session/session.ts";
import type { ListingQuery } from "../../mail/listing/list-both.ts";
import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import type { FollowedDeletions } from "../../model/followed-deletions.ts";
import type { PerSide } from "../../model/side.ts";
import type { Store } from "../../state/state-store.ts";
import type { Report } from "../context/events.ts";
import type { Scene } from "../mailboxes/look-again.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import type { RenameSource } from "./rename-news-plan.ts";
import type { Found } from "./whereabouts.ts";

export interface Settling {
  readonly sessions: PerSide<Session>;
  readonly store: Store;
  readonly query: ListingQuery;
  readonly report: Report;
  readonly isIgnored: (name: string) => boolean;
  readonly renames?: RenameSource;
  readonly followsRenames?: boolean;
  /** Undefined: mailboxes that a server no longer has are left to the user. */
  readonly deletions?: FollowedDeletions | undefined;
  /** Deletes mailboxes that were deleted on one server, and whose names others have there now. True if anything changed. */
  readonly makeRoom?: (scene: Scene) => Promise<boolean>;
  /** Mailboxes that this run must not touch. */
  readonly skipped: Set<string>;
  /** Mailboxes that must be looked at even if their numbers are as recorded. */
  readonly doubted: Set<string>;
}

export interface Listed {
  readonly listings: PerSide<Listing>;
  readonly known: ReadonlyMap<string, KnownMailbox>;
  /** Undefined: every known mailbox is what it was. */
  readonly found: Found | undefined;
  /** False: mailboxes that would still have to be renamed are left alone. */
  readonly mayRename: boolean;
}
