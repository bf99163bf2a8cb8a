// `--syncacls`: gives a folder of host2 the access rights that its original has on host1.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import { type AccessList, accessList, setRights } from "../../imap/verbs/acl.ts";
import { bothSides, type PerSide, sides } from "../../model/side.ts";
import { planRights } from "../folders/rights-plan.ts";
import { hostOf } from "../options/host.ts";
import type { CopyRun } from "./copy-run.ts";
import type { FolderWork } from "./folder-work.ts";

const toldLists = new WeakSet<CopyRun>();

/** Says so once. */
function haveLists(run: CopyRun, channels: PerSide<Channel>): boolean {
  const lacking = sides.filter((side) => !channels[side].capabilities.has("ACL"));
  const text = "the server has no access control lists (ACL): nobody gets rights to a folder";
  if (!toldLists.has(run))
    for (const side of lacking) run.emit({ type: "notice", host: hostOf(side), text, isWarning: true });
  toldLists.add(run);
  return lacking.length === 0;
}

/** What a server refuses is said, and nothing else: the messages matter more. */
export async function copyRights(
  run: CopyRun,
  channels: PerSide<Channel>,
  { folder1, folder2, isOn2 }: Pick<FolderWork, "folder1" | "folder2" | "isOn2">,
): Promise<void> {
  if (!haveLists(run, channels)) return;
  const { options, emit } = run;
  const warn = (text: string): void => {
    emit({ type: "notice", text, isWarning: true });
  };
  const { local, remote } = await bothSides((side) => {
    if (side === "remote" && !isOn2) return Promise.resolve<AccessList>(new Map());
    return listOrRefusal(channels[side], side === "local" ? folder1 : folder2);
  });
  if (typeof local === "string") return warn(`the rights to folder ${folder1} of host1 cannot be read: ${local}`);
  if (typeof remote === "string") return warn(`the rights to folder ${folder2} of host2 cannot be read: ${remote}`);
  for (const { identifier, rights } of planRights(local, remote, [options.user1, options.user2])) {
    const text = `folder ${folder2} of host2: ${identifier} gets the rights ${rights}`;
    if (options.dry) {
      emit({ type: "notice", text: `${text} (not really since --dry mode)` });
      continue;
    }
    try {
      await setRights(channels.remote, folder2, { identifier, rights });
      emit({ type: "notice", text });
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      warn(`${text}, but host2 refuses: ${error.words}`);
    }
  }
}

/** A text: why there is none. */
async function listOrRefusal(channel: Channel, folder: string): Promise<AccessList | string> {
  try {
    return (await accessList(channel, folder)) ?? "the server tells none that can be understood";
  } catch (error) {
    if (error instanceof CommandRefused) return error.words;
    throw error;
  }
}
