// The special uses of a server's mailboxes (RFC 6154), anywhere below the reference.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Session } from "../../imap/session/session.ts";
import { isSelectable, list, listDelimiter } from "../../imap/verbs/list.ts";
import type { ListAnswer } from "../../imap/verbs/listed.ts";
import { fromWire } from "../../model/mailbox-name.ts";
import { specialUses } from "./special-uses.ts";

/** By special use, in lower case: the mailboxes, by their names on the server. */
export type Uses = ReadonlyMap<string, readonly string[]>;

/** Servers report uses in LIST even if they do not offer to. */
export async function listUses(session: Session, reference: string): Promise<Uses> {
  const [{ mailboxes }, delimiter] = await Promise.all([
    listUsed(session, reference),
    listDelimiter(session, reference),
  ]);
  const uses = new Map<string, string[]>();
  for (const mailbox of mailboxes) {
    const name = fromWire(mailbox.name, { delimiter, reference });
    const isElsewhere = mailbox.delimiter !== null && mailbox.delimiter !== delimiter;
    if (name === undefined || isElsewhere || !isSelectable(mailbox)) continue;
    for (const use of new Set(specialUses(mailbox.attributes))) uses.set(use, [...(uses.get(use) ?? []), name]);
  }
  return uses;
}

async function listUsed(session: Session, reference: string): Promise<ListAnswer> {
  const all = { reference, patterns: ["*"], selectOptions: [], withoutStates: true } as const;
  if (!["LIST-EXTENDED", "SPECIAL-USE"].every((name) => session.capabilities.has(name))) return list(session, all);
  try {
    return await list(session, { ...all, selectOptions: ["SPECIAL-USE"] });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return list(session, all);
  }
}
