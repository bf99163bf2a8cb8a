// Marks messages as deleted, and removes those that are marked (RFC 3501 6.4.3, RFC 4315 2.1).

import { flagSet } from "../../model/flags.ts";
import { noModSeq, readModSeq } from "../../model/mod-seq.ts";
import type { UidSet } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import { type CommandPart, flagList, line, uids as uidSet } from "../codec/write-command.ts";
import type { Command } from "../command.ts";
import type { Channel } from "../mailbox/channel.ts";
import type { TaggedResponse } from "../responses.ts";
import { uidSets } from "./uid-sets.ts";

/** The mark of messages that an EXPUNGE removes. */
export const deletedMark = flagSet(["\\Deleted"]);

/**
 * Removes messages for good; those that vanish are reported in the session's view. All are marked before the first goes:
 * Dovecot 2.3 overlooks marks that are written between two expunges (docs/servers.md). Needs a server with UIDPLUS.
 */
export async function expunge(session: Channel, uids: UidSet): Promise<void> {
  const expunges = uidSets(session, uids).map((set) => ({
    name: "UID EXPUNGE",
    parts: line`UID EXPUNGE ${uidSet(set)}`,
  }));
  await runAll(session, [...storesOf(session, line`+FLAGS`, uids), ...expunges]);
}

/** Removes every message that is marked, whoever marked it. */
export async function expungeMarked(session: Channel): Promise<void> {
  await runAll(session, [{ name: "EXPUNGE", parts: line`EXPUNGE` }]);
}

export async function mark(session: Channel, uids: UidSet): Promise<void> {
  await runAll(session, storesOf(session, line`+FLAGS`, uids));
}

export async function unmark(session: Channel, uids: UidSet): Promise<void> {
  await runAll(session, storesOf(session, line`-FLAGS`, uids));
}

type Change = Pick<Command, "name" | "parts">;

function storesOf(session: Channel, action: readonly CommandPart[], uids: UidSet): Change[] {
  return uidSets(session, uids).map((set) => ({
    name: "UID STORE",
    parts: line`UID STORE ${uidSet(set)} ${action}.SILENT ${flagList(deletedMark)}`,
  }));
}

/** They leave together. What their answers say of HIGHESTMODSEQ goes into the view (RFC 7162 3.2.8, 3.2.9). */
async function runAll(session: Channel, changes: readonly Change[]): Promise<void> {
  const { view } = session;
  const answers = await allDone(changes.map((one) => session.run({ ...one, overlap: "changing" })));
  for (const answer of answers) view?.noteConfirmedModSeq(modSeqOf(answer));
}

function modSeqOf({ code }: TaggedResponse): bigint {
  return code?.name === "HIGHESTMODSEQ" ? (readModSeq(code.text.trim()) ?? noModSeq) : noModSeq;
}
