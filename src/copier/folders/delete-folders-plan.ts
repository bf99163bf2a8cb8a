// `--delete2folders`: which folders of host2 have nothing to do with host1.

import { isInbox } from "../../model/mailbox-name.ts";
import type { Options } from "../options/options.ts";
import { byAttribute, type ListedFolder } from "./automap.ts";
import type { NameMapper } from "./folder-names.ts";
import type { Layout } from "./layout.ts";
import { ancestors, deepestFirst } from "./parents.ts";
import { isInside, subfolder2Base, unlessEmpty } from "./subfolders.ts";

export interface Deletion {
  readonly options: Pick<Options, "subfolder2">;
  readonly layout2: Layout;
  /** All of host1, whether they are copied or not. */
  readonly folders1: readonly string[];
  readonly folders2: readonly ListedFolder[];
  readonly map: NameMapper;
  /** Those of host2 that are of host1 under other names. */
  readonly aliases?: Iterable<string>;
  /** `--delete2foldersonly` */
  readonly only?: ((folder2: string) => boolean) | undefined;
  /** `--delete2foldersbutnot` */
  readonly butNot?: ((folder2: string) => boolean) | undefined;
}

export interface DeletionPlan {
  /** Those below others first. */
  readonly doomed: readonly string[];
  /** Not on host1 either, and kept because of their special use, or since they have folders in them that stay. */
  readonly spared: readonly string[];
}

export function planDeletions(deletion: Deletion): DeletionPlan {
  const { options, layout2, folders1, folders2, map, aliases = [], only, butNot } = deletion;
  const known = new Set([...folders1, ...folders1.map(map), ...aliases]);
  const subfolder2 = unlessEmpty(options.subfolder2);
  const base = subfolder2 === undefined ? undefined : subfolder2Base(subfolder2, layout2);
  const isAskedFor = ({ name }: ListedFolder): boolean =>
    !isInbox(name) &&
    !known.has(name) &&
    (base === undefined || (name !== base && isInside(name, base, layout2.separator))) &&
    only?.(name) !== false &&
    butNot?.(name) !== true;
  const asked = folders2.filter(isAskedFor);
  const needed = neededLevels(folders2, new Set(asked.map(({ name }) => name)), deletion);
  const isSpared = ({ name, attributes }: ListedFolder): boolean =>
    needed.has(name) || attributes.some((attribute) => byAttribute(attribute) !== undefined);
  return {
    doomed: deepestFirst(asked.filter((folder) => !isSpared(folder)).map(({ name }) => name)),
    spared: asked.filter(isSpared).map(({ name }) => name),
  };
}

/** What is above folders that stay, or that the run creates. */
function neededLevels(
  folders2: readonly ListedFolder[],
  asked: ReadonlySet<string>,
  { layout2, folders1, map }: Deletion,
): ReadonlySet<string> {
  const staying = folders2.filter(
    ({ name, attributes }) => !asked.has(name) || attributes.some((one) => byAttribute(one) !== undefined),
  );
  const kept = [...staying.map(({ name }) => name), ...folders1.map(map)];
  return new Set(kept.flatMap((name) => ancestors(name, layout2.separator)));
}
