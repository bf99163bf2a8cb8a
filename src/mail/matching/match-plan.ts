// Pairs messages that both servers hold but no mapping records. Pure.
// Equal messages are paired in UID order: k copies against m make min(k, m) pairs, and only the rest is copied.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { type PerSide, perSide, type Side } from "../../model/side.ts";
import { groupBy } from "../../util/group-by.ts";

export function planMatches(messages: PerSide<readonly MessageIdentity[]>): PerSide<MessageIdentity>[] {
  return pairInOrder(messages, identityKey);
}

/** Pairs messages with the same key, first those that are equal, or at least of equal size. */
export function pairSame<T extends MessageIdentity>(
  messages: PerSide<readonly T[]>,
  keyOf: (message: T) => string | undefined,
): PerSide<T>[] {
  const pairs: PerSide<T>[] = [];
  for (const detailOf of [identityKey, ({ size }: T) => String(size), () => ""]) {
    const left = perSide((side) => without(messages[side], pairs, side));
    pairs.push(
      ...pairInOrder(left, (message) => {
        const key = keyOf(message);
        return key === undefined ? undefined : `${key} ${detailOf(message)}`;
      }),
    );
  }
  return pairs;
}

/** Pairs messages with the same key. Those without a key are paired with nothing. */
export function pairInOrder<T extends MessageIdentity>(
  { local, remote }: PerSide<readonly T[]>,
  keyOf: (message: T) => string | undefined,
): PerSide<T>[] {
  const inOrder = (messages: readonly T[]): Keyed<T> => ({ of: messages.toSorted((a, b) => a.uid - b.uid), keyOf });
  return pairByKey(inOrder(local), inOrder(remote)).map(([message, counterpart]) => ({
    local: message,
    remote: counterpart,
  }));
}

export interface Keyed<T> {
  readonly of: readonly T[];
  /** A message without one is paired with nothing. */
  readonly keyOf: (one: T) => string | undefined;
}

/** Pairs each with the first one of the same key that is left, in the given order. */
export function pairByKey<A, B>(these: Keyed<A>, those: Keyed<B>): [A, B][] {
  // The next one of each group is its last.
  const waiting = groupBy(those.of.toReversed(), those.keyOf);
  return these.of.flatMap((one): [A, B][] => {
    const key = these.keyOf(one);
    const counterpart = key === undefined ? undefined : waiting.get(key)?.pop();
    return counterpart === undefined ? [] : [[one, counterpart]];
  });
}

/**
 * As {@link planMatches}, if it is certain that all messages of the source were stored. Servers alter what they store. So
 * among the others, those with the same Message-ID are copies, too, and a message that resembles only one is its copy. Servers
 * keep the order: if as many came as are left then, they belong together, unless one of them cannot.
 */
export function planCopiesFound(
  { source, target }: { readonly source: Side; readonly target: Side },
  messages: PerSide<readonly MessageIdentity[]>,
): PerSide<MessageIdentity>[] {
  const equal = planMatches(messages);
  const named = pairSame(
    perSide((side) => without(messages[side], equal, side)),
    ({ messageId }) => messageId,
  );
  const known = [...equal, ...named];
  const unique = pairIfUnique(perSide((side) => without(messages[side], known, side)));
  const pairs = [...known, ...unique];
  const left = perSide((side) => without(messages[side], pairs, side).toSorted((a, b) => a.uid - b.uid));
  if (left[source].length !== left[target].length) return pairs;
  const inOrder = left.local.map((local, i) => ({ local, remote: left.remote[i]! }));
  return inOrder.some((pair) => likeness(pair) === "none") ? pairs : [...pairs, ...inOrder];
}

/** Messages that are in none of the pairs. */
export function without<T extends MessageIdentity>(
  messages: readonly T[],
  pairs: readonly PerSide<MessageIdentity>[],
  side: Side,
): readonly T[] {
  if (pairs.length === 0) return messages;
  const paired = new Set(pairs.map((pair) => pair[side].uid));
  return messages.filter(({ uid }) => !paired.has(uid));
}

function pairIfUnique({ local, remote }: PerSide<readonly MessageIdentity[]>): PerSide<MessageIdentity>[] {
  // The work grows with the product; among this many, nothing is unique anyway.
  if (local.length * remote.length > 10_000) return [];
  const isPlausible = (pair: PerSide<MessageIdentity>): boolean => likeness(pair) === "plausible";
  return local.flatMap((message) => {
    const [counterpart, another] = remote.filter((one) => isPlausible({ local: message, remote: one }));
    if (counterpart === undefined || another !== undefined) return [];
    const rivals = local.filter((one) => isPlausible({ local: one, remote: counterpart }));
    return rivals.length === 1 ? [{ local: message, remote: counterpart }] : [];
  });
}

/**
 * How far two messages may be copies of each other. Servers alter what they store: a bare LF becomes CRLF, a date is not
 * taken over. So a difference alone proves little.
 */
export type Likeness =
  /** Nothing distinguishes them. */
  | "equal"
  /** A server may have turned one into the other. */
  | "plausible"
  /** Too much differs for an alteration, unless there is no better match. */
  | "unlikely"
  /** Two Message-IDs, two dates, two sizes: no server does that to a message. */
  | "none";

export function likeness({ local, remote }: PerSide<MessageIdentity>): Likeness {
  const sameDate = Object.is(local.date, remote.date);
  const sameSize = local.size === remote.size;
  if (local.messageId === remote.messageId) {
    if (sameDate && sameSize) return "equal";
    return sameDate || sameSize || local.messageId !== undefined ? "plausible" : "unlikely";
  }
  if (local.messageId === undefined || remote.messageId === undefined) {
    return sameDate || sameSize ? "plausible" : "unlikely";
  }
  return sameDate || sameSize ? "unlikely" : "none";
}

/** Equal for messages that only their text distinguishes. */
export function identityKey({ messageId = "", date, size }: MessageIdentity): string {
  return `${String(date)} ${String(size)} ${messageId}`;
}
