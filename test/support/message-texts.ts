// Messages as the server has them, octet by octet.

import type { MailServer } from "./mail-server.ts";
import { asClient } from "./two-stores.ts";

/** The text of each message of the INBOX, in the order of UIDs. */
export async function texts(server: MailServer): Promise<string[]> {
  return asClient(server, async (imap) => {
    const found: string[] = [];
    await imap.run("EXAMINE INBOX");
    await imap.run("UID FETCH 1:* (UID BODY.PEEK[])", ({ literals }) => {
      for (const literal of literals) found.push(literal.toString("latin1"));
    });
    return found;
  });
}
