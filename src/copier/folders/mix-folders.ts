// `--nomixfolders`: host2 may take `Sent` and `sent` for one folder.

import { groupBy } from "../../util/group-by.ts";
import type { NameMapper } from "./folder-names.ts";

export interface Unmixed {
  readonly wanted: readonly string[];
  /** Their names on host2 are those of others, but for the case. */
  readonly mixed: readonly string[];
}

/**
 * Of those that differ only in case, the one that host2 has, or else the first; what has the very same name on host2 was meant
 * to be merged.
 */
export function withoutMixing(wanted: readonly string[], map: NameMapper, folders2: ReadonlySet<string>): Unmixed {
  const mixed = new Set<string>();
  for (const alike of groupBy(wanted, (folder) => map(folder).toLowerCase()).values()) {
    const chosen = map(alike.find((folder) => folders2.has(map(folder))) ?? alike[0]!);
    for (const folder of alike) if (map(folder) !== chosen) mixed.add(folder);
  }
  return { wanted: wanted.filter((folder) => !mixed.has(folder)), mixed: [...mixed] };
}
