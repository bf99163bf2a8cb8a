// What a server really kept of the flags of what was appended.

import { fetchFlags } from "../imap/commands/fetch.ts";
import { noop } from "../imap/commands/mailbox.ts";
import type { FlagChange } from "../imap/mailbox-view.ts";
import { InterimapError } from "../model/errors.ts";
import { storableFlags, unionFlags, type FlagSet } from "../model/flags.ts";
import type { Side } from "../model/side.ts";
import { formatUidSet, isEmpty, subtract, uidSetOf, type UidSet } from "../model/uid-set.ts";
import type { Direction, OpenMailbox } from "./open-mailbox.ts";

export interface FlaggedCopy {
  readonly sourceUid: number;
  readonly flags: FlagSet;
  readonly uid: number;
}

/** Servers add keywords of their own to what is appended, or drop some: what they really keep is compared. */
export async function readBack(
  mailbox: OpenMailbox,
  { source, target }: Direction,
  copies: readonly FlaggedCopy[],
): Promise<void> {
  const view = mailbox.views[target];
  const kept = await flagsOfCopies(mailbox, target, uidSetOf(copies.map(({ uid }) => uid)));
  for (const { sourceUid, flags, uid } of copies) {
    const found = kept.get(uid);
    const sent = storableFlags(flags, view.permanentFlags);
    if (found === undefined || found.flags === sent) {
      // When the mailbox is selected again the server tells of them, and that is no news.
      mailbox.flags.learn(target, uid, sent);
      continue;
    }
    mailbox.flags.learn(source, sourceUid, flags);
    view.noteChange(uid, found);
    // What was dropped although the mailbox claims to keep it is offered once more, never taken from the source.
    if (unionFlags(found.flags, sent) !== found.flags) {
      mailbox.flags.forget(source, sourceUid);
      mailbox.views[source].noteChange(sourceUid, { flags, modSeq: 0n });
    }
  }
}

/** Those that are gone by now are left out. @throws InterimapError MAILBOX_PROTOCOL when there is no such message. */
async function flagsOfCopies(
  { sessions, views, progress }: OpenMailbox,
  side: Side,
  uids: UidSet,
): Promise<ReadonlyMap<number, FlagChange>> {
  const kept = await fetchFlags(sessions[side], uids, { areThere: true });
  const silent = subtract(uids, uidSetOf(kept.keys()));
  if (isEmpty(silent)) return kept;
  // Whoever deleted one of them, or appended it over another connection, shows now at the latest.
  await noop(sessions[side]);
  const more = await fetchFlags(sessions[side], silent);
  const missing = subtract(subtract(silent, uidSetOf(more.keys())), views[side].vanished);
  if (isEmpty(missing)) return new Map([...kept, ...more]);
  views[side].requireRead(missing, side);
  progress[side].areCopiesDoubted = true;
  const message = `the server told UID ${formatUidSet(missing)} for what was appended, and there is no such message`;
  throw new InterimapError("MAILBOX_PROTOCOL", message, { side, hint: "it is looked for in the next run" });
}
