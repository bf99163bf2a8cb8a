// What a run may know of former ones, so that it needs no headers to tell what is on host2 already.

import type { CopyRecord, FolderPair } from "../../state/copies.ts";
import type { Options } from "../options/options.ts";

/** Whether a run has a memory: only then open-memory.ts, and SQLite with it, is to be loaded. */
export function hasMemory({ state, usecache }: Pick<Options, "state" | "usecache">): boolean {
  return state !== undefined || usecache === true;
}

/** By which the cache of the original is found, and believed. */
export interface Existing {
  readonly delimiter1: string | null | undefined;
  readonly delimiter2: string | null | undefined;
  /** The messages that are there now. */
  readonly uids1: Iterable<number>;
  readonly uids2: Iterable<number>;
}

/**
 * A pair is added when host2 has told the UID of its copy. Between that and the message being stored a run may be killed, and a
 * loss of power may take the last pairs: what has no pair on either side is to be compared by other means before it is copied.
 */
export interface CopyMemory extends CopyRecord {
  /**
   * Takes over, once, what the original's cache says of two folders that are not known: the pairs of which both messages are
   * there. Returns how many.
   */
  inherit(folders: FolderPair, existing: Existing): number;
}
