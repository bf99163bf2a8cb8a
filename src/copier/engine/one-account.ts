// Whether both hosts are one account, as far as can be said without changing anything in it.

import type { PerSide } from "../../model/side.ts";
import type { Options } from "../options/options.ts";
import { type AccountFolders, folderNamed } from "./account-folders.ts";

type Named = Pick<Options, "host1" | "user1" | "host2" | "user2">;

/** Two servers may be reached by one name, through tunnels: their folders have other UIDVALIDITYs. */
export function isOneAccount(options: Named, { local, remote }: PerSide<Pick<AccountFolders, "folders">>): boolean {
  if (!areOneByName(options)) return false;
  return [...local.folders.values()].every(({ name, uidValidity }) => {
    const there = folderNamed(remote.folders, name);
    return there?.uidValidity === undefined || uidValidity === undefined || there.uidValidity === uidValidity;
  });
}

/** The same user on the same host. */
export function areOneByName({ host1, user1, host2, user2 }: Named): boolean {
  return host1?.toLowerCase() === host2?.toLowerCase() && user1 === user2;
}
