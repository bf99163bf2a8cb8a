// Copies one folder: opens it on both hosts, compares, copies what is missing, sets flags, deletes.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { select } from "../../imap/verbs/select.ts";
import type { PerSide } from "../../model/side.ts";
import { isEmpty, uidSetOf } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import type { Host } from "../options/host.ts";
import { addedSignatures } from "./added-signatures.ts";
import type { CopyRun } from "./copy-run.ts";
import type { FolderWork, OpenPair } from "./folder-work.ts";
import { settleGone } from "./gone-meanwhile.ts";
import { isRefused } from "./is-refused.ts";
import { type Compared, firstsIn, keepsDuplicates, type Match, matchMessages, secondsIn } from "./match-plan.ts";
import type { MessageTable } from "./message-table.ts";
import { readTables } from "./read-tables.ts";
import { repeatFlags, syncFlags } from "./sync-flags.ts";
import { messagesLeft, settleAtOnce, tellArrived, tellCompared, tellRead, tellWouldCopy } from "./tell-folder.ts";

/**
 * May be called again, after a connection was lost, and goes on from there.
 * @throws InterimapError that abandons a side or the run.
 */
export async function copyFolder(run: CopyRun, work: FolderWork, channels: PerSide<Channel>): Promise<void> {
  const { emit, options } = run;
  const { folder1, folder2 } = work;
  const isOn2 = work.isOn2;
  const mark = run.turns.mark(folder2);
  const [local, remote] = await allDone([
    open(run, work, { channel: channels.local, host: 1 }),
    isOn2 ? open(run, work, { channel: channels.remote, host: 2 }) : Promise.resolve(undefined),
  ]);
  if (local === undefined || (remote === undefined && isOn2)) {
    run.merges.get(folder2)?.giveUp();
    return;
  }
  const { tables, known } = await readTables(run, { work, channels, views: { local, remote } });
  const match = withoutCrossDuplicates(run, work, {
    table: tables.local,
    match: matchMessages(tables.local, tables.remote, {
      keepsDuplicates: keepsDuplicates(options),
      copyOf: known && ((uid1) => known.copyOf(uid1)),
    }),
  });
  const merge = run.merges.get(folder2);
  merge?.note(folder1, tables.local, addedSignatures(run, work, tables.local));
  merge?.noteCopies(folder1, uidSetOf([...secondsIn(match.match.same)].map((i) => tables.remote.uid(i))));
  if (work.toCopy === undefined) {
    tellRead(run, work, { views: { local, remote }, tables, crossed: match.crossed.length });
    tellCompared(run, work, { tables, ...match });
    settleAtOnce(run, work, { table: tables.local, ...match });
  } else await settleGone(run, work, { channel: channels.local, table: tables.local });
  if (remote === undefined || options.dry === true) tellWouldCopy(run, work, tables.local);
  if (remote === undefined) return;
  if (!isEmpty(work.left) && !(await isUpToDate(run, work, mark))) {
    await copyFolder(run, work, channels);
    return;
  }
  const pair = { work, channels, views: { local, remote }, tables };
  await carryOut(run, pair, match.match);
  if (!run.stop.aborted) known?.conclude(run, pair, match.match);
  if (!run.stop.aborted) emit({ type: "folder-done", folder1, folder2 });
}

/** Takes our turn to copy to the folder. False: another run has copied there since it was read. */
async function isUpToDate({ turns, options, stop, emit }: CopyRun, work: FolderWork, mark: string): Promise<boolean> {
  if (work.endTurn !== undefined || options.dry === true) return true;
  const { folder2 } = work;
  work.endTurn = await turns.take(folder2, {
    signal: stop,
    onWait: (pid) => {
      const text = `Another imapsync (PID ${String(pid)}) copies to folder [${folder2}] of host2: waiting until it has done so`;
      emit({ type: "notice", text });
    },
  });
  return turns.mark(folder2) === mark;
}

async function carryOut(run: CopyRun, pair: OpenPair, match: Match): Promise<void> {
  const { options, stop } = run;
  tellArrived(run, pair, match);
  if (run.verification !== undefined) {
    const { verifyFolder } = await import("./verify-folder.ts");
    await verifyFolder(run, pair, match);
  }
  const left = messagesLeft(pair);
  // What a run has nothing to do for is not loaded.
  if (options.dry !== true && left.length > 0) {
    const { copyMessages } = await import("./copy-messages.ts");
    await copyMessages(run, pair, left);
  }
  if (stop.aborted) return;
  if (options.syncflagsaftercopy) await repeatFlags(run, pair);
  if (options.resyncflags) await syncFlags(run, pair, match.same);
  if (options.synclabels || options.resynclabels) {
    const { syncLabels } = await import("./sync-labels.ts");
    await syncLabels(run, pair, match.same);
  }
  if (!mayDelete(options)) return;
  const { deleteExtra, deleteMoved } = await import("./delete-messages.ts");
  await deleteMoved(run, pair, match);
  await deleteExtra(run, pair, match);
}

function mayDelete({ delete1, delete2, delete2duplicates, expunge2 }: CopyRun["options"]): boolean {
  return delete1 === true || delete2 === true || delete2duplicates === true || expunge2;
}

interface Place {
  readonly channel: Channel;
  readonly host: Host;
}

async function open(run: CopyRun, work: FolderWork, { channel, host }: Place): Promise<MailboxView | undefined> {
  const { options, emit } = run;
  const folder = host === 1 ? work.folder1 : work.folder2;
  const isOnlyRead = options.dry === true || (host === 1 && options.delete1 !== true && options.expunge1 !== true);
  let view: MailboxView;
  try {
    view = await select(channel, folder, { isOnlyRead });
  } catch (error) {
    if (!isRefused(error)) throw error;
    const text = `could not select folder ${folder} of host${String(host)}: ${error.message}`;
    emit({ type: "error", error: { kind: "select", text } });
    return undefined;
  }
  work.requireSame(channel.side, view);
  return view;
}

/** Messages that are found for the first time are noted as this folder's. */
function withoutCrossDuplicates(
  { crossDuplicates }: CopyRun,
  { folder2 }: FolderWork,
  { table, match }: { readonly table: MessageTable; readonly match: Match },
): Compared {
  if (crossDuplicates === undefined) return { match, crossed: [] };
  crossDuplicates.among(table, firstsIn(match.same), folder2);
  const crossed = new Set(crossDuplicates.among(table, match.missing, folder2));
  return { match: { ...match, missing: match.missing.filter((i) => !crossed.has(i)) }, crossed: [...crossed] };
}
