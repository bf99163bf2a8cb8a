// Opens a mailbox without working on it (EXAMINE).

import { line, mailbox } from "../codec/write-command.ts";
import type { Channel } from "../mailbox/channel.ts";

/** Only to listen in the mailbox: what is said of it goes to the session's listener (RFC 3501 6.3.2). */
export async function examine(session: Channel, wireName: string): Promise<void> {
  await session.run({ name: "EXAMINE", overlap: "select", parts: line`EXAMINE ${mailbox(wireName)}` });
}
