// Makes folders on host2, with those above them, and subscribes to them.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Session } from "../../imap/session/session.ts";
import { create, subscribe } from "../../imap/verbs/mailbox.ts";
import { foldersToCreate } from "../folders/parents.ts";
import type { CopyRun } from "./copy-run.ts";

/** What is on host2: what was listed, and what was made since. */
export interface Folders2 {
  readonly existing: Set<string>;
  readonly subscribed: Set<string>;
  readonly separator: string;
}

/** Returns whether the folder is there then, as far as can be said. */
export async function createFolder(
  { emit, options }: CopyRun,
  { existing, separator }: Folders2,
  { session, folder }: { readonly session: Session; readonly folder: string },
): Promise<boolean> {
  const isDry = options.dry === true;
  for (const name of foldersToCreate(folder, separator, existing)) {
    if (isDry) {
      emit({ type: "folder-created", host: 2, folder: name, isDry });
      continue;
    }
    try {
      await create(session, name);
      emit({ type: "folder-created", host: 2, folder: name });
      existing.add(name);
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      // RFC 5530: somebody else was faster, or the server lists it otherwise.
      if (error.responseCode?.name === "ALREADYEXISTS") existing.add(name);
      else
        emit({
          type: "error",
          error: { kind: "create", text: `could not create folder ${name} on host2: ${error.words}` },
        });
    }
  }
  return !isDry || existing.has(folder);
}

export async function subscribeFolder(
  { emit, options }: CopyRun,
  { subscribed }: Folders2,
  { session, folder }: { readonly session: Session; readonly folder: string },
): Promise<void> {
  if (subscribed.has(folder)) return;
  subscribed.add(folder);
  const isDry = options.dry === true;
  try {
    if (!isDry) await subscribe(session, folder);
    emit({ type: "folder-subscribed", host: 2, folder, ...(isDry && { isDry }) });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    const text = `could not subscribe to folder ${folder} on host2: ${error.words}`;
    emit({ type: "notice", text, isWarning: true });
  }
}
