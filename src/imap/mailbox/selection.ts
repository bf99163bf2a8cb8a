// Which mailbox the server's untagged responses are about, while SELECTs are in flight.

import type { ClosedHabit } from "../command.ts";
import type { MailboxView } from "./mailbox-view.ts";

/**
 * `again`: the same SELECT has to be sent again. Otherwise the reason why responses can no longer be assigned to mailboxes.
 */
export type Verdict = "done" | "again" | "not closed" | "out of order";

/** A SELECT in flight, or another command of its kind; used only by {@link Selection}. */
export interface Opening {
  /** Receives what is reported about the mailbox; undefined if nobody is interested, or none is selected. */
  readonly view: MailboxView | undefined;
  /**
   * Whether responses are about its mailbox: undefined before it is answered; then whether its [CLOSED] came, may come, or
   * cannot come.
   */
  entered?: "told" | "possible" | "impossible";
  /** It stands between two mailboxes, and nobody asked for it. */
  readonly isDivider?: boolean;
}

export class Selection {
  /** The selected mailbox as the server last described it. */
  view: MailboxView | undefined;
  /** The mailbox that will be selected after all commands so far, if anybody is interested in it. */
  next: MailboxView | undefined;
  /** Without [CLOSED], a response after a SELECT that leaves a mailbox may be about either mailbox. */
  closedHabit: ClosedHabit = "unknown";
  readonly #left = new Set<string>();
  /** In the order of their answers. Only the first one can be entered. */
  readonly #openings: Opening[] = [];
  /** The last SELECT was refused: no mailbox is selected any more (RFC 3501 6.3.1). */
  #isNowhere = false;

  /** Mailboxes left for another one since the last call, by their names on the wire. */
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
    // Responses since that refusal were about the mailbox that is left now.
    if (opening.entered === "impossible" && opening.view !== undefined) opening.view.isOfTwo = true;
    if (opening.entered === undefined) this.closedHabit = "told";
    this.#enter(opening, "told");
  }

  /** The first SELECT in flight leaves a mailbox, and the server has not confirmed that ([CLOSED]). */
  get isLeaving(): boolean {
    const [opening] = this.#openings;
    return opening?.view !== undefined && opening.entered === undefined;
  }

  /** Servers answer SELECTs in the order in which they were sent (RFC 3501 5.5). */
  answered(opening: Opening, isSelected: boolean): Verdict {
    if (this.#openings.shift() !== opening) return "out of order";
    const { view, entered } = opening;
    if (view !== undefined && entered === undefined && isSelected && this.view !== undefined) {
      // The reports may have been about the mailbox before, so the server has to repeat them.
      this.closedHabit = "missing";
      this.#left.add(this.view.wireName);
      this.view = view;
      return this.#openings.length > 0 ? "not closed" : "again";
    }
    if (opening.isDivider === true) {
      // The mailbox is still selected; commands behind this one believe that it was left.
      if (!isSelected) return this.#openings.length > 0 ? "not closed" : "done";
      if (this.view !== undefined) this.#left.add(this.view.wireName);
    }
    this.#isNowhere = view !== undefined && !isSelected;
    this.view = isSelected ? view : undefined;
    if (this.view === undefined && this.next === view) this.next = undefined;
    this.#enterAtOnce();
    return "done";
  }

  /** If no mailbox is left, or the same one is selected again, nothing can be confused. */
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
