// Makes folders on host2, with those above them, and subscribes to them.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Session } from "../../imap/session/session.ts";
import { isSelectable, list } from "../../imap/verbs/list.ts";
import { create, statusIfAny, subscribe } from "../../imap/verbs/mailbox.ts";
import { allDone } from "../../util/all-done.ts";
import { foldersToCreate } from "../folders/parents.ts";
import type { CopyRun } from "./copy-run.ts";

/** What is on host2: what was listed, and what was made since. */
export interface Folders2 {
  readonly existing: Set<string>;
  readonly subscribed: Set<string>;
  readonly separator: string;
  /** What became of folders that were created before it was their turn; undefined: all is well. */
  readonly ahead: Map<string, CommandRefused | undefined>;
  /** Names that were not created, and are not listed: if there are such folders, then under other names, too. */
  readonly unlisted: Set<string>;
}

/**
 * Creates all of them at once, in an order in which none is before the one that it is in. What came of it is told in its turn.
 * Returns whether the server created all of them.
 */
export async function createAhead(folders2: Folders2, session: Session, folders: readonly string[]): Promise<boolean> {
  const { existing, separator, ahead } = folders2;
  const missing = new Set(folders.flatMap((folder) => foldersToCreate(folder, separator, existing)));
  await allDone(
    [...missing].map(async (name) => {
      ahead.set(name, await createOne(session, name));
    }),
  );
  return [...ahead.values()].every((refusal) => refusal === undefined);
}

/** Returns whether the folder is there then. Of those above it, each is told of in its own turn. */
export async function createFolder(
  { emit, options }: CopyRun,
  { existing, separator, ahead, unlisted }: Folders2,
  { session, folder }: { readonly session: Session; readonly folder: string },
): Promise<boolean> {
  const isDry = options.dry === true;
  for (const name of foldersToCreate(folder, separator, existing)) {
    if (isDry) {
      emit({ type: "folder-created", host: 2, folder: name, isDry });
      continue;
    }
    const refusal = ahead.has(name) ? ahead.get(name) : await createOne(session, name);
    ahead.delete(name);
    const isListed = refusal === undefined || (await isThere(session, name));
    if (!isListed) unlisted.add(name);
    if (refusal === undefined) emit({ type: "folder-created", host: 2, folder: name });
    if (isListed || (await statusIfAny(session, name)) !== undefined) existing.add(name);
    else if (name === folder) {
      const text = `could not create folder ${name} on host2: ${refusal.words}`;
      emit({ type: "error", error: { kind: "create", text } });
    }
  }
  return existing.has(folder);
}

async function createOne(session: Session, name: string): Promise<CommandRefused | undefined> {
  try {
    await create(session, name);
    return undefined;
  } catch (error) {
    if (error instanceof CommandRefused) return error;
    throw error;
  }
}

/** Somebody else was faster, or we were before the connection was lost. */
async function isThere(session: Session, name: string): Promise<boolean> {
  const query = { selectOptions: [], reference: "", patterns: [name], withoutStates: true };
  const { mailboxes } = await list(session, query);
  return mailboxes.some((one) => one.name === name && isSelectable(one));
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
