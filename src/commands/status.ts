// --status: asks the daemon, or where there is none, the database. No server is spoken to, and nothing is changed.

import { statSync } from "node:fs";
import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import { InterimapError } from "../model/errors.ts";
import type { StatusDocument } from "../service/status-document.ts";
import { parseStatus } from "../service/status-form.ts";
import { askStatus, distrustOfSocket } from "../service/status-socket.ts";
import { openStore } from "../state/open-store.ts";
import { OtherAccounts } from "../state/accounts.ts";
import type { Store } from "../state/state-store.ts";
import { accountsOf, hasOtherName } from "./open-database.ts";
import { statusDocument } from "./gather-status.ts";

/** @throws InterimapError DATABASE_LOCKED while a run that is no daemon works on the database, or DATABASE_READ. */
export async function statusCommand(config: Config, log: Log): Promise<StatusDocument> {
  const { database, statusSocket, otherwise } = config;
  const distrust = distrustOfSocket(statusSocket);
  if (distrust !== undefined)
    log.warn(`nobody is asked: the socket ${statusSocket} ${distrust.problem}; ${distrust.remedy}`);
  const answer = await askStatus(statusSocket);
  const status = answer === undefined ? undefined : parseStatus(answer);
  if (status !== undefined) return status;
  // Half a document, too: the daemon was ended while it answered.
  if (answer !== undefined)
    log.warn(`what answers at ${statusSocket} is no interimap of this version, or was ended meanwhile`);
  if (!hasContents(database)) return statusDocument({ database, store: undefined });
  const store = openStore({ path: database });
  try {
    const others = othersThan(config, store);
    if (otherwise !== undefined && others instanceof OtherAccounts && hasOtherName(others, config))
      return await statusCommand(otherwise, log);
    if (others !== undefined) log.warn(others.message);
    // in one go: a run that starts meanwhile waits a moment for the lock, but not for long
    return statusDocument({ database, store });
  } finally {
    store.close();
  }
}

/** That it is about other accounts is no reason not to show it. */
function othersThan(config: Config, store: Store): InterimapError | undefined {
  try {
    store.requireAccounts(accountsOf(config));
    return undefined;
  } catch (error) {
    if (!(error instanceof InterimapError)) throw error;
    return error;
  }
}

/** To open an empty file would make tables in it; a missing one would be made. */
function hasContents(path: string): boolean {
  try {
    const file = statSync(path, { throwIfNoEntry: false });
    return file !== undefined && !(file.isFile() && file.size === 0);
  } catch {
    // opening it finds better words for what is wrong
    return true;
  }
}
