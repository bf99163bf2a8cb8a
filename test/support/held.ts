// What a server holds, in the names that tests give to mailboxes and messages.

import type { MailServer } from "./mail-server.ts";
import { snapshot } from "./snapshot.ts";

/** By mailbox, the names of its messages; of the mailboxes that are meant, which are told by their names and sizes. */
export async function held(
  server: MailServer,
  isMeant: (name: string, messages: number) => boolean = (name) => name !== "INBOX",
): Promise<Record<string, string>> {
  const { mailboxes } = await snapshot(server);
  const shown = [...mailboxes]
    .filter(([name, messages]) => isMeant(name, messages.length))
    .map(([name, messages]): [string, string] => {
      const ids = messages.map(({ messageId }) => messageId.replace(/^<|@example\.org>$/g, ""));
      return [name.replaceAll("\0", "/"), ids.sort().join(" ")];
    });
  return Object.fromEntries(shown.sort(([a], [b]) => (a < b ? -1 : 1)));
}
