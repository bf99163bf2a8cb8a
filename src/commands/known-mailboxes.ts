// The names of the mailboxes in the database, for the completion of command lines.

import type { Config } from "../config/config.ts";
import { InterimapError } from "../model/errors.ts";
import { displayName } from "../model/mailbox-name.ts";
import { parseStatus } from "../service/status-form.ts";
import { askStatus, distrustOfSocket } from "../service/status-socket.ts";
import { hasContents } from "../state/has-contents.ts";
import { openStore } from "../state/open-store.ts";

/** As lines show them. Asks the process that has the database, if there is one; none where there is no database. Throws as openStore does. */
export async function knownMailboxes({ database, statusSocket }: Config): Promise<readonly string[]> {
  if (!hasContents(database)) return [];
  try {
    const store = openStore({ path: database });
    try {
      return store.needsUpgrade ? [] : store.mailboxes().map(({ name }) => displayName(name));
    } finally {
      store.close();
    }
  } catch (error) {
    const isLocked = error instanceof InterimapError && error.code === "DATABASE_LOCKED";
    if (!isLocked || distrustOfSocket(statusSocket) !== undefined) throw error;
    const answer = await askStatus(statusSocket);
    const status = answer === undefined ? undefined : parseStatus(answer);
    return status?.mailboxes.map(({ name }) => name) ?? [];
  }
}
