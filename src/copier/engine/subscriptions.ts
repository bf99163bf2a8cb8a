// Which folders of host2 are to be subscribed to.

import type { Folder } from "./account-folders.ts";
import type { CopyRun } from "./copy-run.ts";

export function isToSubscribe({ subscribe, subscribeall }: CopyRun["options"], folder1: Folder | undefined): boolean {
  return (folder1?.isSubscribed === true && subscribe) || subscribeall === true;
}
