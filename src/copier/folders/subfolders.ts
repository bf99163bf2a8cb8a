// `--subfolder1` and `--subfolder2`: only what is below a folder of host1, and everything below a folder of host2.

import { isInbox } from "../../model/mailbox-name.ts";
import { givenName, withoutTrailing } from "./given-name.ts";
import type { Layout } from "./layout.ts";

/** As it is given, but for blanks and separators around it: what the original deletes of a name makes another one of it. */
export function subfolderName(given: string, { separator }: Pick<Layout, "separator">): string {
  return withoutTrailing(givenName(given.trim()), separator);
}

/** An option without a value is as good as not given. */
export function unlessEmpty(given: string | undefined): string | undefined {
  return given === "" ? undefined : given;
}

/** Whether a folder is this one or below it. */
export function isInside(folder: string, base: string, separator: string): boolean {
  return folder === base || folder.startsWith(base + separator);
}

/** The folder of host1 that `--subfolder1` names, with or without the prefix; undefined when neither it nor one below exists. */
export function findSubfolder1(given: string, layout: Layout, folders: readonly string[]): string | undefined {
  return spellings(given, layout).find((base) => folders.some((folder) => isInside(folder, base, layout.separator)));
}

/**
 * The name below `--subfolder1`, empty for the folder itself; undefined where the folder is not inside. Only whole levels
 * count: `MyS1/x` is not in `S1`.
 */
export function belowSubfolder1(folder: string, given: string, layout: Layout): string | undefined {
  const base = spellings(given, layout).find((spelling) => isInside(folder, spelling, layout.separator));
  return base === undefined ? undefined : folder.slice(base.length + layout.separator.length);
}

/** `--subfolder2` with host2's prefix, once. */
export function subfolder2Base(given: string, layout: Layout): string {
  const name = subfolderName(given, layout);
  return name.startsWith(layout.prefix) ? name : layout.prefix + name;
}

/** Where a name of host2 goes with `--subfolder2`. */
export function insideSubfolder2(name: string, given: string, layout: Layout): string {
  const { prefix, separator } = layout;
  const plain = !isInbox(name) && name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return subfolder2Base(given, layout) + separator + plain;
}

function spellings(given: string, layout: Layout): readonly string[] {
  const name = subfolderName(given, layout);
  return [layout.prefix + name, name];
}
