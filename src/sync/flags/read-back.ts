// Reads back the flags that a server really gave to appended messages.

import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { storableFlags, unionFlags } from "../../model/flags.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import type { Direction, FlaggedCopy, OpenMailbox } from "../context/open-mailbox.ts";

/** Servers add keywords to appended messages, or drop some. So the flags that they really keep are compared. */
export async function readBack(
  mailbox: OpenMailbox,
  { source, target }: Direction,
  copies: readonly FlaggedCopy[],
): Promise<void> {
  const { flags: ledgers, views } = mailbox;
  const kept = await fetchFlags(mailbox.sessions[target], uidSetOf(copies.map(({ uid }) => uid)), {
    areThere: true,
  });
  for (const { sourceUid, flags, uid } of copies) {
    const found = kept.get(uid);
    ledgers[source].see(sourceUid, flags);
    const sent = storableFlags(flags, views[target].permanentFlags);
    if (found === undefined) mailbox.progress[target].silent.push({ sourceUid, flags, uid });
    if (found === undefined || found.flags === sent) {
      // The server reports them when the mailbox is selected again, and that is no news.
      ledgers[target].learn(uid, sent);
      continue;
    }
    ledgers[target].note(uid, found);
    // A flag that was dropped although the mailbox claims to keep it is offered again, and never removed from the source.
    const isAllKept = unionFlags(found.flags, sent) === found.flags;
    if (isAllKept) ledgers[source].learn(sourceUid, flags);
    else ledgers[source].renew(sourceUid, { flags, modSeq: noModSeq });
  }
}
