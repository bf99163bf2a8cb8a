// Says how much room host2 has.

import type { Session } from "../../imap/session/session.ts";
import { storageQuota } from "../../imap/verbs/quota.ts";
import type { Emit } from "../events.ts";
import { quotaNotice } from "../report/quota-lines.ts";

/** Of INBOX, which stands for the account. */
export async function tellQuota(emit: Emit, session: Session): Promise<void> {
  const quota = await storageQuota(session, "INBOX");
  if (quota !== undefined) emit({ type: "notice", host: 2, ...quotaNotice(quota) });
}
