// The folders of one account, as its server lists them.

import type { Session } from "../../imap/session/session.ts";
import { isSelectable, list, listDelimiter } from "../../imap/verbs/list.ts";
import { personalNamespace } from "../../imap/verbs/namespace.ts";
import { canonicalName, isInbox } from "../../model/mailbox-name.ts";
import type { ToldLayout } from "../folders/layout.ts";

export interface Folder {
  /** Raw octets, as the server spells it. */
  readonly name: string;
  /** False for \Noselect and \NonExistent: a level of the hierarchy. */
  readonly isSelectable: boolean;
  readonly isSubscribed: boolean;
  /** RFC 3501 7.2.2 and RFC 6154, in lower case. */
  readonly attributes: readonly string[];
  /** How many messages there were; undefined when the server did not tell. */
  readonly messages: number | undefined;
  readonly uidValidity: number | undefined;
  readonly uidNext: number | undefined;
  readonly highestModSeq: bigint | undefined;
}

export interface AccountFolders extends ToldLayout {
  /** By name, as the server spells it. */
  readonly folders: ReadonlyMap<string, Folder>;
  /** Lines that could not be read: of folders nobody knows anything about. */
  readonly unreadable: readonly string[];
}

/** Everything that is there, with the states of the folders, in one round trip or two. */
export async function listFolders(session: Session): Promise<AccountFolders> {
  const [namespace, delimiter, listed] = await Promise.all([
    personalNamespace(session),
    listDelimiter(session, ""),
    list(session, { selectOptions: [], reference: "", patterns: ["*"] }),
  ]);
  const states = new Map(listed.statuses.map((one) => [canonicalName(one.name), one]));
  const folders = listed.mailboxes.map(({ name, attributes }): Folder => {
    const known = attributes.map((one) => one.toLowerCase());
    const state = states.get(canonicalName(name));
    return {
      name,
      isSelectable: isSelectable({ attributes }),
      isSubscribed: known.includes("\\subscribed"),
      attributes: known,
      messages: state?.messages,
      uidValidity: state?.uidValidity,
      uidNext: state?.uidNext,
      highestModSeq: state?.highestModSeq,
    };
  });
  return {
    folders: new Map(folders.map((folder) => [folder.name, folder])),
    namespace,
    delimiter: delimiter ?? listed.mailboxes[0]?.delimiter,
    unreadable: listed.unreadable.map(({ line }) => line),
  };
}

/** Whether there is a folder of this name, of which INBOX may be spelled in any way (RFC 3501 5.1). */
export function folderNamed(folders: ReadonlyMap<string, Folder>, name: string): Folder | undefined {
  if (!isInbox(name)) return folders.get(name);
  return [...folders.values()].find((folder) => isInbox(folder.name));
}
