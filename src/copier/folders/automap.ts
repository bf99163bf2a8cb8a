// `--automap`: pairs folders that have the same special use on both accounts, whatever they are called.

import { decodeUtf7 } from "../../model/mailbox-name.ts";
import type { Host } from "../options/host.ts";
import type { Options } from "../options/options.ts";
import type { Layout } from "./layout.ts";
import { specialByName, type SpecialUse } from "./special-names.ts";
import { findSubfolder1, isInside, subfolder2Base, unlessEmpty } from "./subfolders.ts";

export interface ListedFolder {
  readonly name: string;
  /** As LIST told them; names of uses are RFC 6154's, or those of servers before it. */
  readonly attributes: readonly string[];
}

export interface Account {
  readonly layout: Layout;
  readonly folders: readonly ListedFolder[];
  /** Only what is in there counts. */
  readonly base?: string | undefined;
}

export type SpecialFolders = ReadonlyMap<SpecialUse, string>;

/** From names of host1 to names of host2, for each use that both have a folder for. */
export function automap(special1: SpecialFolders, special2: SpecialFolders): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const [use, folder1] of special1) {
    const folder2 = special2.get(use);
    if (folder2 !== undefined) pairs.set(folder1, folder2);
  }
  return pairs;
}

/** Where uses are looked for: with `--subfolder1` and `--subfolder2` in there, by names relative to them. */
export function automapBase(
  host: Host,
  options: Pick<Options, "subfolder1" | "subfolder2">,
  { layout, folders }: Account,
): string | undefined {
  const given = unlessEmpty(options[`subfolder${host}`]);
  if (given === undefined) return undefined;
  const names = folders.map(({ name }) => name);
  return host === 1 ? findSubfolder1(given, layout, names) : subfolder2Base(given, layout);
}

/** One folder a use: the server's word counts more than a name. */
export function specialFolders({ layout, folders, base }: Account): SpecialFolders {
  const { separator, prefix } = layout;
  const inside = folders.filter(({ name }) => base === undefined || isInside(name, base, separator));
  const special = new Map<SpecialUse, string>();
  const unmarked: string[] = [];
  for (const { name, attributes } of inside) {
    const use = attributes.map(byAttribute).find((one) => one !== undefined);
    if (use === undefined) unmarked.push(name);
    else if (!special.has(use)) special.set(use, name);
  }
  for (const name of bestFirst(unmarked, base === undefined ? prefix : base + separator)) {
    const use = specialUse(name, base === undefined ? prefix : base + separator);
    if (use !== undefined && !special.has(use)) special.set(use, name);
  }
  return special;
}

/** What a folder is for, by its name below the prefix. */
export function specialUse(name: string, prefix: string): SpecialUse | undefined {
  return specialByName(shortName(name, prefix))?.use;
}

/** As it is read, without the prefix and Gmail's first level. */
function shortName(name: string, prefix: string): string {
  const below = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return decodeUtf7(below).replace(/^\[(?:Gmail|Google Mail)\]\//, "");
}

function bestFirst(names: readonly string[], prefix: string): string[] {
  const rank = (name: string): number => specialByName(shortName(name, prefix))?.rank ?? Infinity;
  return names
    .filter((name) => rank(name) < Infinity)
    .toSorted()
    .toSorted((a, b) => rank(a) - rank(b));
}

const attributes: ReadonlyMap<string, SpecialUse> = new Map([
  ["\\all", "\\All"],
  ["\\allmail", "\\All"],
  ["\\archive", "\\Archive"],
  ["\\drafts", "\\Drafts"],
  ["\\flagged", "\\Flagged"],
  ["\\starred", "\\Flagged"],
  ["\\junk", "\\Junk"],
  ["\\spam", "\\Junk"],
  ["\\sent", "\\Sent"],
  ["\\trash", "\\Trash"],
]);

/** {@link SpecialUse} of an attribute, also of those that Gmail had before RFC 6154. */
export function byAttribute(attribute: string): SpecialUse | undefined {
  return attributes.get(attribute.toLowerCase());
}
