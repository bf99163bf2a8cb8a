// Checks whether a server has set the flags that it says it has set.

import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { differenceOf } from "../../imap/verbs/uid-store.ts";
import { bearsOut } from "../../model/flag-difference.ts";
import { establishedFlags, type FlagSet, noFlags, withoutFlags } from "../../model/flags.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import type { Side } from "../../model/side.ts";
import { type UidSet, UidSetBuilder, uidsOf } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { type StoreGroup, wantedBy } from "./same-flags-groups.ts";

/**
 * Of messages whose flags the server says it has set, those that it left as they were. What they turn out to have
 * since then, or besides, is noted as a change of their own.
 */
export async function leftAsTheyWere(mailbox: OpenMailbox, side: Side, update: StoreGroup): Promise<readonly number[]> {
  const { views, sessions } = mailbox;
  const [difference, wantedOf] = [differenceOf(update), wantedBy(update)];
  const [view, ledger] = [views[side], mailbox.flags[side]];
  const uids = unproven(mailbox, side, update);
  // As they came with the answer: what is read now may be later.
  const stamps = new Map(Array.from(uidsOf(uids), (uid) => [uid, view.modSeqOf(uid)]));
  const left: number[] = [];
  for (const [uid, found] of await fetchFlags(sessions[side], uids)) {
    const [told, stamp = noModSeq] = [ledger.changeOf(uid), stamps.get(uid)];
    const wanted = wantedOf(ledger.present(uid));
    if (found.flags === wanted && told === undefined) continue;
    // Beside a difference others may do what they like.
    const isDone = difference === undefined ? found.flags === wanted : bearsOut(found.flags, difference);
    const isTheirs = told !== undefined && isChangeOfOthers(update, wanted, told.flags);
    const isLater = stamp > update.unchangedSince && found.modSeq > stamp;
    const isOld = found.modSeq > noModSeq && found.modSeq <= update.unchangedSince;
    const isUnchanged = isOld || found.flags === ledger.present(uid);
    const lacksSome = difference !== undefined || withoutFlags(update.flags, found.flags) !== noFlags;
    if (isDone || isTheirs || isLater || !(isUnchanged || lacksSome)) ledger.note(uid, found);
    else {
      // What it reported having set is not there.
      ledger.settle(uid, found.flags);
      left.push(uid);
    }
  }
  return left;
}

/**
 * Without mod-sequences what is told may be from before: a server that does not do what it says tells the flags that were there.
 */
function isChangeOfOthers(update: StoreGroup, wanted: FlagSet | undefined, told: FlagSet): boolean {
  const difference = update.unchangedSince === noModSeq ? differenceOf(update) : undefined;
  return difference === undefined ? told !== wanted : bearsOut(told, difference);
}

/**
 * Each message that was changed is reported with its new mod-sequence, .SILENT or not (RFC 7162 3.1.3), and a keyword that
 * was created by FLAGS (RFC 3501 7.2.6). A server whose mod-sequences mean nothing proves nothing by them.
 */
function unproven({ views }: OpenMailbox, side: Side, { uids, flags, unchangedSince }: StoreGroup): UidSet {
  const view = views[side];
  const tellsNothing = unchangedSince === noModSeq || establishedFlags(flags, view.permanentFlags) !== flags;
  if (tellsNothing) return uids;
  const doubtful = new UidSetBuilder();
  for (const uid of uidsOf(uids)) if (view.modSeqOf(uid) <= unchangedSince) doubtful.add(uid);
  return doubtful.build();
}
