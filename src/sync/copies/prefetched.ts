// Sizes and identities of new messages that were asked for together with SELECT, because LIST had shown that they are new.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import type { MessageSizes } from "../../model/message-sizes.ts";
import type { Side } from "../../model/side.ts";
import type { UidSet } from "../../model/uid-set.ts";
import { formatUidSet } from "../../model/uid-set-text.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";

export interface PrefetchedOf {
  readonly sizes?: MessageSizes | undefined;
  readonly identities?: readonly MessageIdentity[] | undefined;
}

/** Waits in any case: of two such commands in flight, one would take the other's answers. */
export async function prefetchedOf({ prefetched }: OpenMailbox, side: Side, uids: UidSet): Promise<PrefetchedOf> {
  const asked = prefetched[side];
  if (asked === undefined) return {};
  const told = { sizes: await asked.sizes, identities: await asked.identities };
  return formatUidSet(asked.uids) === formatUidSet(uids) ? told : {};
}
