// Cuts sets of UIDs to what one command may have.

import { setsOfAtMost, type UidSet } from "../../model/uid-set.ts";
import { splitUidSet } from "../../model/uid-set-text.ts";
import { maxSetOctets } from "../limits.ts";
import type { Channel } from "../mailbox/channel.ts";

/** One range of two ten-digit UIDs. */
const minSetOctets = 21;

/** In order; each fits on a line with as many octets `beside` it, and has no more UIDs than the server carries a command out for (RFC 9738, MESSAGELIMIT). */
export function uidSets({ capabilities }: Channel, uids: UidSet, beside = 0): UidSet[] {
  const { messageLimit } = capabilities;
  const lines = splitUidSet(uids, Math.max(maxSetOctets - beside, minSetOctets));
  return messageLimit === undefined ? lines : lines.flatMap((set) => [...setsOfAtMost(messageLimit, set)]);
}
