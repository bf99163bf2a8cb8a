// Copies an account: lists the folders, decides which go where, and takes one after the other.

import { type Channel, openChannel } from "../../imap/mailbox/channel.ts";
import type { Session } from "../../imap/session/session.ts";
import { InterimapError } from "../../model/errors.ts";
import { bothSides, type PerSide, perSide, sides } from "../../model/side.ts";
import { countUids } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import { atMost } from "../../util/at-most.ts";
import { groupBy } from "../../util/group-by.ts";
import { optimiseLater } from "../../util/late-optimisation.ts";
import { hostOf } from "../options/host.ts";
import type { ErrorKind } from "../report/errors.ts";
import { folderNamed, listFolders } from "./account-folders.ts";
import { aliasesOf, deletesOn2 } from "./aliases.ts";
import type { CopyRun } from "./copy-run.ts";
import { wantsExpunge } from "./expunge-first.ts";
import { FolderSizes, type Sizing } from "./folder-sizes.ts";
import type { FolderWork } from "./folder-work.ts";
import { isRefused } from "./is-refused.ts";
import { keepConnected } from "./keep-connected.ts";
import { Merge } from "./merge.ts";
import { type AccountPlan, noteLookalikes, planAccount, withAliases } from "./plan-account.ts";
import { isToSubscribe } from "./subscriptions.ts";
import { type AccountListing, tellListing, tellUnreadable } from "./tell-listing.ts";
import { tellQuota } from "./tell-quota.ts";
import { tellUnchanged, unchangedSince } from "./unchanged-folder.ts";

/** @throws InterimapError or RunFailure that ends the run. */
export async function copyAccount(run: CopyRun): Promise<void> {
  const { options, emit, stop } = run;
  optimiseLater();
  const plan = await planned(run);
  const sizes = new FolderSizes(run);
  const { works } = plan;
  tellListing(emit, { ...plan, folders: namesOf(plan) });
  tellUnreadable(emit, plan.listings);
  if (options.justfolderlists || options.justautomap) return;
  for (const [folder2, several] of groupBy(works, (work) => work.folder2))
    if (several.length > 1) run.merges.set(folder2, new Merge(several.map(({ folder1 }) => folder1)));
  if (options.foldersizes || options.justfoldersizes === true)
    await sized(run, sizes, { when: "before", pairs: works, listings: plan.listings });
  if (options.justfoldersizes === true || stop.aborted) return;
  emit({ type: "folders-begun", folders: works.length });
  await copyAll(run, plan);
  emit({ type: "folders-done" });
  if (options.delete2folders === true && !stop.aborted) {
    const { deleteExtraFolders } = await import("./delete-folders.ts");
    await keepConnected(run, noProgress, (sessions) => deleteExtraFolders(run, plan, sessions));
  }
  let left = works;
  if (options.delete1emptyfolders && !stop.aborted) {
    const { deleteEmptyFolders } = await import("./delete-folders.ts");
    await keepConnected(run, noProgress, async ({ local }) => {
      const existing = await deleteEmptyFolders(run, plan, local);
      left = works.filter(({ folder1 }) => existing.has(folder1));
    });
  }
  if (options.foldersizesatend === true && !run.interrupted.aborted)
    await sized(run, sizes, { when: "after", pairs: left });
}

async function planned(run: CopyRun): Promise<AccountPlan> {
  let plan: AccountPlan | undefined;
  await keepConnected(run, noProgress, async (sessions) => {
    const { selection } = run.rules;
    await selection.check(channelsOf(sessions), (side, text) => {
      run.emit({ type: "notice", host: hostOf(side), text, isWarning: true });
    });
    const listed = bothSides((side) => listFolders(sessions[side]));
    await allDone([
      tellQuota(run.emit, sessions.remote),
      listed.then((listings) => {
        plan = planAccount(run, listings);
      }),
    ]);
    if (!deletesOn2(run.options)) return;
    const names = plan!.works.filter(({ isOn2 }) => !isOn2).map(({ folder2 }) => folder2);
    const aliases = await aliasesOf(sessions.remote, plan!.listings.remote, names);
    plan = withAliases(run, plan!, aliases);
    noteLookalikes(plan);
  });
  return plan!;
}

function namesOf({ listings: { local, remote } }: AccountPlan): AccountListing["folders"] {
  return { 1: [...local.folders.keys()], 2: [...remote.folders.keys()] };
}

function sized(run: CopyRun, sizes: FolderSizes, what: Omit<Sizing, "sessions">): Promise<void> {
  return keepConnected(run, noProgress, (sessions) => sizes.tell({ ...what, sessions }));
}

/** How long a round trip, in ms, is worth working on one more folder meanwhile. */
const roundTripShareMs = 1;
const mostAtOnce = 16;

/** One after the other; where a server is far away, several at once, so that none waits for the others' answers. */
async function copyAll(run: CopyRun, plan: AccountPlan): Promise<void> {
  const { options, stop, emit } = run;
  let atOnce = 1;
  if (!dependOnOrder(run))
    await keepConnected(run, noProgress, async (sessions) => {
      const roundTripMs = Math.max(...sides.map((side) => sessions[side].roundTripMs));
      atOnce = Math.min(mostAtOnce, Math.max(1, Math.ceil(roundTripMs / roundTripShareMs)));
      const missing = plan.works.filter(({ isOn2 }) => !isOn2).map(({ folder2 }) => folder2);
      if (atOnce === 1 || options.dry === true || missing.length === 0) return;
      const { createAhead } = await import("./create-folder.ts");
      const areNew = await createAhead(plan.folders2, sessions.remote, missing);
      // A folder that is there by another name is found out in its turn, and must not have been deleted by then.
      if (!areNew && deletesOn2(options)) atOnce = 1;
    });
  const lost: FolderWork[] = [];
  await atMost(atOnce, plan.works, async (work) => {
    if (stop.aborted) return;
    emit({ type: "folder-begun", ...work.place });
    if ((await copyOne(run, plan, { work, isAlone: atOnce === 1 })) === "lost") lost.push(work);
    else tellLeft(run, work);
  });
  // Whose fault it is shows when nothing else is under way.
  for (const work of lost) {
    if (!stop.aborted) await copyOne(run, plan, { work, isAlone: true });
    tellLeft(run, work);
  }
}

function tellLeft({ emit }: CopyRun, { folder1, folder2 }: FolderWork): void {
  emit({ type: "folder-left", folder1, folder2 });
}

/** What is done to a folder depends on those before it. */
function dependOnOrder({ options, merges, throttle }: CopyRun): boolean {
  return (
    options.skipcrossduplicates === true ||
    options.synclabels ||
    options.exitwhenover !== undefined ||
    options.skipemptyfolders === true ||
    merges.size > 0 ||
    throttle !== undefined
  );
}

interface Attempt {
  readonly work: FolderWork;
  /** No other folder is worked on. */
  readonly isAlone: boolean;
}

/** `lost`: connections were lost again and again, and not all was done. */
async function copyOne(run: CopyRun, plan: AccountPlan, { work, isAlone }: Attempt): Promise<"lost" | void> {
  const { emit } = run;
  const { folder1, folder2 } = work;
  if (passOver(run, plan, work)) return;
  const progress = (): number => countUids(work.settled);
  try {
    // Not needed where all folders are passed over.
    const { takeFolder } = await import("./take-folder.ts");
    await keepConnected(run, progress, (sessions) => takeFolder(run, plan, { work, sessions }));
    run.deadly.inARow = 0;
  } catch (error) {
    if (!isAlone && isLost(run, error)) return "lost";
    const isLoss = await isOfFolder(run, error);
    if (!isLoss && !isRefused(error)) throw error;
    run.merges.get(folder2)?.giveUp();
    const text = `could not copy folder ${folder1} to folder ${folder2}: ${(error as InterimapError).message}`;
    emit({ type: "error", error: { kind: isLoss ? "connection-lost" : kindOf(error as InterimapError), text } });
  } finally {
    await work.endTurn?.();
    work.endTurn = undefined;
  }
}

function kindOf({ side }: InterimapError): ErrorKind {
  return side === "local" ? "fetch" : "unclassified";
}

function isLost({ stop }: CopyRun, error: unknown): boolean {
  return error instanceof InterimapError && error.retry === "reconnect" && !stop.aborted;
}

/** If more folders in a row end the connection, it is not because of them. */
const mostDeadlyInARow = 2;

/**
 * Whether the connections that were lost again and again were lost because of the folder: Dovecot ends one when it cannot
 * read the header of a message. Then new ones can be had.
 */
async function isOfFolder(run: CopyRun, error: unknown): Promise<boolean> {
  const { deadly, connections } = run;
  if (!isLost(run, error) || ++deadly.inARow >= mostDeadlyInARow) return false;
  return connections.open().then(
    () => true,
    () => false,
  );
}

/** Whether nothing is left to do, as in the last run: then it is told. */
function passOver(run: CopyRun, { listings: { local, remote }, folders2 }: AccountPlan, work: FolderWork): boolean {
  const { options, merges, crossDuplicates } = run;
  const { folder1, folder2 } = work;
  const on1 = folderNamed(local.folders, folder1);
  const on2 = folderNamed(remote.folders, folder2);
  // Other folders are compared with what is in this one; and subscriptions and rights change without it.
  if (merges.has(folder2) || crossDuplicates !== undefined || wantsExpunge(options) || options.syncacls) return false;
  if (isToSubscribe(options, on1) && !folders2.subscribed.has(folder2)) return false;
  const pairs = unchangedSince(run, work, { local: on1, remote: on2 });
  if (pairs === undefined) return false;
  tellUnchanged(run, work, { pairs, messages2: on2?.messages ?? 0 });
  return true;
}

function channelsOf(sessions: PerSide<Session>): PerSide<Channel> {
  return perSide((side) => openChannel(sessions[side]));
}

function noProgress(): number {
  return 0;
}
