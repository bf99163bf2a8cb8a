// The mailboxes that every Gmail account has, with their uses (RFC 6154, RFC 8457) as Google's documents list them.

export type MailboxUse = "All" | "Drafts" | "Flagged" | "Important" | "Junk" | "Sent" | "Trash";

/** \Noselect, and above all the others. */
export const container = "[Gmail]";

const english: Readonly<Record<MailboxUse, string>> = {
  All: "All Mail",
  Drafts: "Drafts",
  Flagged: "Starred",
  Important: "Important",
  Junk: "Spam",
  Sent: "Sent Mail",
  Trash: "Trash",
};

/** As they are called with German as the account's language, on the wire. */
export const german: Readonly<Record<MailboxUse, string>> = {
  All: "Alle Nachrichten",
  Drafts: "Entw&APw-rfe",
  Flagged: "Markiert",
  Important: "Wichtig",
  Junk: "Spam",
  Sent: "Gesendet",
  Trash: "Papierkorb",
};

export interface SystemMailbox {
  readonly name: string;
  readonly use?: MailboxUse;
}

export function systemMailboxes(localNames: Partial<Record<MailboxUse, string>>): SystemMailbox[] {
  const uses = Object.keys(english) as MailboxUse[];
  return [{ name: "INBOX" }, ...uses.map((use) => ({ name: `${container}/${localNames[use] ?? english[use]}`, use }))];
}
