// The messages of both folders of a pair that take part, and what tells each from the others.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { bothSides, type PerSide, type Side } from "../../model/side.ts";
import { emptyUidSet, type UidSet } from "../../model/uid-set.ts";
import type { CopyRun, Identity } from "./copy-run.ts";
import type { FolderWork } from "./folder-work.ts";
import { KnownCopies } from "./known-copies.ts";
import { tellUntold } from "./left-out.ts";
import { placeOf } from "./merged-place.ts";
import { MessageTable } from "./message-table.ts";
import { readMessages } from "./read-folder.ts";

export interface Opened {
  readonly work: FolderWork;
  readonly channels: PerSide<Channel>;
  /** Of host2: undefined where the folder is not there. */
  readonly views: { readonly local: MailboxView; readonly remote: MailboxView | undefined };
}

export interface Tables {
  readonly tables: PerSide<MessageTable>;
  /** With a memory of former runs. */
  readonly known?: KnownCopies | undefined;
}

/** Nothing in a folder that is not there. @throws InterimapError that abandons the folder, a side or the run */
export async function readTables(run: CopyRun, opened: Opened): Promise<Tables> {
  const { channels, views } = opened;
  const { selection } = run.rules;
  const wanted = await bothSides((side) => {
    const view = views[side];
    return view === undefined ? Promise.resolve(emptyUidSet) : selection.uids(channels[side], view);
  });
  const read = await readSelected(run, opened, wanted);
  const { local, remote } = views;
  if (remote === undefined || !(selection.isPart("local") || selection.isPart("remote"))) return read;
  const { agreedSelection } = await import("./beyond-selection.ts");
  const agreed = await agreedSelection(run, {
    ...{ work: opened.work, channels, views: { local, remote }, wanted, tables: read.tables },
    read: readerOf(run, opened, undefined),
  });
  return agreed === undefined ? read : readSelected(run, opened, agreed);
}

async function readSelected(run: CopyRun, opened: Opened, wanted: PerSide<UidSet>): Promise<Tables> {
  const { memory, options } = run;
  const { work, channels, views } = opened;
  const place = placeOf(run, work);
  const merge = run.merges.get(work.folder2);
  const read = readerOf(run, opened, wanted);
  const { local, remote } = views;
  const known = memory && remote && new KnownCopies(memory, { work, views: { local, remote } });
  work.known = known;
  const tables =
    known === undefined
      ? await bothSides((side) => readAhead(run, opened, side) ?? read(side, wanted[side]))
      : await known.tables(run, { channels, wanted, read, untold: untoldIn(run, work), place, merge });
  if (!options.addheader || options.useuid === true) return { tables, known };
  const { withPlainCopies } = await import("./plain-copies.ts");
  return { tables: await withPlainCopies(run, { tables, read, place }), known };
}

/** Undefined: nothing was read that still holds. */
function readAhead(run: CopyRun, { work, views }: Opened, side: Side): Promise<MessageTable> | undefined {
  const view = views[side];
  const ahead = placeOf(run, work) === undefined && view !== undefined ? run.readAhead.take(side, view) : undefined;
  return ahead && Promise.resolve(ahead);
}

/** `wanted`: what belongs to a part of it is asked for as that; undefined: all is. */
function readerOf(run: CopyRun, { work, channels, views }: Opened, wanted: PerSide<UidSet> | undefined) {
  const { rules } = run;
  const place = placeOf(run, work);
  const untold = untoldIn(run, work);
  const inPlace = ({ sign, ...identity }: Identity): Identity => ({
    ...identity,
    sign: (header, message) => sign(header, place === undefined ? message : { ...message, place }),
  });
  return (side: Side, some: UidSet, identity = rules.identity[side]): Promise<MessageTable> => {
    const view = views[side];
    if (view === undefined) return Promise.resolve(new MessageTable().seal());
    return readMessages(channels[side], view, {
      wanted: some,
      isPart: some !== wanted?.[side] || rules.selection.isPart(side),
      untold: untold(side),
      identity: side === "local" ? inPlace(identity) : identity,
    });
  };
}

function untoldIn(run: CopyRun, work: FolderWork): (side: Side) => (uids: UidSet) => void {
  return (side) => (uids) => {
    tellUntold(run, work, { side, uids });
  };
}
