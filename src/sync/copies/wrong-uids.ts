// Checks whether copies have the UIDs that the server reported (APPENDUID, RFC 4315 3). If a UID is wrong, it belongs to
// another message or to none, and the copy has a UID without a row. So nothing is asked unless there is a message without a
// row. Then the copies around it are compared with what is there.

import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { refetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { identityKey, likeness } from "../../mail/matching/match-plan.ts";
import { mostInOneAppend } from "../../mail/transfer/batch-plan.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side } from "../../model/side.ts";
import {
  emptyUidSet,
  hasUid,
  intersect,
  isEmpty,
  type UidRange,
  type UidSet,
  uidSetOf,
  union,
} from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { pairCopies } from "../identity/pair-messages.ts";
import { pairsWithTexts } from "../identity/read-texts.ts";

/** Those of `uids` that may have been confused with one of the others. */
export function near(uids: UidSet, others: UidSet): UidSet {
  const around: UidRange[] = [];
  for (const [first, last] of others.ranges) {
    const [from, to] = around.at(-1) ?? [];
    if (from !== undefined && first - mostInOneAppend <= to! + 1) around.splice(-1, 1, [from, last + mostInOneAppend]);
    else around.push([Math.max(1, first - mostInOneAppend), last + mostInOneAppend]);
  }
  return intersect(uids, { ranges: around });
}

export interface Told {
  /** That told the UIDs. */
  readonly target: Side;
  /** The copies that are in doubt. */
  readonly rows: readonly PerSide<number>[];
  /** What is there without a row. */
  readonly unrecorded: UidSet;
}

interface Doubtful {
  readonly row: PerSide<number>;
  readonly sent: MessageIdentity;
  /** The message under the reported UID. */
  readonly copy: MessageIdentity | undefined;
}

/** The UIDs on the target of those rows whose copy is under another one, and of those that are another message's. */
export async function findWrongUids(mailbox: OpenMailbox, { target, rows, unrecorded }: Told): Promise<UidSet> {
  const source = otherSide(target);
  const uids = perSide((side) => uidSetOf(rows.map((row) => row[side])));
  if (rows.length === 0 || isEmpty(unrecorded)) return emptyUidSet;
  const { sessions } = mailbox;
  const found = await bothSides((side) =>
    fetchIdentities(sessions[side], side === target ? union(uids[side], unrecorded) : uids[side], { withFlags: false }),
  );
  const byUid = perSide((side) => new Map(found[side].map((message) => [message.uid, message])));
  const doubtful = rows.flatMap((row): Doubtful[] => {
    const [sent, copy] = [byUid[source].get(row[source]), byUid[target].get(row[target])];
    return sent === undefined || (copy && identityKey(copy) === identityKey(sent)) ? [] : [{ row, sent, copy }];
  });
  if (doubtful.length === 0) return emptyUidSet;
  const arrived = found[target].filter(({ uid }) => hasUid(unrecorded, uid));
  const wrong = await whichAreWrong(mailbox, target, { doubtful, arrived });
  // What was reported about their flags is off the views, where texts were compared. Rows that are wrong are of no use to anybody.
  if (isEmpty(wrong))
    await bothSides((side) => refetchFlags(sessions[side], uidSetOf(doubtful.map(({ row }) => row[side]))));
  return wrong;
}

interface Compared {
  readonly doubtful: readonly Doubtful[];
  readonly arrived: readonly MessageIdentity[];
}

async function whichAreWrong(mailbox: OpenMailbox, target: Side, { doubtful, arrived }: Compared): Promise<UidSet> {
  const source = otherSide(target);
  const altered = await findAltered(mailbox, target, doubtful);
  const left = doubtful.filter((one) => !altered.has(one));
  const candidates = [...arrived, ...left.flatMap(({ copy }) => copy ?? [])];
  const pairs = await pairCopies(
    mailbox,
    perSide((side) => (side === target ? candidates : left.map(({ sent }) => sent))),
  );
  const elsewhere = new Set(pairs.map((pair) => pair[source]));
  const isAnother = ({ sent, copy }: Doubtful): boolean =>
    copy !== undefined && likeness({ local: sent, remote: copy }) === "none";
  const wrong = left.filter((one) => elsewhere.has(one.sent) || isAnother(one));
  return uidSetOf(wrong.map(({ row }) => row[target]));
}

/** Copies under the right UID that the server has altered. */
async function findAltered(
  mailbox: OpenMailbox,
  target: Side,
  doubtful: readonly Doubtful[],
): Promise<ReadonlySet<Doubtful>> {
  const named = doubtful.filter(({ sent, copy }) => sent.messageId !== undefined && sent.messageId === copy?.messageId);
  const pairs = named.map(({ sent, copy }) => perSide((side) => (side === target ? copy! : sent)));
  const same = (await pairsWithTexts(mailbox, pairs)).filter(({ local, remote }) => local.text === remote.text);
  const uids = new Set(same.map(({ local }) => local.uid));
  return new Set(named.filter(({ row }) => uids.has(row.local)));
}
