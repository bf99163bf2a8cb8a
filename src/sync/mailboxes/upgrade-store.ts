// Upgrades an older database, and records the accounts of one that does not know them yet, as soon as both servers have
// let us in and given their hierarchy delimiters. Whether it belongs to them is settled before, if that is in doubt.

import type { Session } from "../../imap/session/session.ts";
import { accountText } from "../../model/account.ts";
import type { Naming } from "../../model/mailbox-name.ts";
import { type PerSide, perSide, sides } from "../../model/side.ts";
import type { Store } from "../../state/state-store.ts";
import type { Report } from "../context/events.ts";

export interface Upgrading {
  readonly store: Store;
  readonly report: Report;
  readonly sessions: PerSide<Session>;
  readonly isIgnored?: (name: string) => boolean;
}

/** @throws InterimapError OTHER_ACCOUNTS, DELIMITER_MISMATCH or DATABASE_UPGRADE, and nothing is changed. */
export async function upgradeStore(upgrading: Upgrading, namings: PerSide<Naming>): Promise<void> {
  const { store, report } = upgrading;
  if (store.accounts.doubt !== undefined) {
    const { requireSameAccounts } = await import("./same-accounts.ts");
    await requireSameAccounts({ ...upgrading, namings }, store.accounts.doubt);
  }
  if (store.needsUpgrade) {
    const { mended, ...upgrade } = store.upgrade(perSide((side) => namings[side].delimiter));
    report({ type: "database-upgraded", ...upgrade });
    for (const [mailbox, count] of mended) report({ type: "entries-dropped", mailbox, count });
  }
  const replaced = store.accounts.record();
  for (const side of sides) {
    const accounts = replaced[side];
    if (accounts === undefined) continue;
    report({ type: "account-replaced", side, before: accountText(accounts.before), now: accountText(accounts.now) });
  }
}
