// Decides which messages of two servers are the same, as far as that is possible without reading them, and which have to be
// read. Pure. Servers and migration programs keep the Message-ID; they change the date, or add header fields. So a Message-ID
// that is there once on each side is enough, unless the sizes differ: then it may be another version. Date and size only
// distinguish messages that share one. Messages without Message-ID have nothing that would be enough.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { groupBy } from "../../util/group-by.ts";
import { identityKey, planMatches, without } from "./match-plan.ts";

export interface IdentifyPlan {
  /** Messages that are the same have the same key, if they are on different sides. */
  readonly keys: ReadonlyMap<MessageIdentity, string>;
  /** Once on each side, with different sizes: the same message if only the header differs. */
  readonly otherSizes: readonly PerSide<MessageIdentity>[];
  /** Only their texts can distinguish them. */
  readonly toRead: PerSide<readonly MessageIdentity[]>;
  /** Without Message-ID, and equal to none. To be read only if there is still an unpaired one on each side then. */
  readonly altered: PerSide<readonly MessageIdentity[]>;
}

export function planIdentification(messages: PerSide<readonly MessageIdentity[]>): IdentifyPlan {
  const groups = perSide((side) => groupBy(messages[side], ({ messageId }) => messageId));
  const keys = new Map<MessageIdentity, string>();
  const otherSizes: PerSide<MessageIdentity>[] = [];
  const toRead: PerSide<MessageIdentity[]> = { local: [], remote: [] };
  for (const [messageId, local] of groups.local) {
    const remote = groups.remote.get(messageId);
    if (remote === undefined) continue;
    const group = { local, remote };
    const pair = perSide((side) => group[side][0]!);
    if (messageId === undefined) addAll(toRead, equalOf(group));
    else if (sides.some((side) => group[side].length > 1)) identifyTwins(group, { keys, toRead });
    else if (pair.local.size === pair.remote.size) for (const side of sides) keys.set(pair[side], messageId);
    else otherSizes.push(pair);
  }
  const nameless = perSide((side) => groups[side].get(undefined) ?? []);
  const equal = new Set(sides.flatMap((side) => toRead[side]));
  return { keys, otherSizes, toRead, altered: perSide((side) => nameless[side].filter((one) => !equal.has(one))) };
}

/** For messages that share Message-ID, date and size with another one on their side, and that both sides have. */
export function indistinctKeys(messages: PerSide<ReadonlyMap<number, MessageIdentity>>): ReadonlySet<string> {
  const groups = perSide((side) =>
    groupBy([...messages[side].values()], (one) => (one.messageId === undefined ? undefined : identityKey(one))),
  );
  const size = (side: Side, key: string): number => groups[side].get(key)?.length ?? 0;
  const isIndistinct = (key: string): boolean =>
    sides.every((side) => size(side, key) > 0) && sides.some((side) => size(side, key) > 1);
  return new Set([...groups.local.keys()].flatMap((key) => (key !== undefined && isIndistinct(key) ? [key] : [])));
}

/** Those of the same date and size as one on the other side. */
function equalOf(group: PerSide<readonly MessageIdentity[]>): PerSide<readonly MessageIdentity[]> {
  const seen = perSide((side) => new Set(group[side].map(identityKey)));
  return perSide((side) => group[side].filter((one) => seen[otherSide(side)].has(identityKey(one))));
}

interface Group {
  readonly keys: Map<MessageIdentity, string>;
  readonly toRead: PerSide<MessageIdentity[]>;
}

/** Date and size are enough for a message if no other on its side has both. */
function identifyTwins(group: PerSide<readonly MessageIdentity[]>, { keys, toRead }: Group): void {
  const alike = perSide((side) => groupBy(group[side], identityKey));
  const isAlone = (one: MessageIdentity): boolean =>
    sides.every((side) => (alike[side].get(identityKey(one))?.length ?? 0) < 2);
  const equal = planMatches(perSide((side) => group[side].filter(isAlone)));
  for (const pair of equal) for (const side of sides) keys.set(pair[side], identityKey(pair[side]));
  const left = perSide((side) => without(group[side], equal, side));
  if (sides.every((side) => left[side].length > 0)) addAll(toRead, left);
}

function addAll(toRead: PerSide<MessageIdentity[]>, group: PerSide<readonly MessageIdentity[]>): void {
  for (const side of sides) toRead[side].push(...group[side]);
}
