// A database of an older version is upgraded as soon as both servers have told their hierarchy delimiters.

import type { Naming } from "../model/mailbox-name.ts";
import { perSide, type PerSide } from "../model/side.ts";
import type { Store } from "../store/store.ts";
import type { Report } from "./events.ts";

/** @throws InterimapError DELIMITER_MISMATCH or DATABASE_UPGRADE, and nothing is changed. */
export function upgradeStore(
  { store, report }: { readonly store: Store; readonly report: Report },
  namings: PerSide<Naming>,
): void {
  if (!store.needsUpgrade) return;
  const mended = store.upgrade(perSide((side) => namings[side].delimiter));
  for (const [mailbox, count] of mended) report({ type: "entries-dropped", mailbox, count });
}
