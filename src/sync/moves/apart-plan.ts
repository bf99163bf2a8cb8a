// Messages that were moved on both sides, to two different mailboxes: which they are, and which move was the later one. Pure.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { type PerSide, perSide, type Side } from "../../model/side.ts";
import { groupBy } from "../../util/group-by.ts";
import type { Departure } from "./moves-plan.ts";

/** A new message, and the mailbox in which it is. */
export interface Place<T> {
  readonly target: T;
  readonly message: MessageIdentity;
}

/** `gone`: vanished on both sides. `come`: new on each side, without an equal message in the same mailbox of the other side. */
export function planApart<T>(
  gone: readonly Departure[],
  come: PerSide<readonly Place<T>[]>,
): readonly PerSide<Place<T>>[] {
  const byPrint = perSide((side) => groupBy(come[side], ({ message }) => fingerprint(message)));
  return gone.flatMap(({ prints }) => {
    const on = (side: Side): Place<T> | undefined => {
      const print = prints[side];
      const [only, ...others] = (print === undefined ? undefined : byPrint[side].get(print)) ?? [];
      return others.length === 0 ? only : undefined;
    };
    const [local, remote] = [on("local"), on("remote")];
    if (local === undefined || remote === undefined || local.target === remote.target) return [];
    const isNamed = local.message.messageId !== undefined && local.message.messageId === remote.message.messageId;
    return isNamed && local.message.date === remote.message.date ? [{ local, remote }] : [];
  });
}

/** The clocks of two servers may differ that much, in ms. */
const clocksDiffer = 60_000;

/** On which side a message was moved later, by times in ms since 1970; undefined if that is unknown. */
export function laterMove({ local, remote }: PerSide<number | undefined>): Side | undefined {
  if (local === undefined || remote === undefined || Math.abs(local - remote) <= clocksDiffer) return undefined;
  return local > remote ? "local" : "remote";
}
