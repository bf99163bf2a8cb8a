// How many messages there are, and how large they are, on both hosts: before and after.

import { type Channel, openChannel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import type { Session } from "../../imap/session/session.ts";
import { fetchSizes } from "../../imap/verbs/fetch.ts";
import { select } from "../../imap/verbs/select.ts";
import type { MessageSize } from "../../model/message-sizes.ts";
import { bothSides, type PerSide, perSide, type Side } from "../../model/side.ts";
import { intersect, isEmpty, maxUid, uidRange, type UidSet } from "../../model/uid-set.ts";
import type { MeasuredFolder } from "../../state/copied-sizes.ts";
import { atMost } from "../../util/at-most.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import type { AccountSize, FolderSize, When } from "../events.ts";
import { hostOf } from "../options/host.ts";
import { type AccountFolders, type Folder, folderNamed, listFolders } from "./account-folders.ts";
import type { CopyRun } from "./copy-run.ts";
import { isRefused } from "./is-refused.ts";
import { readMessages } from "./read-folder.ts";

/** Folders at once over one connection: none waits for the answers about another. */
const atOnce = 16;

const nothing: FolderSize = { messages: 0, octets: 0, biggest: 0 };

export interface Sizing {
  readonly when: When;
  /** What was just listed; undefined: it is asked for when it is needed. */
  readonly listings?: PerSide<Pick<AccountFolders, "folders">>;
  readonly sessions: PerSide<Session>;
  /** In the order of the copy. */
  readonly pairs: readonly { readonly folder1: string; readonly folder2: string; readonly isOn2: boolean }[];
}

interface Known {
  readonly size: FolderSize;
  readonly uidValidity: number;
  readonly uidNext: number;
}

/** What was measured before, in this run or one that is remembered, is measured again only where something has changed. */
export class FolderSizes {
  readonly #run: CopyRun;
  readonly #known: PerSide<Map<string, Known>>;

  constructor(run: CopyRun) {
    this.#run = run;
    this.#known = perSide((side) => new Map(rememberedSizes(run, side)));
  }

  /** Tells the sizes of all folders that take part, and of both accounts. A folder of host2 that several are copied to counts once. */
  async tell({ when, sessions, pairs, listings }: Sizing): Promise<void> {
    const { emit } = this.#run;
    emit({ type: "sizing", when });
    const names = {
      local: pairs.map(({ folder1 }) => folder1),
      remote: pairs.filter(({ isOn2 }) => isOn2).map(({ folder2 }) => folder2),
    };
    if (when === "after") this.#run.readAhead.end();
    const seconds: Record<Side, number> = { local: 0, remote: 0 };
    const sizes = await bothSides(async (side) => {
      const begun = monotonicMs();
      const listed = listings?.[side].folders;
      const all = await this.#measure(sessions[side], { listed, folders: new Set(names[side]) });
      seconds[side] = (monotonicMs() - begun) / 1000;
      return all;
    });
    pairs.forEach(({ folder1, folder2 }, i) => {
      const [size1, size2] = [sizes.local.get(folder1) ?? nothing, sizes.remote.get(folder2)];
      emit({ type: "folder-sized", folder1, folder2, index: i + 1, of: pairs.length, size1, size2 });
    });
    const total = (side: Side): AccountSize => ({ ...sumOf(sizes[side]), seconds: seconds[side] });
    emit({ type: "accounts-sized", when, size1: total("local"), size2: total("remote") });
  }

  async #measure(session: Session, { listed, folders }: ToMeasure): Promise<Map<string, FolderSize>> {
    const { side } = session;
    const unchanged = await this.#unchanged(session, listed);
    const sizes = new Map<string, FolderSize>();
    await atMost(atOnce, [...folders], async (folder) => {
      const size = unchanged.has(folder) ? this.#known[side].get(folder)?.size : undefined;
      sizes.set(folder, size ?? (await this.#sizeOf(openChannel(session), folder)));
    });
    const measured = [...folders].filter((folder) => !unchanged.has(folder));
    this.#remember(side, measured);
    return sizes;
  }

  /** Folders whose numbers are what they were. */
  async #unchanged(session: Session, listed: ToMeasure["listed"]): Promise<ReadonlySet<string>> {
    const known = this.#known[session.side];
    if (known.size === 0 || this.#run.rules.selection.isPart(session.side)) return new Set();
    const folders = listed ?? (await listFolders(session)).folders;
    const isSame = (folder: string, { size, uidValidity, uidNext }: Known): boolean => {
      const now = folderNamed(folders, folder);
      return now?.uidValidity === uidValidity && now.uidNext === uidNext && now.messages === size.messages;
    };
    return new Set([...known].filter(([folder, one]) => isSame(folder, one)).map(([folder]) => folder));
  }

  /** Undefined: only the sizes are to be asked for. */
  async #readAhead(channel: Channel, view: MailboxView, wanted: UidSet): Promise<FolderSize | undefined> {
    const { readAhead, rules, memory, options, merges } = this.#run;
    const { side } = channel;
    if (memory !== undefined || options.justfolders === true || options.justfoldersizes === true) return undefined;
    // Which folder messages are of may be a part of what they are known by.
    if (merges.size > 0 || !readAhead.begins(side, view)) return undefined;
    try {
      let isWhole = true;
      const table = await readMessages(channel, view, {
        ...{ wanted, identity: rules.identity[side], isPart: rules.selection.isPart(side) },
        untold: (uids) => {
          isWhole &&= isEmpty(uids);
        },
      });
      if (!isWhole) return undefined;
      readAhead.keep(side, view, table);
      return sizeOfAll(table.sizes());
    } catch (error) {
      readAhead.end();
      if (!isRefused(error)) throw error;
      return undefined;
    }
  }

  #remember(side: Side, folders: readonly string[]): void {
    const { options, memory, rules } = this.#run;
    if (memory === undefined || options.dry === true || rules.selection.isPart(side)) return;
    const measured = folders.flatMap((folder): MeasuredFolder[] => {
      const { size, uidValidity, uidNext } = this.#known[side].get(folder) ?? {};
      return size === undefined ? [] : [{ ...{ folder, uidValidity: uidValidity!, uidNext: uidNext! }, ...size }];
    });
    if (measured.length > 0) memory.measured(hostOf(side), measured);
  }

  /** One that cannot be opened is empty, as far as can be said; that it cannot is told when it is its turn. */
  async #sizeOf(channel: Channel, folder: string): Promise<FolderSize> {
    const { selection } = this.#run.rules;
    const known = this.#known[channel.side];
    try {
      const view = await select(channel, folder, { isOnlyRead: true });
      const { uidValidity, uidNext, exists } = view;
      const wanted = await selection.uids(channel, view);
      const before = selection.isPart(channel.side) ? undefined : known.get(folder);
      const size =
        (await this.#readAhead(channel, view, wanted)) ??
        (await sizeNow(channel, { ...(before?.uidValidity === uidValidity && { before }), wanted, exists }));
      known.set(folder, { size, uidValidity, uidNext });
      return size;
    } catch (error) {
      if (!isRefused(error)) throw error;
      return nothing;
    }
  }
}

interface ToMeasure {
  readonly folders: ReadonlySet<string>;
  readonly listed: ReadonlyMap<string, Folder> | undefined;
}

function rememberedSizes({ memory, rules }: CopyRun, side: Side): [string, Known][] {
  if (memory === undefined || rules.selection.isPart(side)) return [];
  return memory
    .sizesOf(hostOf(side))
    .map(({ folder, uidValidity, uidNext, ...size }) => [folder, { size, uidValidity, uidNext }]);
}

interface Now {
  /** The same mailbox, as it was. */
  readonly before?: Known;
  readonly wanted: UidSet;
  readonly exists: number;
}

/** If nothing is gone, only new messages are measured. */
async function sizeNow(channel: Channel, { before, wanted, exists }: Now): Promise<FolderSize> {
  const all = async (): Promise<FolderSize> => sizeOfAll(await fetchSizes(channel, wanted));
  if (before === undefined || before.uidNext <= 1 || exists < before.size.messages) return all();
  const { uidNext, size } = before;
  const news = sizeOfAll(await fetchSizes(channel, intersect(wanted, uidRange(uidNext, maxUid))));
  if (size.messages + news.messages !== exists) return all();
  return { messages: exists, octets: size.octets + news.octets, biggest: Math.max(size.biggest, news.biggest) };
}

function sizeOfAll(sizes: Iterable<MessageSize>): FolderSize {
  let [messages, octets, biggest] = [0, 0, 0];
  for (const { size } of sizes) {
    messages++;
    octets += size;
    biggest = Math.max(biggest, size);
  }
  return { messages, octets, biggest };
}

function sumOf(sizes: ReadonlyMap<string, FolderSize>): Omit<AccountSize, "seconds"> {
  const all = [...sizes.values()];
  return {
    folders: sizes.size,
    messages: all.reduce((sum, { messages }) => sum + messages, 0),
    octets: all.reduce((sum, { octets }) => sum + octets, 0),
    biggest: all.reduce((most, { biggest }) => Math.max(most, biggest), 0),
  };
}
