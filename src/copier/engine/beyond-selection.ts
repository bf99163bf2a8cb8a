// Messages that only one host selects, and that the other one has, too: servers do not read the dates of all headers alike, one
// of them may not be able to search, and flags may differ. They take part, or else each run would copy them again.

import { searchKeys } from "../../imap/codec/write-command.ts";
import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { fetchIdentities } from "../../imap/verbs/fetch.ts";
import { existingUids, matchingUids } from "../../imap/verbs/search.ts";
import { bothSides, otherSide, type PerSide, type Side } from "../../model/side.ts";
import {
  countUids,
  emptyUidSet,
  hasUid,
  isEmpty,
  maxUid,
  subtract,
  uidRange,
  type UidSet,
  UidSetBuilder,
  uidSetOf,
  union,
} from "../../model/uid-set.ts";
import { slices } from "../../util/slices.ts";
import { messageIdKeys } from "../messages/select-messages.ts";
import type { CopyRun } from "./copy-run.ts";
import type { FolderWork } from "./folder-work.ts";
import { keepsDuplicates, matchMessages } from "./match-plan.ts";
import type { MessageTable } from "./message-table.ts";

export interface Selected {
  readonly work: Pick<FolderWork, "folder1" | "folder2">;
  readonly channels: PerSide<Channel>;
  readonly views: PerSide<MailboxView>;
  readonly wanted: PerSide<UidSet>;
  readonly tables: PerSide<MessageTable>;
  /** By headers. */
  readonly read: (side: Side, uids: UidSet) => Promise<MessageTable>;
}

/** The selected messages, and those that the other host has, too; undefined: there are no more. @throws CommandRefused */
export async function agreedSelection(run: CopyRun, selected: Selected): Promise<PerSide<UidSet> | undefined> {
  const { wanted, tables } = selected;
  const { missing, strange } = matchMessages(tables.local, tables.remote, {
    keepsDuplicates: keepsDuplicates(run.options),
  });
  const more = await bothSides((side) =>
    side === "remote"
      ? copiesOutside(run, selected, uidSetOf(missing.map((i) => tables.local.uid(i))))
      : originalsOutside(run, selected, uidSetOf(strange.map((i) => tables.remote.uid(i)))),
  );
  if (isEmpty(more.local) && isEmpty(more.remote)) return undefined;
  return { local: union(wanted.local, more.local), remote: union(wanted.remote, more.remote) };
}

/** On host2, of messages that seem to be missing there. */
async function copiesOutside(run: CopyRun, selected: Selected, missing: UidSet): Promise<UidSet> {
  if (isEmpty(missing) || !hasOthers(run, selected, "remote")) return emptyUidSet;
  const recorded = await recordedAs(run, selected, { side: "remote", as: missing });
  const named = await namedLike(run, selected, missing);
  const candidates = named === undefined ? outside(selected, "remote") : subtract(named, selected.wanted.remote);
  return union(recorded, await sameAmong(run, selected, { side: "remote", candidates, as: missing }));
}

/** On host1, of messages that seem to be on host2 only, and would be deleted. */
async function originalsOutside(run: CopyRun, selected: Selected, strange: UidSet): Promise<UidSet> {
  const { options, rules } = run;
  const isDoubted = options.delete2 === true && rules.selection.isAlike && !isEmpty(strange);
  if (!isDoubted || !hasOthers(run, selected, "local")) return emptyUidSet;
  const recorded = await recordedAs(run, selected, { side: "local", as: strange });
  const candidates = outside(selected, "local");
  return union(recorded, await sameAmong(run, selected, { side: "local", candidates, as: strange }));
}

function hasOthers({ rules }: CopyRun, { views, wanted }: Selected, side: Side): boolean {
  return rules.selection.isPart(side) && views[side].exists > countUids(wanted[side]);
}

function outside({ views, wanted }: Selected, side: Side): UidSet {
  const { uidNext } = views[side];
  return subtract(uidRange(1, uidNext > 1 ? uidNext - 1 : maxUid), wanted[side]);
}

/** If more messages are looked for, the headers of all are read. */
const mostNamed = 256;
const namesInOneSearch = 16;

/**
 * What has the Message-IDs of these messages on host2, whatever dates it has there, so that looking for new messages does not
 * take the headers of all old ones. Undefined: they cannot be found in this way.
 */
async function namedLike({ rules }: CopyRun, { channels }: Selected, messages: UidSet): Promise<UidSet | undefined> {
  if (!rules.selection.searches("remote") || countUids(messages) > mostNamed) return undefined;
  const identities = await fetchIdentities(channels.local, messages, { withFlags: false });
  const { partOfMessageId } = rules.identity.local;
  const parts = new Set(
    identities.map(({ messageId }) => (messageId === undefined ? undefined : partOfMessageId(messageId))),
  );
  let found = emptyUidSet;
  try {
    for (const some of slices(parts, namesInOneSearch)) {
      const keys = some.every(isText) ? searchKeys(messageIdKeys(some)) : undefined;
      if (keys === undefined) return undefined;
      found = union(found, await matchingUids(channels.remote, keys));
    }
  } catch (error) {
    if (error instanceof CommandRefused) return undefined;
    throw error;
  }
  return found;
}

function isText(part: string | undefined): part is string {
  return part !== undefined;
}

interface Twins {
  readonly side: Side;
  /** Messages of the other side. */
  readonly as: UidSet;
}

/** What former runs have recorded as the same, and is there. */
async function recordedAs(
  { memory }: CopyRun,
  { channels, views: { local, remote }, wanted, work: { folder1, folder2 } }: Selected,
  { side, as }: Twins,
): Promise<UidSet> {
  const uidValidities = { uidValidity1: local.uidValidity, uidValidity2: remote.uidValidity };
  const own = new UidSetBuilder();
  for (const [uid1, uid2] of memory?.pairsOf({ folder1, folder2, ...uidValidities }) ?? [])
    if (hasUid(as, side === "remote" ? uid1 : uid2)) own.add(side === "remote" ? uid2 : uid1);
  const recorded = subtract(own.build(), wanted[side]);
  return isEmpty(recorded) ? emptyUidSet : existingUids(channels[side], recorded);
}

/** Of equal candidates the first, unless equal messages are to be there as often as on host1. */
async function sameAmong(
  { options }: CopyRun,
  { read }: Selected,
  { side, candidates, as }: Twins & { readonly candidates: UidSet },
): Promise<UidSet> {
  if (isEmpty(candidates)) return emptyUidSet;
  const [own, other] = await Promise.all([read(side, candidates), read(otherSide(side), as)]);
  const found: number[] = [];
  for (let i = 0; i < own.length; i++)
    if ((keepsDuplicates(options) || !own.isRepeated(i)) && other.find(own, i) !== undefined) found.push(own.uid(i));
  return uidSetOf(found);
}
