// UID SEARCH (RFC 3501 6.4.4), to ask which messages are there, and which are marked as deleted.

import { countUids, emptyUidSet, intersect, maxUid, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import { parseUidSet, splitUidSet } from "../../model/uid-set-text.ts";
import { allDone } from "../../util/all-done.ts";
import { type CommandPart, line, uids as uidSet, type WireText } from "../codec/write-command.ts";
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
  const numbers = numbersTold();
  await search(session, splitUidSet(uids, maxSetOctets), { start: line`UID SEARCH UID `, claim: numbers.claim });
  const found = numbers.told();
  const asked = intersect(uids, found);
  // Mailutils 3.15 takes these UIDs for message numbers, and so tells others than were asked for.
  return countUids(asked) === countUids(found) ? asked : intersect(uids, await allUids(session));
}

async function allUids(session: Channel): Promise<UidSet> {
  const { claim, told } = numbersTold();
  await session.run({ name: "UID SEARCH", overlap: "selected", parts: line`UID SEARCH ALL`, claim });
  return told();
}

/** The messages that match search keys which somebody wrote: see searchKeys(). */
export async function matchingUids(session: Channel, keys: WireText): Promise<UidSet> {
  const { claim, told } = numbersTold();
  await session.run({ name: "UID SEARCH", overlap: "selected", parts: line`UID SEARCH ${keys}`, claim });
  return told();
}

/** All messages that an EXPUNGE would remove now. */
export async function markedUids(session: Channel): Promise<UidSet> {
  const { claim, told } = numbersTold();
  // A search finds what the session has seen, while EXPUNGE goes by the latest marks. After a NOOP the session has seen these,
  // but not during one (Dovecot 2.3).
  await noop(session);
  await session.run({ name: "UID SEARCH", overlap: "selected", parts: line`UID SEARCH DELETED`, claim });
  return told();
}

function numbersTold(): { readonly claim: Search["claim"]; readonly told: () => UidSet } {
  // However often a server tells them.
  const found = new Set<number>();
  return {
    claim: (response) => {
      if (response.kind !== "other" || response.name !== "SEARCH") return false;
      const numbers = response.line.split(" ").slice(2).map(Number);
      for (const uid of numbers) if (Number.isInteger(uid) && uid >= 1 && uid <= maxUid) found.add(uid);
      return true;
    },
    told: () => uidSetOf(found),
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
