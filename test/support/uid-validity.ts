// Some servers make UIDVALIDITY from the time, so that mailboxes made in the same second may have the same one.

import type { MailServer } from "./mail-server.ts";
import { asClient } from "./two-stores.ts";

/** Undefined if the server does not tell. */
export function uidValidityOf(server: MailServer, mailbox: string): Promise<string | undefined> {
  return asClient(server, async (imap) => {
    const { untagged } = await imap.run(`STATUS ${mailbox} (UIDVALIDITY)`);
    return /UIDVALIDITY (\d+)/.exec(untagged.map(({ line }) => line).join(" "))?.[1];
  });
}
