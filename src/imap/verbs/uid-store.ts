// UID STORE of flags (RFC 3501 6.4.6, RFC 7162 3.1.3).

import type { FlagDifference } from "../../model/flag-difference.ts";
import { type FlagSet, isSendable, noFlags, sendableFlags, withoutFlags } from "../../model/flags.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import type { Side } from "../../model/side.ts";
import { emptyUidSet, subtract, type UidSet, union } from "../../model/uid-set.ts";
import { parseUidSet } from "../../model/uid-set-text.ts";
import { allDone } from "../../util/all-done.ts";
import { type CommandPart, flagList, line, modSeq, uids as uidSet } from "../codec/write-command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Channel } from "../mailbox/channel.ts";
import { mailboxProtocol } from "../mailbox/unreadable.ts";
import type { ResponseCode } from "../responses.ts";
import { uidSets } from "./uid-sets.ts";

export interface FlagUpdate {
  readonly uids: UidSet;
  /** What the messages are to have in the end. */
  readonly flags: FlagSet;
  /** What they have now, if it is known; needed where not all of that can be sent, for what cannot be is left as it is. */
  readonly present?: FlagSet | undefined;
  /** The latest mod-sequence at which we knew these messages' flags; later changes must not be overwritten. {@link noModSeq}: unknown. */
  readonly unchangedSince: bigint;
}

/**
 * Undefined: the flags take the place of those that are there. Else only what differs from those is sent: where no mod-sequence
 * guards what others do in the same moment, and where not all can be sent.
 */
export function differenceOf(update: Omit<FlagUpdate, "uids">): FlagDifference | undefined {
  const { flags, present, unchangedSince } = update;
  if (isSendable(flags) && (present === undefined || unchangedSince !== noModSeq)) return undefined;
  return {
    added: sendableFlags(present === undefined ? flags : withoutFlags(flags, present)),
    removed: present === undefined ? noFlags : sendableFlags(withoutFlags(present, flags)),
  };
}

/** Sets flags; returns the UIDs the server left alone because they had changed meanwhile. */
export async function storeFlags(session: Channel, update: FlagUpdate): Promise<UidSet> {
  const { uids, flags, unchangedSince } = update;
  const condition = unchangedSince === noModSeq ? [] : line`(UNCHANGEDSINCE ${modSeq(unchangedSince)}) `;
  const difference = differenceOf(update);
  if (difference === undefined) return storeEach(session, uids, { condition, action: line`FLAGS`, flags });
  const { added, removed } = difference;
  const add: FlagStore = { condition, action: line`+FLAGS`, flags: added };
  if (removed === noFlags) return added === noFlags ? emptyUidSet : storeEach(session, uids, add);
  const remove: FlagStore = { condition, action: line`-FLAGS`, flags: removed };
  if (added === noFlags) return storeEach(session, uids, remove);
  if (unchangedSince === noModSeq)
    return (await allDone([add, remove].map((one) => storeEach(session, uids, one)))).reduce(union);
  const modified = await storeEach(session, uids, add);
  // By our own change the messages have a later mod-sequence now.
  await storeEach(session, subtract(uids, modified), { ...remove, condition: [] });
  return modified;
}

interface FlagStore {
  readonly condition: readonly CommandPart[];
  readonly action: readonly CommandPart[];
  readonly flags: FlagSet;
}

async function storeEach(session: Channel, uids: UidSet, { condition, action, flags }: FlagStore): Promise<UidSet> {
  const modified = await allDone(
    uidSets(session, uids, flags.key.length).map(async (part) => {
      const code = await session
        .run({
          name: "UID STORE",
          overlap: "changing",
          parts: line`UID STORE ${uidSet(part)} ${condition}${action}.SILENT ${flagList(flags)}`,
        })
        .then(({ code }) => code, modifiedCode);
      return code?.name === "MODIFIED" ? modifiedUids(code, session.side) : emptyUidSet;
    }),
  );
  return modified.reduce(union, emptyUidSet);
}

function modifiedUids({ text }: ResponseCode, side: Side): UidSet {
  try {
    return parseUidSet(text.trim());
  } catch {
    // Which messages were changed is unknown; the next round begins with what the server says then.
    throw mailboxProtocol("the server sent MODIFIED without a set of UIDs", side);
  }
}

/** RFC 7162 3.1.3: MODIFIED may come with NO, when some of the messages no longer exist. */
function modifiedCode(error: unknown): ResponseCode {
  if (error instanceof CommandRefused && error.responseCode?.name === "MODIFIED") return error.responseCode;
  throw error;
}
