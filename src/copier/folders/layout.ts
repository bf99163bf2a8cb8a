// Where an account keeps its folders: the prefix of their names, and what separates levels.

import type { Host } from "../options/host.ts";
import type { Options } from "../options/options.ts";

export interface Layout {
  /** With its separator, `INBOX.`; often empty. */
  readonly prefix: string;
  readonly separator: string;
}

/** What a server says of it: NAMESPACE its first personal one (RFC 2342), LIST the delimiter of its names. */
export interface ToldLayout {
  readonly namespace?: { readonly prefix: string; readonly delimiter: string | null } | undefined;
  readonly delimiter?: string | null | undefined;
}

export type LayoutOptions = Pick<Options, "prefix1" | "prefix2" | "sep1" | "sep2">;

interface LayoutSources {
  readonly options: LayoutOptions;
  readonly told: ToldLayout;
  /** All names that the server lists. */
  readonly folders: readonly string[];
}

/** What the user says counts more than what the server says, and that more than a guess from the names. */
export function layoutOf(host: Host, { options, told, folders }: LayoutSources): Layout {
  return {
    prefix: options[`prefix${host}`] ?? told.namespace?.prefix ?? guessPrefix(folders),
    separator: options[`sep${host}`] ?? told.namespace?.delimiter ?? told.delimiter ?? guessSeparator(folders),
  };
}

/** `INBOX.` or the like where all names are INBOX or begin so, as they are spelled; else none. */
export function guessPrefix(folders: readonly string[]): string {
  let prefix = "";
  for (const folder of folders) {
    const parts = /^(?:INBOX$|(INBOX[/.]))/i.exec(folder);
    if (parts === null) return "";
    if (prefix === "") prefix = parts[1] ?? "";
  }
  return prefix;
}

/** The one that occurs most often, in all names together; a slash where none does. */
export function guessSeparator(folders: readonly string[]): string {
  const all = folders.join("");
  const times = (separator: string): number => all.split(separator).length - 1;
  return ["/", ".", "\\"].reduce((best, separator) => (times(separator) > times(best) ? separator : best));
}
