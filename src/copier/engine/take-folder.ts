// One folder of host1: makes it on host2, with rights and subscription, and copies what is in it.

import { type Channel, openChannel } from "../../imap/mailbox/channel.ts";
import type { Session } from "../../imap/session/session.ts";
import { select } from "../../imap/verbs/select.ts";
import { type PerSide, perSide } from "../../model/side.ts";
import { isEmpty } from "../../model/uid-set.ts";
import { folderNamed } from "./account-folders.ts";
import { copyFolder } from "./copy-folder.ts";
import { copyRights } from "./copy-rights.ts";
import type { CopyRun } from "./copy-run.ts";
import { createFolder, subscribeFolder } from "./create-folder.ts";
import { expungeFirst, wantsExpunge } from "./expunge-first.ts";
import type { FolderWork } from "./folder-work.ts";
import type { AccountPlan } from "./plan-account.ts";
import { isToSubscribe } from "./subscriptions.ts";

interface Taking {
  readonly work: FolderWork;
  readonly sessions: PerSide<Session>;
}

/**
 * May be called again over new connections, and goes on from there.
 * @throws InterimapError that abandons the folder, a side or the run
 */
export async function takeFolder(run: CopyRun, plan: AccountPlan, taking: Taking): Promise<void> {
  const { emit, options, stop } = run;
  const { work, sessions } = taking;
  const { folder1, folder2 } = work;
  if (stop.aborted) return;
  if (options.skipemptyfolders && !work.isOn2 && (await isEmptyOn1(run, folder1, sessions.local))) {
    run.merges.get(folder2)?.giveUp();
    emit({
      type: "notice",
      text: `Folder [${folder1}] of host1 has no message to copy, and is not created on host2`,
    });
    emit({ type: "folder-compared", folder1, folder2, onlyOn1: 0, onlyOn2: 0 });
    return;
  }
  if (!work.isPrepared) await prepare(run, plan, taking);
  if (!work.isPrepared) run.merges.get(folder2)?.giveUp();
  else if (options.justfolders !== true) await copyFolder(run, work, channelsOf(sessions));
}

/** Has no message, or none that is selected. */
async function isEmptyOn1({ rules }: CopyRun, folder1: string, session: Session): Promise<boolean> {
  const channel = openChannel(session);
  const view = await select(channel, folder1, { isOnlyRead: true });
  return isEmpty(await rules.selection.uids(channel, view));
}

/** Without the folder on host2 there is nothing more to do. */
async function prepare(run: CopyRun, plan: AccountPlan, { work, sessions }: Taking): Promise<void> {
  const { folders2, listings } = plan;
  const session = sessions.remote;
  const { folder1, folder2: folder } = work;
  if (!work.isOn2) work.isOn2 = await createFolder(run, folders2, { session, folder });
  if (!work.isOn2 && run.options.dry !== true) return;
  work.isShared ||= folders2.unlisted.has(folder);
  if (isToSubscribe(run.options, folderNamed(listings.local.folders, folder1)))
    await subscribeFolder(run, folders2, { session, folder });
  if (run.options.syncacls) await copyRights(run, channelsOf(sessions), work);
  if (wantsExpunge(run.options)) await expungeFirst(run, openChannel(sessions.local), folder1);
  work.isPrepared = true;
}

function channelsOf(sessions: PerSide<Session>): PerSide<Channel> {
  return perSide((side) => openChannel(sessions[side]));
}
