// The cache of the original: below tmpdir an empty file for each pair of messages, in directories called like hosts, users and
// folders. It knows no UIDVALIDITY.

import { readdirSync } from "node:fs";
import { join, normalize } from "node:path";
import { distrustOf } from "../../files/examine.ts";
import type { UidPair } from "../../model/uid-pairs.ts";
import { maxUid } from "../../model/uid-set.ts";
import { filterName } from "../process/file-names.ts";

export interface CachedFolders {
  readonly folder1: string;
  readonly folder2: string;
  readonly delimiter1: string | null | undefined;
  readonly delimiter2: string | null | undefined;
}

/** What the directory of two folders is called, below that of their accounts; undefined where it could be anything else. */
function directoryOf({ folder1, folder2, delimiter1, delimiter2 }: CachedFolders): string | undefined {
  const path = [inSlashes(folder1, delimiter1), inSlashes(folder2, delimiter2)].map(filterName).join("/");
  // A name of octets that are no text, and one that leads elsewhere.

  if (/[^\x00-\x7f]/.test(path) || normalize(`/${path}`) !== `/${path}`) return undefined;
  return path;
}

function inSlashes(folder: string, delimiter: string | null | undefined): string {
  return delimiter === null || delimiter === undefined ? folder : folder.replaceAll(delimiter, "/");
}

/** The names of the files about two folders, below the directory of their accounts; none where others could have made them. */
export function cachedNames(accounts: string, folders: CachedFolders): readonly string[] {
  const directory = directoryOf(folders);
  if (directory === undefined) return [];
  const path = join(accounts, directory);
  try {
    // What is in a directory that nobody else may write to, this user made.
    return distrustOf(join(path, "1_1")) === undefined ? readdirSync(path) : [];
  } catch {
    return [];
  }
}

/** The pairs of which both messages are there. One message is in one pair: among several, those of the greatest UIDs. */
export function cachedPairs(names: readonly string[], uids1: Iterable<number>, uids2: Iterable<number>): UidPair[] {
  const [left1, left2] = [new Set(uids1), new Set(uids2)];
  return names
    .flatMap((name) => pairOf(name) ?? [])
    .filter(([uid1, uid2]) => left1.has(uid1) && left2.has(uid2))
    .sort(([a1, a2], [b1, b2]) => (a1 === b1 ? b2 - a2 : b1 - a1))
    .filter(([uid1, uid2]) => left1.has(uid1) && left2.has(uid2) && left1.delete(uid1) && left2.delete(uid2));
}

/** `12_345` */
function pairOf(name: string): [UidPair] | undefined {
  const [, uid1, uid2] = /^(\d{1,10})_(\d{1,10})$/.exec(name) ?? [];
  const pair = [Number(uid1), Number(uid2)] as const;
  return pair.every((uid) => uid >= 1 && uid <= maxUid) ? [pair] : undefined;
}
