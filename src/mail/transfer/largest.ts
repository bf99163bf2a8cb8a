// How large a message may be that we accept from a server.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { asLimit, theServer } from "../../model/vocabulary.ts";
import { inUnits } from "../../util/octets.ts";

/** The reason for not accepting a message that is larger than the limit. */
export function beyondLimit({ side, limits }: Pick<Channel, "side" | "limits">): string {
  const setting = asLimit("max-literal");
  const remedy = setting === undefined ? "" : `; to have it copied, raise ${setting} of ${theServer(side)}`;
  return `larger than ${inUnits(limits.literal)}${remedy}`;
}
