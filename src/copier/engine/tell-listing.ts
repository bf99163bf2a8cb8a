// Says which folders there are, and which are paired because of their use.

import { type PerSide, sides } from "../../model/side.ts";
import { excerpt } from "../../util/printable.ts";
import type { Emit } from "../events.ts";
import type { SpecialFolders } from "../folders/automap.ts";
import type { NameMapper } from "../folders/folder-names.ts";
import type { Layout } from "../folders/layout.ts";
import { type Host, hostOf } from "../options/host.ts";
import { automapLines, layoutLines, listingLines } from "../report/listing-lines.ts";
import type { AccountFolders } from "./account-folders.ts";

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

/** On host1 a folder that is not copied; on host2 one that may be there although it seems to be missing. */
export function tellUnreadable(emit: Emit, listings: PerSide<Pick<AccountFolders, "unreadable">>): void {
  for (const side of sides)
    for (const line of listings[side].unreadable) {
      const host = hostOf(side);
      const what = `a folder of host${String(host)}, which the server lists in a line that cannot be read: "${excerpt(line)}"`;
      if (host === 1) emit({ type: "error", error: { kind: "unclassified", text: `could not copy ${what}` } });
      else emit({ type: "notice", host, text: `nothing is known of ${what}`, isWarning: true });
    }
}
