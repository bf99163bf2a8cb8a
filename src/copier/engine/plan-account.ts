// Which folders are copied, where to, and in which order.

import { isInbox } from "../../model/mailbox-name.ts";
import type { PerSide } from "../../model/side.ts";
import { type NameMapper, nameMapper } from "../folders/folder-names.ts";
import { layoutOf } from "../folders/layout.ts";
import { selectFolders } from "../folders/select-folders.ts";
import { findSubfolder1 } from "../folders/subfolders.ts";
import type { Host } from "../options/options.ts";
import { type AccountFolders, folderNamed } from "./account-folders.ts";
import type { CopyRun } from "./copy-run.ts";
import type { Folders2 } from "./create-folder.ts";
import { FolderWork } from "./folder-work.ts";
import { RunFailure } from "./run-failure.ts";

export interface AccountPlan {
  readonly listings: PerSide<AccountFolders>;
  readonly separators: Readonly<Record<Host, string>>;
  readonly works: readonly FolderWork[];
  readonly folders2: Folders2;
  /** What any folder of host1 is called on host2. */
  readonly nameOn2: NameMapper;
}

/** @throws RunFailure when `--subfolder1` names nothing. */
export function planAccount(run: CopyRun, listings: PerSide<AccountFolders>): AccountPlan {
  const { options, rules, emit } = run;
  const names = { 1: [...listings.local.folders.keys()], 2: [...listings.remote.folders.keys()] };
  const layouts = {
    1: layoutOf(1, { options, told: listings.local, folders: names[1] }),
    2: layoutOf(2, { options, told: listings.remote, folders: names[2] }),
  };
  const { subfolder1 = "" } = options;
  if (subfolder1 !== "" && findSubfolder1(subfolder1, layouts[1], names[1]) === undefined)
    throw new RunFailure(
      "EXIT_SUBFOLDER1_NO_EXISTS",
      `Host1: the folder of --subfolder1 does not exist: ${subfolder1}`,
    );
  const all1 = [...listings.local.folders.values()];
  const { wanted, missing } = selectFolders({
    ...{ options, layout: layouts[1], folders: names[1] },
    unselectable: new Set(all1.filter(({ isSelectable }) => !isSelectable).map(({ name }) => name)),
    subscribed: all1.filter(({ isSubscribed }) => isSubscribed).map(({ name }) => name),
    ...{ include: rules.folders.include, exclude: rules.folders.exclude },
  });
  for (const folder of missing)
    emit({ type: "notice", host: 1, text: `folder [${folder}] does not exist: it is left out`, isWarning: true });
  const nameOn2 = nameMapper({ options, layouts, folders: names, substitute: rules.folders.substitute });
  const works = wanted.map((folder1, i) => {
    const folder2 = nameOn2(folder1);
    const there = folderNamed(listings.remote.folders, folder2);
    const work = new FolderWork({ folder1, folder2, index: i + 1, of: wanted.length });
    work.isOn2 = there?.isSelectable ?? isInbox(folder2);
    return work;
  });
  return {
    ...{ listings, works, nameOn2, separators: { 1: layouts[1].separator, 2: layouts[2].separator } },
    folders2: {
      existing: new Set(
        [...listings.remote.folders.values()].filter((one) => one.isSelectable).map(({ name }) => name),
      ),
      subscribed: new Set(
        [...listings.remote.folders.values()].filter((one) => one.isSubscribed).map(({ name }) => name),
      ),
      separator: layouts[2].separator,
    },
  };
}
