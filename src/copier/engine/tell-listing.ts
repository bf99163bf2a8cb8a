// Says which folders there are, and which are paired because of their use.

import type { Emit } from "../events.ts";
import type { SpecialFolders } from "../folders/automap.ts";
import type { NameMapper } from "../folders/folder-names.ts";
import type { Layout } from "../folders/layout.ts";
import type { Host } from "../options/options.ts";
import { automapLines, layoutLines, listingLines } from "../report/listing-lines.ts";

type PerHost<T> = Readonly<Record<Host, T>>;

export interface AccountListing {
  readonly layouts: PerHost<Layout>;
  readonly folders: PerHost<readonly string[]>;
  readonly nameOn2: NameMapper;
  /** With `--automap`. */
  readonly pairing: Pairing | undefined;
}

export interface Pairing {
  readonly special: PerHost<SpecialFolders>;
  /** From names of host1 to names of host2. */
  readonly pairs: ReadonlyMap<string, string>;
}

export function tellListing(emit: Emit, { layouts, folders, nameOn2, pairing }: AccountListing): void {
  const say = (text: string): void => {
    emit({ type: "notice", text });
  };
  layoutLines(layouts).forEach(say);
  emit({ type: "section", title: "Listing folders" });
  say("Names are in brackets, as options have them, and behind them as people read them: [X] = [Y].");
  listingLines(folders, new Set([...folders[1], ...folders[1].map(nameOn2)])).forEach(say);
  if (pairing !== undefined) automapLines(pairing.special, pairing.pairs).forEach(say);
}
