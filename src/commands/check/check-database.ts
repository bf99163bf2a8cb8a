// The database as it is: nothing is made, upgraded or claimed.

import type { Config } from "../../config/config.ts";
import { type ErrorLine, InterimapError } from "../../model/errors.ts";
import { OtherAccounts } from "../../state/accounts.ts";
import { hasContents } from "../../state/has-contents.ts";
import { openStore } from "../../state/open-store.ts";
import type { Store } from "../../state/state-store.ts";
import { accountsOf, hasOtherName } from "../open-database.ts";
import type { DatabaseCheck } from "./check-document.ts";
import { faultOf } from "./fault.ts";

/** Whatever is wrong with it is in the answer. */
export function checkDatabase(config: Config, errorLine: ErrorLine): DatabaseCheck {
  const { database: path, otherwise } = config;
  const nothing = { path, mailboxes: null, future: null, fault: null };
  if (!hasContents(path)) return { ...nothing, state: "missing" };
  let store: Store | undefined;
  try {
    store = openStore({ path });
    store.accounts.require(accountsOf(config));
    if (store.needsUpgrade) return { ...nothing, state: "outdated" };
    const summaries = store.summaries();
    const latest = Math.max(0, ...summaries.map(({ synchronisedAt }) => synchronisedAt?.getTime() ?? 0));
    const future = latest > Date.now() + toleratedMs ? new Date(latest).toISOString() : null;
    return { ...nothing, state: "current", mailboxes: summaries.length, future };
  } catch (error) {
    if (!(error instanceof InterimapError)) throw error;
    if (error.code === "DATABASE_LOCKED") return { ...nothing, state: "in use" };
    if (otherwise !== undefined && error instanceof OtherAccounts && hasOtherName(error, config))
      return checkDatabase(otherwise, errorLine);
    return { ...nothing, state: "current", fault: faultOf(error, errorLine) };
  } finally {
    store?.close();
  }
}

/** Clocks are set by some seconds all the time. */
const toleratedMs = 60_000;
