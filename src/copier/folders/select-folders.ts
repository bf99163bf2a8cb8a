// Which folders of host1 are copied, and in which order.

import type { Options } from "../options/options.ts";
import { listedName, withoutTrailing } from "./given-name.ts";
import type { Layout } from "./layout.ts";
import { belowSubfolder1, isInside, unlessEmpty } from "./subfolders.ts";

export interface Selection {
  readonly options: Pick<
    Options,
    "folder" | "folderrec" | "subscribed" | "folderfirst" | "folderlast" | "checkfoldersexist" | "subfolder1"
  >;
  readonly layout: Layout;
  /** All names that host1 lists. */
  readonly folders: readonly string[];
  /** Those that cannot be selected, by their attributes or because they were tried. */
  readonly unselectable?: ReadonlySet<string>;
  readonly subscribed?: readonly string[];
  /** Come last, behind those of `--folderlast`, unless they are to be first. */
  readonly last?: readonly string[];
  /** `--include`; none is given: undefined. */
  readonly include?: ((folder: string) => boolean) | undefined;
  readonly exclude?: ((folder: string) => boolean) | undefined;
}

export interface Selected {
  /** In the order in which they are copied. */
  readonly wanted: readonly string[];
  /** Asked for, and left out because host1 does not have them. */
  readonly missing: readonly string[];
  /** Asked for, and without messages of their own. */
  readonly unselectable: readonly string[];
}

/** `--subfolder1` narrows what the other options select; whether it exists is to be asked before. */
export function selectFolders(selection: Selection): Selected {
  const { options, folders, unselectable = new Set<string>(), last = [] } = selection;
  const existing = new Set(folders);
  const requested = [...requestedFolders(selection)].filter((folder) => selection.exclude?.(folder) !== true);
  const isMissing = (folder: string): boolean => options.checkfoldersexist && !existing.has(folder);
  return {
    wanted: inOrder(
      requested.filter((folder) => !isMissing(folder) && !unselectable.has(folder)),
      {
        first: options.folderfirst.map((name) => listedName(name, folders)),
        last: [...options.folderlast, ...last].map((name) => listedName(name, folders)),
      },
    ),
    missing: requested.filter(isMissing),
    unselectable: requested.filter((folder) => unselectable.has(folder)),
  };
}

function requestedFolders({ options, layout, folders, subscribed = [], include }: Selection): Set<string> {
  const { folder, folderrec } = options;
  const subfolder1 = unlessEmpty(options.subfolder1);
  const isInScope = (name: string): boolean =>
    subfolder1 === undefined || belowSubfolder1(name, subfolder1, layout) !== undefined;
  const isNamed = folder.length > 0 || folderrec.length > 0 || options.subscribed;
  const requested = new Set(isNamed || include !== undefined ? [] : folders);
  const add = (names: readonly string[]): void => {
    for (const name of names) requested.add(name);
  };
  add(folder.map((name) => listedName(name, folders)));
  for (const base of folderrec) add(recursively(base, layout.separator, folders));
  if (options.subscribed) add(subscribed);
  if (include !== undefined) add(folders.filter(include));
  return new Set([...requested].filter(isInScope));
}

/** The folder, whether it exists or not, and those below it. */
function recursively(given: string, separator: string, folders: readonly string[]): string[] {
  const base = listedName(withoutTrailing(given, separator), folders);
  return [base, ...folders.filter((folder) => isInside(folder, base, separator))];
}

interface Ends {
  readonly first: readonly string[];
  readonly last: readonly string[];
}

/** Bytewise, which on names of octets is how JavaScript sorts. */
function inOrder(wanted: readonly string[], ends: Ends): string[] {
  const rest = new Set(wanted);
  const take = (names: readonly string[]): string[] => names.filter((name) => rest.delete(name));
  const first = take(ends.first);
  const last = take(ends.last);
  return [...first, ...[...rest].toSorted(), ...last];
}
