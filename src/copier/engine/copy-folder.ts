// Copies one folder: opens it on both hosts, compares, copies what is missing, sets flags, deletes.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { PerSide } from "../../model/side.ts";
import { allDone } from "../../util/all-done.ts";
import { copyMessages } from "./copy-messages.ts";
import type { CopyRun } from "./copy-run.ts";
import { deleteExtra, deleteMoved } from "./delete-messages.ts";
import type { FolderWork, OpenPair } from "./folder-work.ts";
import { type Compared, type Match, matchMessages } from "./match-plan.ts";
import { MessageTable } from "./message-table.ts";
import { isRefused, type ReadFolder, readFolder } from "./read-folder.ts";
import { syncFlags } from "./sync-flags.ts";
import { messagesLeft, settleAtOnce, tellArrived, tellCompared, tellRead, tellWouldCopy } from "./tell-folder.ts";

/**
 * May be called again, after a connection was lost, and goes on from there.
 * @throws InterimapError that abandons a side or the run.
 */
export async function copyFolder(run: CopyRun, work: FolderWork, channels: PerSide<Channel>): Promise<void> {
  const { emit, options } = run;
  const { folder1, folder2 } = work;
  const [local, remote] = await allDone([
    open(run, work, { channel: channels.local, host: 1 }),
    work.isOn2 ? open(run, work, { channel: channels.remote, host: 2 }) : Promise.resolve(undefined),
  ]);
  if (local === undefined || (remote === undefined && work.isOn2)) {
    run.merges.get(folder2)?.giveUp();
    return;
  }
  const tables = { local: local.table, remote: remote?.table ?? new MessageTable().seal() };
  run.merges.get(folder2)?.note(folder1, tables.local);
  const match = withoutCrossDuplicates(run, work, {
    table: tables.local,
    match: matchMessages(tables.local, tables.remote, { keepsDuplicates: options.syncduplicates === true }),
  });
  if (work.toCopy === undefined) {
    tellRead(run, work, { local, remote, crossed: match.crossed.length });
    tellCompared(run, work, { tables, ...match });
    settleAtOnce(run, work, { table: tables.local, ...match });
  }
  if (remote === undefined || options.dry === true) tellWouldCopy(run, work, tables.local);
  if (remote === undefined) return;
  const views = { local: local.view, remote: remote.view };
  await carryOut(run, { work, channels, views, tables }, match.match);
  if (!run.stop.aborted) emit({ type: "folder-done", folder1, folder2 });
}

async function carryOut(run: CopyRun, pair: OpenPair, match: Match): Promise<void> {
  const { options, stop } = run;
  tellArrived(run, pair, match);
  if (options.dry !== true) await copyMessages(run, pair, messagesLeft(pair));
  if (stop.aborted) return;
  if (options.resyncflags) await syncFlags(run, pair, match.same);
  await deleteMoved(run, pair, match);
  await deleteExtra(run, pair, match);
}

interface Place {
  readonly channel: Channel;
  readonly host: 1 | 2;
}

async function open(run: CopyRun, work: FolderWork, { channel, host }: Place): Promise<ReadFolder | undefined> {
  const { options, rules, emit } = run;
  const folder = host === 1 ? work.folder1 : work.folder2;
  const isOnlyRead = options.dry === true || (host === 1 && options.delete1 !== true && options.expunge1 !== true);
  try {
    const { side } = channel;
    return await readFolder(channel, {
      ...{ folder, isOnlyRead },
      ...{ selection: rules.selection, identity: rules.identity[side] },
    });
  } catch (error) {
    if (!isRefused(error)) throw error;
    const text = `could not select folder ${folder} of host${String(host)}: ${error.message}`;
    emit({ type: "error", error: { kind: "select", text } });
    return undefined;
  }
}

/** What is found for the first time is noted as this folder's. */
function withoutCrossDuplicates(
  { crossDuplicates }: CopyRun,
  { folder2 }: FolderWork,
  { table, match }: { readonly table: MessageTable; readonly match: Match },
): Compared {
  if (crossDuplicates === undefined) return { match, crossed: [] };
  const present = match.same.filter((_, at) => at % 2 === 0);
  crossDuplicates.among(table, present, folder2);
  const crossed = new Set(crossDuplicates.among(table, match.missing, folder2));
  return { match: { ...match, missing: match.missing.filter((i) => !crossed.has(i)) }, crossed: [...crossed] };
}
