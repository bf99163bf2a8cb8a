// --status: asks the process that works on the database or, if there is none, reads the database. Contacts no server
// and changes nothing.

import { setTimeout as pause } from "node:timers/promises";
import type { Config } from "../config/config.ts";
import { errorContext } from "../log/error-context.ts";
import type { Log } from "../log/log.ts";
import { InterimapError } from "../model/errors.ts";
import { failureOf, recordedFailure } from "../service/last-failure.ts";
import type { StatusDocument } from "../service/status-document.ts";
import { parseStatus } from "../service/status-form.ts";
import { askStatus, distrustOfSocket } from "../service/status-socket.ts";
import { OtherAccounts } from "../state/accounts.ts";
import { hasContents } from "../state/has-contents.ts";
import { openStore } from "../state/open-store.ts";
import type { Store } from "../state/state-store.ts";
import { statusDocument } from "./gather-status.ts";
import { accountsOf, hasOtherName } from "./open-database.ts";

/** Runs that are no daemons answer a moment after they have begun, and most of them are over by then. */
const attempts = 10;
const pauseMs = 200;

/** @throws InterimapError DATABASE_LOCKED while a process that does not answer works on the database, or DATABASE_READ. */
export async function statusCommand(config: Config, log: Log): Promise<StatusDocument> {
  const { statusSocket } = config;
  const distrust = distrustOfSocket(statusSocket);
  if (distrust !== undefined)
    log.warn(`no process is asked: the socket ${statusSocket} ${distrust.problem}; ${distrust.remedy}`);
  for (let left = attempts; ; left--) {
    const answer = await askStatus(statusSocket);
    const status = answer === undefined ? undefined : parseStatus(answer);
    if (status !== undefined) return status;
    // Half a document, too: the process was ended while it answered.
    if (answer !== undefined)
      log.warn(`what answers at ${statusSocket} is not interimap of this version, or ended meanwhile`);
    try {
      return await readStatus(config, log);
    } catch (error) {
      const isLocked = error instanceof InterimapError && error.code === "DATABASE_LOCKED";
      if (!isLocked || left === 0 || answer !== undefined) throw error;
    }
    await pause(pauseMs);
  }
}

async function readStatus(config: Config, log: Log): Promise<StatusDocument> {
  const { database, otherwise } = config;
  if (!hasContents(database))
    return statusDocument({ database, store: undefined, lastFailure: recordedFailure(database) });
  const store = openStore({ path: database });
  try {
    const others = othersThan(config, store);
    if (otherwise !== undefined && others instanceof OtherAccounts && hasOtherName(others, config))
      return await statusCommand(otherwise, log);
    if (others !== undefined) log.warn(others.message, errorContext(others));
    // in one go: a run that starts meanwhile waits a moment for the lock, but not for long
    const lastFailure = isRefused(others) ? failureOf(others) : recordedFailure(database);
    return statusDocument({ database, store, lastFailure });
  } finally {
    store.close();
  }
}

/** Whether any run would fail by it. Of another port, the servers can tell whether it is that of the same account. */
function isRefused(others: InterimapError | undefined): others is InterimapError {
  return others !== undefined && !(others instanceof OtherAccounts && others.onOtherPorts !== undefined);
}

/** That it is about other accounts is no reason not to show it. */
function othersThan(config: Config, store: Store): InterimapError | undefined {
  try {
    store.accounts.require(accountsOf(config));
    return undefined;
  } catch (error) {
    if (!(error instanceof InterimapError)) throw error;
    return error;
  }
}
