// The renames that servers report (RFC 5465 5.4), for the engine. A report may come a little later than the other
// effects of the rename.

import type { Listing } from "../mail/listing/list-mailboxes.ts";
import { type PerSide, type Side, sides } from "../model/side.ts";
import type { Gone } from "../sync/mailboxes/gone-plan.ts";
import type { RenameNews, RenameSource } from "../sync/renames/rename-news-plan.ts";
import type { Agenda } from "./agenda.ts";
import { IntendedLoss } from "./intended-loss.ts";

/** How long to wait for a report, in ms. */
const patienceMs = 1_500;

type Asked = Parameters<RenameSource["mayExplain"]>[1];

export class ReportedRenames implements RenameSource {
  readonly #agenda: Pick<Agenda, "takeRenames" | "expectRename">;
  readonly #isNotified: (side: Side) => boolean;
  /** Mailboxes that are missing, and the connection that missed them first. */
  readonly #gone = new Map<string, WeakRef<object>>();

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
   * end of the connection, although it goes on telling of renames. So nothing is gone before a second connection says the same.
   * @throws IntendedLoss when a mailbox is missing for the first time, and no rename was reported.
   */
  async mayExplain(gone: readonly Gone[], { connections, mayWait }: Asked): Promise<boolean> {
    const doubted = gone
      .filter(({ side }) => this.#isNotified(side))
      .filter((one) => this.#firstMissedBy(one, connections[one.side]) === connections[one.side]);
    const [first] = doubted;
    if (first === undefined) return false;
    if (mayWait && (await this.#agenda.expectRename(patienceMs))) return true;
    const side = doubted.every((one) => one.side === first.side) ? { side: first.side } : {};
    throw new IntendedLoss("mailboxes disappeared: looking again over a new connection", side);
  }

  /** A mailbox that is back may disappear again. */
  forgetListed(listings: PerSide<Listing>): void {
    for (const side of sides)
      for (const [name, { exists }] of listings[side].mailboxes) if (exists) this.#gone.delete(`${side} ${name}`);
  }

  /** This connection, unless another one did; undefined: one that is no more. */
  #firstMissedBy({ side, name }: Gone, connection: object): object | undefined {
    const key = `${side} ${name}`;
    const first = this.#gone.get(key) ?? new WeakRef(connection);
    this.#gone.set(key, first);
    return first.deref();
  }
}
