// On a side without NOTIFY, watches some mailboxes over connections of their own that idle in them.

import type { Session } from "../imap/session/session.ts";
import { type PerSide, type Side, sides } from "../model/side.ts";
import { givenName } from "../sync/mailboxes/given-mailboxes.ts";
import type { Agenda } from "./agenda.ts";
import type { ChangeSource } from "./change-source.ts";
import { watchByIdling } from "./idle-watch.ts";
import type { ListedMailboxes } from "./listed-mailboxes.ts";

export interface IdleMailboxesOptions {
  /** As given: in the local server's notation, or with NULs. */
  readonly names: readonly string[];
  readonly sources: PerSide<ChangeSource>;
  readonly agenda: Agenda;
  readonly listed: ListedMailboxes;
  /** How often a connection is to be used, in ms. */
  readonly keepAliveMs: number;
  readonly connect: (side: Side) => Promise<Session>;
  /** A bug of ours ended the watch of a mailbox. */
  readonly onDefect: (defect: Error) => void;
  readonly stop: AbortSignal;
}

export class IdleMailboxes {
  readonly #options: IdleMailboxesOptions;
  readonly #begun = new Set<Side>();

  constructor(options: IdleMailboxesOptions) {
    this.#options = options;
  }

  /** Begins on sides that need it and have not begun yet. */
  begin(): void {
    const { names, sources, listed } = this.#options;
    const { listings } = listed;
    if (listings === undefined) return;
    for (const side of sides) {
      if (sources[side].detection !== "idle" || this.#begun.has(side)) continue;
      this.#begun.add(side);
      for (const name of names) {
        const wireName = listings[side].mailboxes.get(givenName(name, listings.local.naming))?.wireName;
        if (wireName !== undefined) this.#watch(side, wireName);
      }
    }
  }

  #watch(side: Side, wireName: string): void {
    const { agenda, keepAliveMs, connect, onDefect, stop } = this.#options;
    const watching = watchByIdling({
      wireName,
      connect: () => connect(side),
      onNews: () => {
        agenda.noteMailbox(side, wireName);
      },
      signal: stop,
      renewMs: keepAliveMs,
    });
    watching.catch((error: unknown) => {
      onDefect(error as Error);
    });
  }
}
