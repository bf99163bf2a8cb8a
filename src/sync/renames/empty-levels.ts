// Removes empty levels of the hierarchy. Deleted and renamed mailboxes leave them behind, and some servers then refuse a mailbox
// of the same name.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Session } from "../../imap/session/session.ts";
import { deleteMailbox } from "../../imap/verbs/mailbox.ts";
import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import { isWithin } from "../../model/mailbox-name.ts";

/** The empty levels of a name and below it, as the server spells them, deepest first; none if there is a mailbox. */
export function emptyLevels(listed: ReadonlyMap<string, ListedMailbox>, name: string): readonly string[] {
  const there = [...listed].filter(([other]) => isWithin(other, name)).map(([, mailbox]) => mailbox);
  if (there.some(({ exists }) => exists)) return [];
  return there
    .map(({ wireName }) => wireName)
    .sort()
    .reverse();
}

export async function deleteLevels(session: Session, wireNames: readonly string[]): Promise<void> {
  for (const wireName of wireNames) {
    try {
      await deleteMailbox(session, wireName);
    } catch (error) {
      // The rename shows whether it matters.
      if (!(error instanceof CommandRefused)) throw error;
    }
  }
}
