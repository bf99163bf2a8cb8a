// The events of a folder that was read and compared: its numbers, and what will be done. Nothing is done yet.

import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import type { MessageSize } from "../../model/message-sizes.ts";
import type { PerSide } from "../../model/side.ts";
import { hasUid, isEmpty, type UidSet, UidSetBuilder, uidSetOf } from "../../model/uid-set.ts";
import { sum } from "../../util/sum.ts";
import type { SkipReason } from "../events.ts";
import type { Host } from "../options/host.ts";
import type { CopyRun } from "./copy-run.ts";
import type { FolderWork, OpenPair } from "./folder-work.ts";
import { type Compared, firstsIn, type Match, pairsIn } from "./match-plan.ts";
import type { MessageTable } from "./message-table.ts";

interface Read {
  readonly views: { readonly local: MailboxView; readonly remote: MailboxView | undefined };
  readonly tables: PerSide<MessageTable>;
  /** How many of host1's messages another folder of host2 has. */
  readonly crossed: number;
}

export function tellRead({ emit, options }: CopyRun, work: FolderWork, { views, tables, crossed }: Read): void {
  const read = (view: MailboxView, table: MessageTable, where: { host: Host; folder: string }): void => {
    let [withoutHeaders, duplicates] = [0, 0];
    for (let i = 0; i < table.length; i++) {
      if (!table.isIdentified(i)) withoutHeaders++;
      if (table.isRepeated(i)) duplicates++;
    }
    const apart = (options.syncduplicates === true ? 0 : duplicates) + (where.host === 1 ? crossed : 0);
    const counts = { identified: table.length - withoutHeaders - apart, duplicates, withoutHeaders };
    emit({
      ...{ type: "folder-read", ...where, messages: view.exists, selected: table.length },
      // By UIDs, nothing is.
      ...(options.useuid === true ? { identified: 0, duplicates: 0, withoutHeaders: 0 } : counts),
    });
  };
  read(views.local, tables.local, { host: 1, folder: work.folder1 });
  if (views.remote !== undefined) read(views.remote, tables.remote, { host: 2, folder: work.folder2 });
}

interface ComparedTables extends Compared {
  readonly tables: PerSide<MessageTable>;
}

export function tellCompared(run: CopyRun, work: FolderWork, { match, tables }: ComparedTables): void {
  const { folder1, folder2, isOn2 } = work;
  const missing = match.missing.length;
  const counts = isOn2 ? { onlyOn1: missing } : { onlyOn1: 0, toCreate: missing };
  const merge = run.merges.get(folder2);
  // It shows only when all folders that are copied there were read.
  const strange = merge === undefined ? match.strange : (merge.strangers(tables.remote) ?? []);
  run.emit({ type: "folder-compared", folder1, folder2, ...counts, onlyOn2: strange.length });
}

interface Settling extends Compared {
  readonly table: MessageTable;
}

/** Reports messages that will not be copied, with the reason. Returns the others. */
export function settleAtOnce(run: CopyRun, work: FolderWork, { table, match, crossed }: Settling): void {
  const { options, sizes, emit } = run;
  const { folder1, folder2 } = work;
  const skip = (numbers: Iterable<number>, reason: SkipReason, detail?: string): void => {
    const built = new UidSetBuilder();
    let octets = 0;
    for (const i of numbers) {
      built.add(table.uid(i));
      octets += table.size(i);
    }
    const uids = built.build();
    if (isEmpty(uids)) return;
    emit({
      ...{ type: "messages-skipped", folder1, folder2, uids, octets, reason },
      ...(detail !== undefined && { detail }),
    });
  };
  skip(firstsIn(match.same), "present");
  if (options.syncduplicates !== true && options.useuid !== true) skip(match.repeated1, "duplicate");
  skip(match.void1, "no-headers");
  skip(crossed, "cross-duplicate");
  const { above, most } = sizes;
  const tooLarge = match.missing.filter((i) => table.size(i) > most);
  const tooSmall = match.missing.filter((i) => table.size(i) <= above);
  skip(tooLarge, "too-large", `larger than ${String(most)} bytes`);
  skip(tooSmall, "too-small", `not larger than ${String(above)} bytes`);
  const left = match.missing.filter((i) => table.size(i) <= most && table.size(i) > above);
  work.toCopy = uidSetOf(left.map((i) => table.uid(i)));
}

/** In a dry run, or where the folder is not there. */
export function tellWouldCopy({ emit }: CopyRun, work: FolderWork, table: MessageTable): void {
  const { folder1, folder2, left: uids } = work;
  if (isEmpty(uids)) return;
  const octets = sum(messagesAmong(table, uids).map(({ size }) => size));
  emit({ type: "messages-to-copy", folder1, folder2, uids, octets });
  work.settle(uids);
}

/** What was to be copied and is there: host2 took it before the connection was lost, or another run has copied it. */
export function tellArrived({ emit }: CopyRun, { work, tables }: OpenPair, { same }: Match): void {
  const { folder1, folder2, left } = work;
  const arrived = new UidSetBuilder();
  let octets = 0;
  for (const [on1, on2] of pairsIn(same)) {
    const uid1 = tables.local.uid(on1);
    if (!hasUid(left, uid1)) continue;
    arrived.add(uid1);
    const uid2 = tables.remote.uid(on2);
    const size = tables.remote.size(on2);
    octets += size;
    if (work.isTouched) emit({ type: "message-copied", folder1, folder2, uid1, uid2, octets: size });
  }
  const uids = arrived.build();
  if (!work.isTouched && !isEmpty(uids))
    emit({ type: "messages-skipped", folder1, folder2, uids, octets, reason: "present" });
  work.arrive(uids);
}

export function messagesLeft({ tables, work }: OpenPair): MessageSize[] {
  return messagesAmong(tables.local, work.left);
}

function messagesAmong(table: MessageTable, uids: UidSet): MessageSize[] {
  const found: MessageSize[] = [];
  for (let i = 0; i < table.length; i++)
    if (hasUid(uids, table.uid(i))) found.push({ uid: table.uid(i), size: table.size(i) });
  return found;
}
