// INBOX is one mailbox in any case, but a server that lists it as `Inbox` may show it so, and what is below it.

import { isInbox } from "../../model/mailbox-name.ts";

export interface Respelling {
  readonly from: string;
  readonly to: string;
}

/** How host1's INBOX is written on host2; undefined where both write it alike, or one has none. */
export function inboxCase(folders1: readonly string[], folders2: readonly string[]): Respelling | undefined {
  const from = folders1.find(isInbox);
  const to = folders2.find(isInbox);
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}
