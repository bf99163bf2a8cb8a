// What was asked for together with SELECT of messages that LIST showed to be new, for those who want it of just these messages.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import type { MessageSizes } from "../../model/message-sizes.ts";
import type { Side } from "../../model/side.ts";
import { formatUidSet, type UidSet } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";

export interface ToldInAdvance {
  readonly sizes?: MessageSizes | undefined;
  readonly identities?: readonly MessageIdentity[] | undefined;
}

/** Waits in any case: of two such commands in flight, one would take the other's answers. */
export async function toldInAdvance({ foretold }: OpenMailbox, side: Side, uids: UidSet): Promise<ToldInAdvance> {
  const asked = foretold[side];
  if (asked === undefined) return {};
  const told = { sizes: await asked.sizes, identities: await asked.identities };
  return formatUidSet(asked.uids) === formatUidSet(uids) ? told : {};
}
