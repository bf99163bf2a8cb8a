// Deletes folders: those of host2 that have nothing to do with host1 (`--delete2folders`), and empty ones of host1
// (`--delete1emptyfolders`).

import { CommandRefused } from "../../imap/command-refused.ts";
import { type Channel, openChannel } from "../../imap/mailbox/channel.ts";
import type { Session } from "../../imap/session/session.ts";
import { leaveMailbox } from "../../imap/verbs/leave.ts";
import { deleteMailbox, unsubscribe } from "../../imap/verbs/mailbox.ts";
import { existingUids } from "../../imap/verbs/search.ts";
import { select } from "../../imap/verbs/select.ts";
import type { PerSide } from "../../model/side.ts";
import { isEmpty, maxUid, uidRange } from "../../model/uid-set.ts";
import { planDeletions } from "../folders/delete-folders-plan.ts";
import { emptyFolderCandidates, mayGo } from "../folders/empty-folders.ts";
import type { Host } from "../options/host.ts";
import { type AccountFolders, listFolders } from "./account-folders.ts";
import { aliasesOf } from "./aliases.ts";
import type { CopyRun } from "./copy-run.ts";
import type { AccountPlan } from "./plan-account.ts";

/** Deepest first. Host1 is asked once more what it has: one list that lacks folders must not cost them on host2. */
export async function deleteExtraFolders(run: CopyRun, plan: AccountPlan, sessions: PerSide<Session>): Promise<void> {
  const { options, rules, emit } = run;
  const session = sessions.remote;
  const { local: before, remote } = plan.listings;
  const now = await listFolders(sessions.local);
  const doubt = doubtOf([before, now], remote);
  if (doubt !== undefined) {
    emit({ type: "error", error: { kind: "unclassified", text: `no folder is deleted on host2: ${doubt}` } });
    return;
  }
  const folders1 = [...new Set([...before.folders.keys(), ...now.folders.keys()])];
  const aliases = await aliasesOf(session, await listFolders(session), folders1.map(plan.nameOn2));
  const unknown = [...aliases].find(([, listed]) => listed === undefined);
  if (unknown !== undefined) {
    const text = `no folder is deleted on host2: it opens folder ${unknown[0]}, and lists it under a name that is not known`;
    emit({ type: "error", error: { kind: "unclassified", text } });
    return;
  }
  const { doomed, spared } = planDeletions({
    ...{ options, layout2: plan.layouts[2], map: plan.nameOn2, folders1 },
    aliases: [...aliases.values(), ...plan.works.map(({ folder2 }) => folder2)].filter((name) => name !== undefined),
    folders2: [...remote.folders.values()],
    ...{ only: rules.folders.delete2Only, butNot: rules.folders.delete2ButNot },
  });
  for (const folder of spared)
    emit({
      type: "notice",
      host: 2,
      text: `folder [${folder}] is not on host1, and kept: it has a special use, or folders in it that stay`,
    });
  for (const folder of doomed) {
    if (run.stop.aborted) return;
    await deleteFolder(run, { host: 2, folder, session });
  }
}

/** Why it is not known which folders there are. */
function doubtOf(lists1: readonly AccountFolders[], list2: AccountFolders): string | undefined {
  if (lists1.some(({ folders }) => folders.size === 0)) return "host1 lists none at all, not even INBOX";
  if (lists1.some(({ unreadable }) => unreadable.length > 0)) return "host1 lists one in a line that cannot be read";
  return list2.unreadable.length > 0 ? "host2 lists one in a line that cannot be read" : undefined;
}

/** Of those that take part, deepest first, and only when neither EXAMINE nor a search finds a message. Returns the folders of host1 that are left. */
export async function deleteEmptyFolders(
  run: CopyRun,
  plan: AccountPlan,
  session: Session,
): Promise<ReadonlySet<string>> {
  const existing = new Set(plan.listings.local.folders.keys());
  for (const folder of emptyFolderCandidates(plan.works.map(({ folder1 }) => folder1))) {
    if (run.stop.aborted) break;
    if (!existing.has(folder) || !mayGo(folder, plan.layouts[1].separator, existing)) continue;
    if (!(await isFolderEmpty(openChannel(session), folder))) continue;
    if (await deleteFolder(run, { host: 1, folder, session })) existing.delete(folder);
  }
  return existing;
}

async function isFolderEmpty(channel: Channel, folder: string): Promise<boolean> {
  try {
    const view = await select(channel, folder, { isOnlyRead: true });
    return view.exists === 0 && isEmpty(await existingUids(channel, uidRange(1, maxUid)));
  } catch (error) {
    if (error instanceof CommandRefused) return false;
    throw error;
  }
}

interface Doomed {
  readonly host: Host;
  readonly folder: string;
  readonly session: Session;
}

async function deleteFolder({ options, emit }: CopyRun, { host, folder, session }: Doomed): Promise<boolean> {
  const isDry = options.dry === true;
  if (isDry) {
    emit({ type: "folder-deleted", host, folder, isDry });
    return false;
  }
  try {
    await leaveMailbox(session);
    if (host === 2) await unsubscribe(session, folder).catch(onlyRefusal);
    await deleteMailbox(session, folder);
    emit({ type: "folder-deleted", host, folder });
    return true;
  } catch (error) {
    onlyRefusal(error);
    const text = `could not delete folder ${folder} of host${String(host)}: ${(error as CommandRefused).words}`;
    emit({ type: "error", error: { kind: "unclassified", text } });
    return false;
  }
}

function onlyRefusal(error: unknown): void {
  if (!(error instanceof CommandRefused)) throw error;
}
