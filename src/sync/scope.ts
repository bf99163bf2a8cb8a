// Which mailboxes a run is about, and what it may do there: from settings and the command line.

import type { DeletionLimit } from "../model/deletion-limit.ts";
import { fitsName } from "../model/fits-name.ts";
import type { FollowedDeletions } from "../model/followed-deletions.ts";
import type { WrittenPair } from "../model/name-pairs.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import { type PerSide, perSide } from "../model/side.ts";
import { isKept } from "../model/trash-mailbox.ts";
import type { SyncOptions } from "./context/run.ts";
import type { Names } from "./mailboxes/special-pairs.ts";

/** Of a configuration, which explains them. */
export interface ScopeSettings {
  readonly listMailbox: readonly string[];
  readonly listSelectOpts: readonly string[];
  readonly ignoreMailbox: RegExp | undefined;
  readonly skipSpecialUse: readonly string[];
  readonly matchExisting: boolean;
  readonly maxDelete: DeletionLimit;
  readonly followRenames: boolean;
  readonly followDeletions: FollowedDeletions | undefined;
  readonly trashMailbox: string | undefined;
}

export interface Scope {
  readonly config: ScopeSettings;
  /** That were named for this run; empty: what the settings say. */
  readonly mailboxes: readonly string[];
  /** Whatever max-delete says. */
  readonly allowsMassDelete: boolean;
}

export type ScopeOptions = Pick<
  SyncOptions,
  | "query"
  | "isGiven"
  | "isIgnored"
  | "pairsUses"
  | "skippedUses"
  | "deletionLimit"
  | "matchesExisting"
  | "followsRenames"
  | "deletions"
>;

export function scopeOf(
  { config, mailboxes, allowsMassDelete }: Scope,
  { references, paired = [], pairsUses = false }: Names,
): ScopeOptions {
  return {
    isGiven: mailboxes.length > 0,
    matchesExisting: config.matchExisting,
    followsRenames: config.followRenames,
    deletionLimit: allowsMassDelete ? undefined : config.maxDelete,
    query: {
      references,
      paired,
      patterns: mailboxes.length > 0 ? mailboxes : config.listMailbox,
      isTyped: mailboxes.length > 0,
      selectOptions: mailboxes.length > 0 ? [] : config.listSelectOpts,
    },
    pairsUses,
    skippedUses: new Set(config.skipSpecialUse),
    deletions: config.followDeletions,
    isIgnored: (name) =>
      (mailboxes.length === 0 && config.ignoreMailbox !== undefined && fitsName(config.ignoreMailbox, name)) ||
      (config.trashMailbox !== undefined && isKept(name, config.trashMailbox)),
  };
}

interface NameSettings {
  readonly servers: PerSide<Pick<ServerSettings, "listReference">>;
  readonly mapMailbox: readonly WrittenPair[];
  readonly mapSpecialUse: boolean;
}

/** What the configuration says of the servers' names. */
export function namesOf({ servers, mapMailbox, mapSpecialUse }: NameSettings): Names {
  const references = perSide((side) => servers[side].listReference);
  return { references, paired: mapMailbox, pairsUses: mapSpecialUse };
}
