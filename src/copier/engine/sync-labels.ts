// Puts messages under the labels that they have on host1, where both hosts are Gmail. One that is copied in the first of its
// folders then is in all others, too, and need not be copied again.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import { addLabels, eachLabels } from "../../imap/verbs/labels.ts";
import { create } from "../../imap/verbs/mailbox.ts";
import { type PerSide, perSide, type Side } from "../../model/side.ts";
import type { UidPair } from "../../model/uid-pairs.ts";
import { type UidSet, uidSetOf } from "../../model/uid-set.ts";
import { shownUidSet } from "../../model/uid-set-text.ts";
import { allDone } from "../../util/all-done.ts";
import { groupBy } from "../../util/group-by.ts";
import { labelsOnHost2, parseLabels, writeLabels } from "../messages/labels.ts";
import { bareName } from "../report/shown-name.ts";
import type { CopyRun } from "./copy-run.ts";
import type { OpenPair } from "./folder-work.ts";
import { pairsIn } from "./match-plan.ts";

/** `same`: pairs of messages that were on both before, by their numbers in the tables. */
export async function syncLabels(run: CopyRun, pair: OpenPair, same: readonly number[]): Promise<void> {
  const { options, stop } = run;
  const { tables, work, channels } = pair;
  if (!channels.local.capabilities.mailboxesAreLabels || !channels.remote.capabilities.mailboxesAreLabels) return;
  const pairs: UidPair[] = options.synclabels ? [...work.copies] : [];
  if (options.resynclabels)
    for (const [on1, on2] of pairsIn(same)) pairs.push([tables.local.uid(on1), tables.remote.uid(on2)]);
  if (pairs.length === 0 || stop.aborted) return;
  for (const [list, uids] of missingLabels(run, pair, { pairs, labels: await labelsOf(pair, pairs) }))
    if (!stop.aborted) await add(run, pair, { labels: parseLabels(list), uids });
}

type LabelsByUid = ReadonlyMap<number, readonly string[]>;

async function labelsOf({ channels }: OpenPair, pairs: readonly UidPair[]): Promise<PerSide<LabelsByUid>> {
  const found: PerSide<Map<number, readonly string[]>> = perSide(() => new Map<number, readonly string[]>());
  const ask = (side: Side, uids: UidSet): Promise<void> =>
    eachLabels(channels[side], uids, (uid, list) => found[side].set(uid, parseLabels(list)));
  await allDone([
    ask("local", uidSetOf(pairs.map(([uid1]) => uid1))),
    ask("remote", uidSetOf(pairs.map(([, uid2]) => uid2))),
  ]);
  return found;
}

/** Lists of labels, each with the messages of host2 that lack just these. */
function missingLabels(
  { options }: CopyRun,
  { work }: OpenPair,
  { pairs, labels }: { readonly pairs: readonly UidPair[]; readonly labels: PerSide<LabelsByUid> },
): ReadonlyMap<string, UidSet> {
  // The folder itself may be another one on host2.
  const own = work.folder1 === "INBOX" ? "\\Inbox" : work.folder1;
  const lists = pairs.flatMap(([uid1, uid2]) => {
    const present = labels.remote.get(uid2);
    if (present === undefined) return [];
    const wanted = (labels.local.get(uid1) ?? []).filter((label) => label !== own);
    const missing = labelsOnHost2(wanted, options).filter((label) => !present.includes(label));
    return missing.length === 0 ? [] : [{ list: writeLabels(missing.toSorted()), uid2 }];
  });
  const groups = groupBy(lists, ({ list }) => list);
  return new Map([...groups].map(([list, those]) => [list, uidSetOf(those.map(({ uid2 }) => uid2))]));
}

interface Addition {
  readonly labels: readonly string[];
  readonly uids: UidSet;
}

async function add(
  { options, emit }: CopyRun,
  { channels, work }: OpenPair,
  { labels, uids }: Addition,
): Promise<void> {
  work.isTouched = true;
  const text = `msg ${bareName(work.folder2)}/${shownUidSet(uids)} labels added (${writeLabels(labels)})`;
  if (options.dry) {
    emit({ type: "notice", host: 2, text: `${text} (not really since --dry mode)` });
    return;
  }
  try {
    await addLabels(channels.remote, uids, labels).catch(async (error: unknown) => {
      if (!(error instanceof CommandRefused)) throw error;
      await createFolders(channels.remote, labels);
      await addLabels(channels.remote, uids, labels);
    });
    emit({ type: "notice", host: 2, text });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    emit({ type: "error", error: { kind: "flags", text: `no ${text}, for host2 refuses: ${error.words}` } });
  }
}

/** Gmail makes a label where there is none. Who does not has to be told. */
async function createFolders(channel: Channel, labels: readonly string[]): Promise<void> {
  for (const label of labels.filter((one) => !one.startsWith("\\"))) {
    await create(channel, label).catch((error: unknown) => {
      // Most probably it is there.
      if (!(error instanceof CommandRefused)) throw error;
    });
  }
}
