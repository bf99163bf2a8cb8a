// What the accounts have: folders, what they are for, and which are paired because of that.

import type { SpecialFolders } from "../folders/automap.ts";
import type { Layout } from "../folders/layout.ts";
import type { Host } from "../options/host.ts";
import { bracketed } from "./shown-name.ts";

type PerHost<T> = Readonly<Record<Host, T>>;

const hosts: readonly Host[] = [1, 2];

export function layoutLines(layouts: PerHost<Layout>): string[] {
  return hosts.map((host) => {
    const { separator, prefix } = layouts[host];
    return `Host${host}: separator and prefix: [${separator}][${prefix}]`;
  });
}

/** Both lists, and what host1 does not have, by names alone or with `--automap` and the like, by `known`. */
export function listingLines(folders: PerHost<readonly string[]>, known: ReadonlySet<string>): string[] {
  const extra = folders[2].filter((folder) => !known.has(folder));
  return [
    ...hosts.flatMap((host) => [`Host${host}: folders list:`, ...folders[host].toSorted().map(bracketed), ""]),
    ...(extra.length === 0 ? [] : ["Folders in host2 not in host1:", ...extra.toSorted().map(bracketed), ""]),
  ];
}

export function automapLines(special: PerHost<SpecialFolders>, pairs: ReadonlyMap<string, string>): string[] {
  const uses = hosts.flatMap((host) =>
    Array.from(special[host], ([use, folder]) => `Host${host}: special ${bracketed(folder).padEnd(22)} = ${use}`),
  );
  return [
    ...uses.toSorted(),
    "",
    "Folders mapping from --automap feature (use --f1f2 to override any mapping):",
    ...Array.from(pairs, ([from, to]) => `${bracketed(from).padEnd(40)} -> ${bracketed(to)}`).toSorted(),
    "",
  ];
}
