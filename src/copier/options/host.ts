// The two accounts as options and lines number them, and as the layers below call them.

import type { Side } from "../../model/side.ts";

/** host1 is copied from, host2 is copied to. */
export type Host = 1 | 2;

export function hostOf(side: Side): Host {
  return side === "local" ? 1 : 2;
}

export function sideOf(host: Host): Side {
  return host === 1 ? "local" : "remote";
}
