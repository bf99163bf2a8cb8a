// CAPABILITY: what the server can do now (RFC 3501 6.1.1).

import { line } from "../codec/write-command.ts";
import type { Session } from "../session/session.ts";

/** The session has the answer. */
export async function refreshCapabilities(session: Session): Promise<void> {
  await session.run({ name: "CAPABILITY", overlap: "any", parts: line`CAPABILITY` });
}
