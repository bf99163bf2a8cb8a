// UID SEARCH (RFC 3501 6.4.4), to ask which messages are there, and which are marked as deleted.

import { emptyUidSet, hasUid, intersect, maxUid, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import { parseUidSet, splitUidSet } from "../../model/uid-set-text.ts";
import { allDone } from "../../util/all-done.ts";
import { type CommandPart, line, uids as uidSet } from "../codec/write-command.ts";
import { maxSetOctets } from "../limits.ts";
import type { Channel } from "../mailbox/channel.ts";
import { lineUnreadable } from "../mailbox/unreadable.ts";
import type { UntaggedResponse } from "../responses.ts";
import { whereOffered } from "../step-down.ts";
import { noop } from "./mailbox.ts";

/** Those of some UIDs that belong to a message. Where it is offered, in ranges (RFC 4731): a million UIDs are long. */
export function existingUids(session: Channel, uids: UidSet): Promise<UidSet> {
  return whereOffered(session, "ESEARCH", {
    withIt: () => inRanges(session, uids),
    withoutIt: () => oneByOne(session, uids),
  });
}

async function inRanges(session: Channel, uids: UidSet): Promise<UidSet> {
  const parts = splitUidSet(uids, maxSetOctets);
  let found: UidSet = emptyUidSet;
  let odd: string | undefined;
  let answers = 0;
  const claim = (response: UntaggedResponse): boolean => {
    if (response.kind !== "other" || response.name !== "ESEARCH") return false;
    // Of any of these searches: the server may answer one before it has confirmed the one before.
    answers++;
    const [, set] = / ALL (\S+)/i.exec(response.line) ?? [];
    if (set === undefined) return true;
    try {
      found = union(found, intersect(uids, parseUidSet(set)));
    } catch {
      odd = response.line;
    }
    return true;
  };
  await search(session, parts, { start: line`UID SEARCH RETURN (ALL) UID `, claim });
  if (odd !== undefined) throw lineUnreadable(odd, session.side);
  // Every search has an answer (RFC 4731 3.1), if nothing was found, too.
  return answers < parts.length ? oneByOne(session, uids) : found;
}

async function oneByOne(session: Channel, uids: UidSet): Promise<UidSet> {
  // However often a server tells them.
  const found = new Set<number>();
  const claim = claimOf((uid) => {
    if (hasUid(uids, uid)) found.add(uid);
  });
  await search(session, splitUidSet(uids, maxSetOctets), { start: line`UID SEARCH UID `, claim });
  return uidSetOf(found);
}

/** All messages that an EXPUNGE would remove now. */
export async function markedUids(session: Channel): Promise<UidSet> {
  const found = new Set<number>();
  const claim = claimOf((uid) => {
    if (Number.isInteger(uid) && uid >= 1 && uid <= maxUid) found.add(uid);
  });
  // A search finds what the session has seen, while EXPUNGE goes by the latest marks. After a NOOP the session has seen these,
  // but not during one (Dovecot 2.3).
  await noop(session);
  await session.run({ name: "UID SEARCH", overlap: "selected", parts: line`UID SEARCH DELETED`, claim });
  return uidSetOf(found);
}

function claimOf(take: (uid: number) => void): Search["claim"] {
  return (response) => {
    if (response.kind !== "other" || response.name !== "SEARCH") return false;
    for (const uid of response.line.split(" ").slice(2).map(Number)) take(uid);
    return true;
  };
}

interface Search {
  readonly start: readonly CommandPart[];
  readonly claim: (response: UntaggedResponse) => boolean;
}

function search(session: Channel, sets: readonly UidSet[], { start, claim }: Search): Promise<unknown> {
  return allDone(
    sets.map((set) => session.run({ name: "UID SEARCH", overlap: "selected", parts: [...start, uidSet(set)], claim })),
  );
}
