// Asks for the ids of mailboxes (RFC 8474) whose numbers do not distinguish them. An id that is as recorded saves a look at the
// messages. From any other id nothing follows, and the messages are looked at.

import type { Session } from "../../imap/session/session.ts";
import { mailboxIdOf } from "../../imap/verbs/mailbox.ts";
import { allDone } from "../../util/all-done.ts";

export interface Recorded {
  readonly session: Session;
  /** By idx. */
  readonly ids: ReadonlyMap<number, string>;
}

/**
 * The mailboxes that have their recorded id, if no other mailbox has it, not even one of `others`. Asks for all ids in one
 * packet.
 */
export async function withSameIds<T extends { readonly idx: number; readonly wireName: string }>(
  { session, ids }: Recorded,
  mailboxes: readonly T[],
  others: readonly string[] = [],
): Promise<readonly T[]> {
  if (!session.capabilities.mailboxIds) return [];
  const asked = mailboxes.filter(({ idx }) => ids.has(idx));
  if (asked.length === 0) return [];
  const wireNames = [...asked.map(({ wireName }) => wireName), ...others];
  const told = await allDone(wireNames.map((wireName) => mailboxIdOf(session, wireName)));
  const isOnlyOne = uniqueIn(told);
  const isOnlyRecorded = uniqueIn([...ids.values()]);
  return asked.filter(({ idx }, i) => {
    const id = ids.get(idx)!;
    return told[i] === id && isOnlyOne(id) && isOnlyRecorded(id);
  });
}

function uniqueIn(ids: readonly (string | undefined)[]): (id: string) => boolean {
  const counts = new Map<string | undefined, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return (id) => counts.get(id) === 1;
}
