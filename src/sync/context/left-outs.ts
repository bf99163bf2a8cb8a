// What a look at the mailboxes had to leave out.

import type { LookState, MailboxLeftOut } from "../../model/watch-state.ts";
import { isLeftOut, type SyncEvent } from "./events.ts";

/** There may be a reason for each of a hundred thousand mailboxes. */
const mostListed = 1_000;

export class LeftOuts {
  #count = 0;
  #listed: MailboxLeftOut[] = [];

  note(event: SyncEvent): void {
    if (!isLeftOut(event)) return;
    this.#count++;
    if (this.#listed.length < mostListed) this.#listed.push(...mailboxesIn(event));
  }

  /** Mailboxes and messages. */
  get count(): number {
    return this.#count;
  }

  get summary(): Pick<LookState, "leftOut" | "mailboxesLeftOut"> {
    return { leftOut: this.#count, mailboxesLeftOut: this.#listed };
  }

  /** For another look. */
  clear(): void {
    this.#count = 0;
    this.#listed = [];
  }
}

/** Messages are not meant: the database has those. */
function mailboxesIn(event: SyncEvent): MailboxLeftOut[] {
  switch (event.type) {
    case "mailbox-left-out": {
      const { mailbox, side, error } = event;
      return [{ mailbox, side: side ?? error.side, reason: error.line }];
    }
    case "deletions-held-back": {
      const { mailboxes, side, error } = event;
      const names = mailboxes.length === 0 ? [undefined] : mailboxes;
      return names.map((mailbox) => ({ mailbox, side, reason: error.line }));
    }
    case "subscription-refused": {
      const { mailbox, side, reason } = event;
      return [{ mailbox, side, reason: `the subscription could not be changed: ${reason}` }];
    }
    default:
      return [];
  }
}
