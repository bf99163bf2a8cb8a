// How many messages there are, and how large they are, on both hosts: before and after.

import { type Channel, openChannel } from "../../imap/mailbox/channel.ts";
import type { Session } from "../../imap/session/session.ts";
import { fetchSizes } from "../../imap/verbs/fetch.ts";
import { select } from "../../imap/verbs/select.ts";
import type { PerSide, Side } from "../../model/side.ts";
import { bothSides } from "../../model/side.ts";
import { atMost } from "../../util/at-most.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import type { AccountSize, FolderSize, When } from "../events.ts";
import type { CopyRun } from "./copy-run.ts";
import { isRefused } from "./read-folder.ts";

/** Folders at once over one connection: none waits for the answers about another. */
const atOnce = 16;

const nothing: FolderSize = { messages: 0, octets: 0, biggest: 0 };

export interface Sizing {
  readonly when: When;
  readonly sessions: PerSide<Session>;
  /** In the order of the copy. */
  readonly pairs: readonly { readonly folder1: string; readonly folder2: string; readonly isOn2: boolean }[];
}

/** Tells the sizes of all folders that take part, and of both accounts. A folder of host2 that several are copied to counts once. */
export async function tellSizes(run: CopyRun, { when, sessions, pairs }: Sizing): Promise<void> {
  const { emit } = run;
  emit({ type: "sizing", when });
  const names = {
    local: pairs.map(({ folder1 }) => folder1),
    remote: pairs.filter(({ isOn2 }) => isOn2).map(({ folder2 }) => folder2),
  };
  const seconds: Record<Side, number> = { local: 0, remote: 0 };
  const sizes = await bothSides(async (side) => {
    const begun = monotonicMs();
    const all = await sizesOf(run, sessions[side], new Set(names[side]));
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

async function sizesOf(run: CopyRun, session: Session, folders: ReadonlySet<string>): Promise<Map<string, FolderSize>> {
  const sizes = new Map<string, FolderSize>();
  await atMost(atOnce, [...folders], async (folder) => {
    sizes.set(folder, await sizeOf(run, openChannel(session), folder));
  });
  return sizes;
}

/** One that cannot be opened is empty, as far as can be said; that it cannot is told when it is its turn. */
async function sizeOf({ rules }: CopyRun, channel: Channel, folder: string): Promise<FolderSize> {
  try {
    const view = await select(channel, folder, { isOnlyRead: true });
    let [messages, octets, biggest] = [0, 0, 0];
    for (const { size } of await fetchSizes(channel, await rules.selection.uids(channel, view))) {
      messages++;
      octets += size;
      biggest = Math.max(biggest, size);
    }
    return { messages, octets, biggest };
  } catch (error) {
    if (!isRefused(error)) throw error;
    return nothing;
  }
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
