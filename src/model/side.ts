// The two servers. Everything that exists once for each of them is a PerSide.

import { allDone } from "../util/all-done.ts";

export type Side = "local" | "remote";

export interface PerSide<T> {
  readonly local: T;
  readonly remote: T;
}

export const sides: readonly Side[] = ["local", "remote"];

export function otherSide(side: Side): Side {
  return side === "local" ? "remote" : "local";
}

/** Builds a PerSide by asking for the value of each side, local first. */
export function perSide<T>(valueOf: (side: Side) => T): PerSide<T> {
  return { local: valueOf("local"), remote: valueOf("remote") };
}

/** Runs the same work for both sides at once; waits for both before it rejects with the first failure. */
export async function bothSides<T>(work: (side: Side) => Promise<T>): Promise<PerSide<T>> {
  // Asynchronous itself: work that throws before its first wait must not leave the other side's alone.
  const [local, remote] = await allDone(sides.map(async (side) => work(side)));
  return { local, remote } as PerSide<T>;
}
