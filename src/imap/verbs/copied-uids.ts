// COPYUID (RFC 4315 3, RFC 6851 4.3): under which UIDs the copies of messages are in another mailbox.

import type { UidPair } from "../../model/uid-pairs.ts";
import { countUids, hasUid, maxUid, type UidSet } from "../../model/uid-set.ts";

/** What is known before of the copies. */
export interface ExpectedCopies {
  /** Messages that were to be copied. */
  readonly asked: UidSet;
  /** Of the mailbox that gets them. */
  readonly uidValidity: number;
  /** UIDNEXT there at some time before. */
  readonly nextUid: number;
}

const copyUid = /^(\d{1,10}) ([\d:,]+) ([\d:,]+)$/;

/**
 * Each message with its copy, from the text of the response code; undefined when the text cannot be true. Some messages may
 * be missing, because they were gone.
 */
export function copiedUids(
  text: string,
  { asked, uidValidity, nextUid }: ExpectedCopies,
): readonly UidPair[] | undefined {
  const [, validity, from = "", to = ""] = copyUid.exec(text.trim()) ?? [];
  if (Number(validity) !== uidValidity) return undefined;
  const most = countUids(asked);
  const [uids, copies] = [inOrder(from, most), inOrder(to, most)];
  if (uids === undefined || copies?.length !== uids.length) return undefined;
  const isPossible =
    new Set(uids).size === uids.length &&
    new Set(copies).size === copies.length &&
    uids.every((uid) => hasUid(asked, uid)) &&
    copies.every((uid) => uid >= nextUid);
  return isPossible ? uids.map((uid, i): UidPair => [uid, copies[i]!]) : undefined;
}

/** UIDs in the order in which they are told, which says what belongs to what; undefined: no set, or more than `most`. */
function inOrder(set: string, most: number): number[] | undefined {
  const uids: number[] = [];
  for (const range of set.split(",")) {
    const [first = 0, last = first, ...others] = range.split(":").map(Number);
    const isRange = others.length === 0 && first >= 1 && last >= first && last <= maxUid;
    if (!isRange || uids.length + (last - first) + 1 > most) return undefined;
    for (let uid = first; uid <= last; uid++) uids.push(uid);
  }
  return uids;
}
