// The renames that servers report (RFC 5465 5.4), for the engine. A report may come a little later than the other
// effects of the rename.

import type { Listing } from "../mail/listing/list-mailboxes.ts";
import { type PerSide, type Side, sides } from "../model/side.ts";
import type { RenameNews, RenameSource } from "../sync/renames/rename-news-plan.ts";
import type { Agenda } from "./agenda.ts";
import { IntendedLoss } from "./intended-loss.ts";

/** How long to wait for a report, in ms. */
const patienceMs = 1_500;

interface Gone {
  readonly side: Side;
  readonly name: string;
}

export class ReportedRenames implements RenameSource {
  readonly #agenda: Pick<Agenda, "takeRenames" | "expectRename">;
  readonly #isNotified: (side: Side) => boolean;
  /** Mailboxes that were missing before. */
  readonly #gone = new Set<string>();

  constructor(agenda: Pick<Agenda, "takeRenames" | "expectRename">, isNotified: (side: Side) => boolean) {
    this.#agenda = agenda;
    this.#isNotified = isNotified;
  }

  take(): readonly RenameNews[] {
    return this.#agenda.takeRenames();
  }

  isTold(side: Side): boolean {
    return this.#isNotified(side);
  }

  /**
   * Dovecot 2.3 may lose sight of mailboxes when one is renamed while it reports changes, and list hardly any until the
   * end of the connection. So nothing is said to be gone before a new connection says the same.
   * @throws IntendedLoss when a mailbox is missing for the first time, and no rename was reported.
   */
  async mayExplain(gone: readonly Gone[]): Promise<boolean> {
    const fresh = gone.filter(({ side, name }) => this.#isNotified(side) && !this.#gone.has(`${side} ${name}`));
    for (const { side, name } of fresh) this.#gone.add(`${side} ${name}`);
    const [first] = fresh;
    if (first === undefined) return false;
    if (await this.#agenda.expectRename(patienceMs)) return true;
    throw new IntendedLoss("mailboxes disappeared: looking again over a new connection", { side: first.side });
  }

  /** A mailbox that is back may disappear again. */
  forgetListed(listings: PerSide<Listing>): void {
    for (const side of sides)
      for (const [name, { exists }] of listings[side].mailboxes) if (exists) this.#gone.delete(`${side} ${name}`);
  }
}
