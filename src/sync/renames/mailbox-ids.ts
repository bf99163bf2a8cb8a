// The ids by which a server tells mailboxes apart (RFC 8474), where their numbers do not. One that is what it was saves a look at
// the messages; from any other nothing follows, and the messages are looked at.

import type { Session } from "../../imap/session/session.ts";
import { mailboxIdOf } from "../../imap/verbs/mailbox.ts";
import { allDone } from "../../util/all-done.ts";

export interface Recorded {
  readonly session: Session;
  /** By idx. */
  readonly ids: ReadonlyMap<number, string>;
}

/**
 * Those that have the id that is recorded of them, and no other one with them, of `others` neither. All are asked for in one
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
