// Sets flags on one side, in groups of messages that get equal ones. Handles what a server does not do: messages that changed
// meanwhile, flags it refuses, and flags that it only claims to have set.

import { CommandRefused } from "../../imap/command-refused.ts";
import { differenceOf, storeFlags } from "../../imap/verbs/uid-store.ts";
import { type FlagSet, noFlags, storableFlags, withoutFlags } from "../../model/flags.ts";
import type { Side } from "../../model/side.ts";
import {
  countUids,
  emptyUidSet,
  halves,
  intersect,
  isEmpty,
  subtract,
  type UidSet,
  UidSetBuilder,
  uidSetOf,
  uidsOf,
  union,
} from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { leftAsTheyWere } from "./confirm-stored.ts";
import { flagsWithoutNewKeywords, noteFlagRefusal } from "./offer-flags.ts";
import { type StoreGroup, wantedBy } from "./same-flags-groups.ts";

/** Returns the messages that somebody changed meanwhile, or that are said to be gone. */
export async function setFlags(mailbox: OpenMailbox, side: Side, groups: readonly StoreGroup[]): Promise<UidSet> {
  const patience = { left: refusalsInARow };
  const contested = await allDone(groups.map((group) => setGroup(mailbox, { side, group, patience })));
  return contested.reduce(union, emptyUidSet);
}

/** After this many refusals in a row no flags can be set here. Enough to find a single message among all others. */
const refusalsInARow = 20;

interface Setting {
  readonly side: Side;
  readonly group: StoreGroup;
  /** Shared by all groups. */
  readonly patience: { left: number };
  /** These are the flags left after the server refused some. */
  readonly isRest?: boolean;
}

/**
 * Returns those the server left alone because they changed meanwhile (RFC 7162 3.1.3 MODIFIED), and those that it says are
 * gone: if they are not, they may have changed, too.
 */
async function setGroup(mailbox: OpenMailbox, setting: Setting): Promise<UidSet> {
  const { side, group } = setting;
  const { uids } = group;
  const claimed = intersect(uids, mailbox.views[side].pending.vanished);
  if (!isEmpty(claimed)) {
    const left = subtract(uids, claimed);
    if (isEmpty(left)) return claimed;
    return union(claimed, await setGroup(mailbox, { ...setting, group: { ...group, uids: left } }));
  }
  mailbox.progress[side].isTouched = true;
  try {
    const modified = await storeFlags(mailbox.sessions[side], group);
    await noteSet(mailbox, setting, subtract(uids, modified));
    return intersect(uids, modified);
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return setLess(mailbox, setting, error);
  }
}

/** `taken`: the messages of which the server says that it has set their flags. */
async function noteSet(mailbox: OpenMailbox, { side, group, patience, isRest }: Setting, taken: UidSet): Promise<void> {
  const { flags: ledgers, progress, report, name } = mailbox;
  const ledger = ledgers[side];
  const denied = uidSetOf(await leftAsTheyWere(mailbox, side, { ...group, uids: taken }));
  const done = subtract(taken, denied);
  patience.left = refusalsInARow;
  const wanted = wantedBy(group);
  const byFlags = new Map<FlagSet, UidSetBuilder>();
  for (const uid of uidsOf(done)) {
    const flags = wanted(ledger.present(uid));
    if (flags === undefined) continue;
    ledger.learn(uid, flags);
    if (!byFlags.has(flags)) byFlags.set(flags, new UidSetBuilder());
    byFlags.get(flags)?.add(uid);
  }
  if (isRest !== true) progress[side].settled = union(progress[side].settled, done);
  if (!isEmpty(denied)) noteFlagRefusal(mailbox, { side, uids: denied, keywords: noFlags, reason: undefined });
  for (const [flags, uids] of byFlags)
    report({ type: "flags-updated", side, mailbox: name, uids: uids.build(), flags });
}

/** Tries fewer flags, or fewer messages at once, after a refusal. Returns what {@link setGroup} does. */
async function setLess(mailbox: OpenMailbox, setting: Setting, { words: reason }: CommandRefused): Promise<UidSet> {
  const { side, group, patience } = setting;
  const { uids, flags } = group;
  const sent = differenceOf(group)?.added ?? flags;
  const acceptable = flagsWithoutNewKeywords(mailbox, side, sent);
  if (acceptable !== undefined) {
    const keywords = withoutFlags(storableFlags(sent, mailbox.views[side].permanentFlags), acceptable);
    noteFlagRefusal(mailbox, { side, uids, keywords, reason });
    const rest = { ...group, flags: withoutFlags(flags, keywords) };
    return setGroup(mailbox, { ...setting, group: rest, isRest: true });
  }
  if (countUids(uids) === 1 || --patience.left <= 0) {
    noteFlagRefusal(mailbox, { side, uids, keywords: noFlags, reason });
    return emptyUidSet;
  }
  // It may be about one of them only.
  let contested = emptyUidSet;
  for (const half of halves(uids))
    contested = union(contested, await setGroup(mailbox, { ...setting, group: { ...group, uids: half } }));
  return contested;
}
