// Whether a mailbox holds the messages that are recorded of a known one: numbers can be alike, and messages are not.

import { fetchIdentities, type MessageIdentity } from "../imap/commands/fetch.ts";
import { unselect } from "../imap/commands/mailbox.ts";
import { examine, select } from "../imap/commands/select.ts";
import type { Session } from "../imap/session.ts";
import { InterimapError } from "../model/errors.ts";
import { bothSides, sides, type PerSide } from "../model/side.ts";
import { isEmpty, uidSetOf, type UidSet } from "../model/uid-set.ts";
import type { Store } from "../store/store.ts";
import type { Answer } from "./whereabouts-plan.ts";

/** So many of the newest pairs are compared. */
const sampleSize = 8;

export interface Look {
  readonly sessions: PerSide<Session>;
  readonly store: Store;
}

/** Compares messages that are recorded as pairs, in the mailboxes that are said to hold them. */
export async function lookAgain(
  { sessions, store }: Look,
  { idx, wireNames }: { readonly idx: number; readonly wireNames: PerSide<string> },
): Promise<Answer> {
  const pairs = store.newestPairs(idx, { limit: sampleSize });
  if (pairs.length === 0) return "empty";
  const found = await bothSides((side) =>
    identitiesIn(sessions[side], wireNames[side], uidSetOf(pairs.map((pair) => pair[side]))),
  );
  let [equal, other] = [0, 0];
  for (const pair of pairs) {
    const [local, remote] = sides.map((side) => found[side].get(pair[side]));
    if (local?.messageId === undefined || remote?.messageId === undefined) continue;
    if (local.messageId === remote.messageId) equal++;
    else other++;
  }
  if (equal === 0 && other === 0) return "unknown";
  return equal > other ? "fits" : "differs";
}

/** Those of these messages that are there; the mailbox is selected then. */
export async function identitiesIn(
  session: Session,
  wireName: string,
  uids: UidSet,
): Promise<ReadonlyMap<number, MessageIdentity>> {
  if (isEmpty(uids)) return new Map();
  try {
    await select(session, wireName);
    const identities = await fetchIdentities(session, uids, { withFlags: false });
    return new Map(identities.map((one) => [one.uid, one]));
  } catch (error) {
    // Whatever it is: nothing is known to be there.
    if (error instanceof InterimapError && error.abandons === "mailbox") return new Map();
    throw error;
  }
}

/** A mailbox is not to be renamed while it is selected: servers end the connection, or call all its messages gone. */
export async function leaveMailboxes(sessions: PerSide<Session>): Promise<void> {
  await bothSides(async (side) => {
    const session = sessions[side];
    if (session.view === undefined) return;
    await (session.capabilities.has("UNSELECT") ? unselect(session) : examine(session, "INBOX"));
  });
}
