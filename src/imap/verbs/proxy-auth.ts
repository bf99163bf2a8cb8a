// PROXYAUTH: an administrator who is logged in becomes a user. Sun's and Netscape's servers have it, in place of SASL's
// authorization identity.

import { astring, line } from "../codec/write-command.ts";
import type { Session } from "../session/session.ts";
import { refreshCapabilities } from "./capability.ts";

/** From then on the mailboxes are the user's. @throws CommandRefused */
export async function proxyAuth(session: Session, user: string): Promise<void> {
  const octets = Buffer.from(user, "utf8").toString("latin1");
  await session.run({ name: "PROXYAUTH", overlap: "alone", parts: line`PROXYAUTH ${astring(octets)}` });
  await refreshCapabilities(session);
}
