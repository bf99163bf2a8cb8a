// Names that host2 does not list, and under which it opens a folder all the same: it takes them for others, that differ in case or
// in how accents are written, or cuts them off. What goes there by two names goes to one folder.

import { CommandRefused } from "../../imap/command-refused.ts";
import { openChannel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import type { Session } from "../../imap/session/session.ts";
import { select } from "../../imap/verbs/select.ts";
import { isInbox } from "../../model/mailbox-name.ts";
import { atMost } from "../../util/at-most.ts";
import { type AccountFolders, type Folder, folderNamed } from "./account-folders.ts";
import type { CopyRun } from "./copy-run.ts";

/** By name: the one that the server lists; undefined where it cannot be told which that is. */
export type Aliases = ReadonlyMap<string, string | undefined>;

/** Asked for at once. */
const atOnce = 16;

/** Only then it matters that a folder may hold what came there by another name. */
export function deletesOn2({ delete2, delete2duplicates, delete2folders }: CopyRun["options"]): boolean {
  return delete2 === true || delete2duplicates === true || delete2folders === true;
}

/** Of these names, those that are folders of host2 although it does not list them. */
export async function aliasesOf(
  session: Session,
  { folders }: Pick<AccountFolders, "folders">,
  names: Iterable<string>,
): Promise<Aliases> {
  const unlisted = [...new Set(names)].filter((name) => !isInbox(name) && folderNamed(folders, name) === undefined);
  const aliases = new Map<string, string | undefined>();
  await atMost(atOnce, unlisted, async (name) => {
    const opened = await openedAs(session, name);
    if (opened !== undefined) aliases.set(name, whichOf([...folders.values()], name, opened));
  });
  return aliases;
}

/** STATUS would be answered with whatever name the server has for it. */
async function openedAs(session: Session, name: string): Promise<MailboxView["whenSelected"] | undefined> {
  try {
    return (await select(openChannel(session), name, { isOnlyRead: true })).whenSelected;
  } catch (error) {
    if (error instanceof CommandRefused) return undefined;
    throw error;
  }
}

function whichOf(folders: readonly Folder[], name: string, opened: MailboxView["whenSelected"]): string | undefined {
  const { uidValidity, uidNext, messages } = opened;
  const possible = folders.filter((one) => one.uidValidity === uidValidity && (one.uidNext ?? 0) <= uidNext);
  const alike = possible.filter((one) => folded(one.name) === folded(name));
  if (alike.length === 1) return alike[0]!.name;
  const equal = possible.filter((one) => one.uidNext === uidNext && one.messages === messages);
  return equal.length === 1 ? equal[0]!.name : undefined;
}

function folded(name: string): string {
  return name.toLowerCase();
}
