// The decisions about a known mailbox that has another name now.

import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import type { PerSide, Side } from "../../model/side.ts";

export interface Renaming {
  readonly idx: number;
  readonly from: string;
  readonly to: string;
}

export interface Move extends Renaming {
  /** The server on which to rename it. */
  readonly side: Side;
  /** Its name there, which may differ from the recorded one. */
  readonly current: string;
}

/** Both servers have another name for it. In the database, it goes along with the mailbox above it, and is looked at again. */
export interface Carried extends Renaming {
  /** The idx of that one. */
  readonly above: number;
}

/** Why a mailbox is not renamed. */
export type Obstacle =
  /** No mailbox took its old name, so only a person can say that it was renamed. */
  | { readonly kind: "mere"; readonly side: Side }
  | { readonly kind: "both"; readonly names: PerSide<string> }
  /** The other server has another mailbox of the new name; known: under that name. */
  | { readonly kind: "taken"; readonly side: Side; readonly isKnown: boolean }
  | { readonly kind: "ignored"; readonly side: Side }
  | { readonly kind: "inbox"; readonly side: Side }
  /** It may be any of several, which have the same contents, or cannot be compared. */
  | { readonly kind: "unclear"; readonly side: Side; readonly names: readonly string[] }
  /** It depends on a mailbox that is left alone, and that has a line of its own. */
  | { readonly kind: "entangled"; readonly side: Side };

export interface Held extends Renaming {
  readonly obstacle: Obstacle;
  /** All names that it has or had anywhere: under none of them is the mailbox that it seems to be. */
  readonly names: readonly string[];
}

export interface DecisionSituation {
  readonly known: readonly { readonly idx: number; readonly name: string }[];
  readonly listed: PerSide<ReadonlyMap<string, ListedMailbox>>;
  /** See Whereabouts. */
  readonly places: PerSide<ReadonlyMap<number, string | undefined>>;
  readonly unclear: PerSide<ReadonlyMap<number, readonly string[]>>;
  readonly isIgnored: (name: string) => boolean;
  /** Whether a mailbox of this name is synchronised, if there is one. */
  readonly isInScope: (name: string) => boolean;
  /** Whether a rename on this side is followed even if nothing else happened. */
  readonly isTold: (side: Side) => boolean;
  /** Whether it is certain enough that a mailbox was renamed on this side. */
  readonly isConfirmed: (side: Side, idx: number) => boolean;
}

/** A known mailbox that has another name on a server, or on both. */
export interface Candidate {
  readonly idx: number;
  readonly name: string;
  /** Undefined: nowhere. */
  readonly at: PerSide<string | undefined>;
}

export function holdBack({ idx, name, at }: Candidate, obstacle: Obstacle): Held {
  const more = obstacle.kind === "unclear" ? obstacle.names : [];
  const names = [...new Set([name, at.local, at.remote, ...more].filter((one) => one !== undefined))];
  const side = "side" in obstacle ? obstacle.side : "local";
  return { idx, from: name, to: at[side] ?? name, obstacle, names };
}
