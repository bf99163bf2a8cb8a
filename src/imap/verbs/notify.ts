// NOTIFY: the server reports changes wherever they happen, without being asked (RFC 5465).

import { allDone } from "../../util/all-done.ts";
import { line, mailbox } from "../codec/write-command.ts";
import type { Session } from "../session/session.ts";

export function offersNotify({ capabilities }: Session): boolean {
  return capabilities.has("NOTIFY");
}

const messageEvents = line`MessageNew MessageExpunge FlagChange`;

export interface NotifyScope {
  /** Raw octets of the mailbox below which we want to know of everything, itself included; all that is ours if undefined. */
  readonly below?: string | undefined;
}

/**
 * Asks for new, expunged and changed messages everywhere (RFC 5465 5.1 to 5.3), and for names and subscriptions (5.4,
 * 5.5). Servers tell nothing of what was before: look at everything after this. Whatever was asked for before is taken
 * back first (5.6): Dovecot tells much later after a second NOTIFY SET otherwise.
 * @throws CommandRefused, e.g. with [BADEVENT].
 */
export async function notify(session: Session, { below }: NotifyScope): Promise<void> {
  const where = below === undefined ? line`PERSONAL` : line`SUBTREE ${mailbox(below)}`;
  const before = session.isNotified ? [session.run({ name: "NOTIFY", overlap: "any", parts: line`NOTIFY NONE` })] : [];
  const asking = session.run({
    name: "NOTIFY",
    overlap: "any",
    parts: line`NOTIFY SET (SELECTED (${messageEvents})) (${where} (${messageEvents} MailboxName SubscriptionChange))`,
  });
  await allDone([...before, asking]);
  session.isNotified = true;
}
