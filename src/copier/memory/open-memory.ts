// The memory that the options of a run ask for. Loads SQLite: see hasMemory().

import { join } from "node:path";
import { makePrivateDirectory } from "../../files/open-safely.ts";
import { InterimapError } from "../../model/errors.ts";
import type { Fence } from "../../model/fence.ts";
import type { CopyRecord, FolderPair } from "../../state/copies.ts";
import { openCopyStore } from "../../state/open-copies.ts";
import type { Options } from "../options/options.ts";
import { temporaryDirectory } from "../process/enter-run.ts";
import { filterPart } from "../process/file-names.ts";
import type { CopyMemory, Existing } from "./memory.ts";
import { cachedNames, cachedPairs } from "./original-cache.ts";

export type MemoryOptions = Pick<
  Options,
  "state" | "usecache" | "useuid" | "cacheaftercopy" | "tmpdir" | "host1" | "user1" | "host2" | "user2"
>;

/** Of each account what tells it from all others: `alice@imap.example.net:993`. */
export interface MemoryAccounts {
  readonly account1: string;
  readonly account2: string;
}

/**
 * The file of `--state`; else the one that stands for the cache of `--usecache` and `--useuid`.
 * @throws InterimapError DATABASE_CREATE, DATABASE_LOCKED, DATABASE_READ, DATABASE_VERSION
 */
export function openMemory(options: MemoryOptions, accounts: MemoryAccounts, fence?: Fence): CopyMemory {
  const cache = cacheOf(options);
  const inState = options.state !== undefined;
  const path = options.state ?? join(cache, cacheFile);
  if (!inState) makeDirectory(cache);
  const remedy = inState
    ? "name another file with --state, or move this one away: the next run then compares messages by their headers"
    : "name another directory with --tmpdir, or move the file away: the next run then compares messages by their headers";
  const record = openCopyStore({ path, accounts, remedy, fence });
  // The original writes there only with its cache.
  return new Memory(record, {
    cache: options.usecache === true ? cache : undefined,
    keeps: inState || options.cacheaftercopy !== false,
  });
}

/** Beside the directories of folders that the original has made. */
const cacheFile = ".imapsync-copies.db";

/** As the original has it. Of whom the file is, it says itself: names may become the same. */
function cacheOf({ host1 = "", user1 = "", host2 = "", user2 = "", ...options }: MemoryOptions): string {
  return join(temporaryDirectory(options), "imapsync_cache", ...[host1, user1, host2, user2].map(filterPart));
}

function makeDirectory(path: string): void {
  try {
    makePrivateDirectory(path, { recursive: true });
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new InterimapError("DATABASE_CREATE", `cannot create the directory ${path} (${code})`, {
      hint: "name another directory with --tmpdir",
      cause: error,
    });
  }
}

interface Manner {
  /** Where the original's cache of these accounts would be. */
  readonly cache: string | undefined;
  /** False: copies are not remembered (`--nocacheaftercopy`). */
  readonly keeps: boolean;
}

class Memory implements CopyMemory {
  readonly #record: CopyRecord;
  readonly #manner: Manner;

  constructor(record: CopyRecord, manner: Manner) {
    this.#record = record;
    this.#manner = manner;
  }

  isKnown(folders: FolderPair): boolean {
    return this.#record.isKnown(folders);
  }

  pairsOf(folders: FolderPair): ReturnType<CopyRecord["pairsOf"]> {
    return this.#record.pairsOf(folders);
  }

  copiesOfOthers(folders: FolderPair): ReturnType<CopyRecord["copiesOfOthers"]> {
    return this.#record.copiesOfOthers(folders);
  }

  add(...args: Parameters<CopyRecord["add"]>): void {
    if (this.#manner.keeps) this.#record.add(...args);
  }

  forget(...args: Parameters<CopyRecord["forget"]>): void {
    this.#record.forget(...args);
  }

  finished(...args: Parameters<CopyRecord["finished"]>): void {
    if (this.#manner.keeps) this.#record.finished(...args);
  }

  stateOf(folders: FolderPair): ReturnType<CopyRecord["stateOf"]> {
    return this.#record.stateOf(folders);
  }

  signaturesOf(...args: Parameters<CopyRecord["signaturesOf"]>): ReturnType<CopyRecord["signaturesOf"]> {
    return this.#record.signaturesOf(...args);
  }

  sign(...args: Parameters<CopyRecord["sign"]>): void {
    if (this.#manner.keeps) this.#record.sign(...args);
  }

  sizesOf(...args: Parameters<CopyRecord["sizesOf"]>): ReturnType<CopyRecord["sizesOf"]> {
    return this.#record.sizesOf(...args);
  }

  measured(...args: Parameters<CopyRecord["measured"]>): void {
    if (this.#manner.keeps) this.#record.measured(...args);
  }

  inherit(folders: FolderPair, { delimiter1, delimiter2, uids1, uids2 }: Existing): number {
    const { cache } = this.#manner;
    if (cache === undefined || this.isKnown(folders)) return 0;
    const names = cachedNames(cache, { ...folders, delimiter1, delimiter2 });
    if (names.length === 0) return 0;
    const pairs = cachedPairs(names, uids1, uids2);
    this.#record.add(folders, pairs);
    return pairs.length;
  }

  close(): void {
    this.#record.close();
  }
}
