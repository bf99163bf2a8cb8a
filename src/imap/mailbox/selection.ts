// Which mailbox the server's untagged responses are about, while SELECTs are in flight.

import type { ClosedHabit } from "../command.ts";
import type { MailboxView } from "./mailbox-view.ts";

/** `again`: the same SELECT has to be sent once more. Else why nobody knows any more what is about which mailbox. */
export type Verdict = "done" | "again" | "not closed" | "out of order";

/** A SELECT in flight, or another command of its kind. Of use to {@link Selection} only. */
export interface Opening {
  /** What is reported about the mailbox goes there; undefined when nobody wants to know, or none is selected. */
  readonly view: MailboxView | undefined;
  /** What is told is about its mailbox: undefined before. Then whether its [CLOSED] came, may come, or cannot come. */
  entered?: "told" | "possible" | "impossible";
  /** It stands between two mailboxes, and nobody asked for it. */
  readonly isDivider?: boolean;
}

export class Selection {
  /** The selected mailbox as the server last described it. */
  view: MailboxView | undefined;
  /** What will be selected when all commands so far are done, if somebody wants to know of it. */
  next: MailboxView | undefined;
  /** Where it is missing, a response behind a SELECT that leaves a mailbox may be about either. */
  closedHabit: ClosedHabit = "unknown";
  readonly #left = new Set<string>();
  /** In the order in which they are answered. Only the first one can be entered. */
  readonly #openings: Opening[] = [];
  /** The last SELECT was refused: no mailbox is selected any more (RFC 3501 6.3.1). */
  #isNowhere = false;

  /** Mailboxes that were left for another one since the last call, by their names on the wire. */
  takeLeft(): readonly string[] {
    const left = [...this.#left];
    this.#left.clear();
    return left;
  }

  /** Whether a SELECT that is sent now leaves a mailbox. */
  leaves(opens: MailboxView | undefined): boolean {
    const last = this.#openings.at(-1) ?? this;
    return last.view !== undefined && last.view !== opens;
  }

  /** A SELECT is on its way; with `view` undefined, EXAMINE or UNSELECT. */
  started(view: MailboxView | undefined, isDivider = false): Opening {
    const opening: Opening = { view, isDivider };
    this.#openings.push(opening);
    if (this.#openings.length === 1) this.#enterAtOnce();
    return opening;
  }

  /** [CLOSED]. */
  closed(): void {
    const [opening] = this.#openings;
    if (opening === undefined) return;
    // What was told since that refusal was about the mailbox that was left now.
    if (opening.entered === "impossible" && opening.view !== undefined) opening.view.isOfTwo = true;
    if (opening.entered === undefined) this.closedHabit = "told";
    this.#enter(opening, "told");
  }

  /** The first SELECT on its way leaves a mailbox, and the server has not told that it has ([CLOSED]). */
  get isLeaving(): boolean {
    const [opening] = this.#openings;
    return opening?.view !== undefined && opening.entered === undefined;
  }

  /** Servers answer SELECTs in the order in which they were sent (RFC 3501 5.5). */
  answered(opening: Opening, isSelected: boolean): Verdict {
    if (this.#openings.shift() !== opening) return "out of order";
    const { view, entered } = opening;
    if (view !== undefined && entered === undefined && isSelected && this.view !== undefined) {
      // What the server reported may have been about the mailbox before: it has to report again.
      this.closedHabit = "missing";
      this.#left.add(this.view.wireName);
      this.view = view;
      return this.#openings.length > 0 ? "not closed" : "again";
    }
    if (opening.isDivider === true) {
      // The mailbox is selected still; whoever is behind believes that it was left.
      if (!isSelected) return this.#openings.length > 0 ? "not closed" : "done";
      if (this.view !== undefined) this.#left.add(this.view.wireName);
    }
    this.#isNowhere = view !== undefined && !isSelected;
    this.view = isSelected ? view : undefined;
    if (this.view === undefined && this.next === view) this.next = undefined;
    this.#enterAtOnce();
    return "done";
  }

  /** Where no mailbox is left, and where the same one is selected again, nothing can be confused. */
  #enterAtOnce(): void {
    const [opening] = this.#openings;
    if (opening?.view === undefined) return;
    if (this.view === undefined || this.view === opening.view)
      this.#enter(opening, this.#isNowhere ? "impossible" : "possible");
  }

  #enter(opening: Opening, how: NonNullable<Opening["entered"]>): void {
    opening.entered = how;
    const { view } = opening;
    if (view !== undefined && this.view !== undefined && this.view !== view) this.#left.add(this.view.wireName);
    this.view = view;
  }
}
