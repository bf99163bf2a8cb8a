// How large a message may be that is taken from a server.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { inUnits } from "../../util/octets.ts";

/** Why one is not taken that is larger than the limit. */
export function beyondLimit({ side, limits }: Pick<Channel, "side" | "limits">): string {
  return `larger than ${inUnits(limits.literal)}; to have it copied, raise max-literal of the ${side} server`;
}
