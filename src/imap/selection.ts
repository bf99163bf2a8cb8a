// Which mailbox the server's untagged responses are about, while SELECTs are in flight.

import type { ClosedHabit } from "./command.ts";
import type { MailboxView } from "./mailbox-view.ts";

/** `again`: the same SELECT has to be sent once more. `lost`: nobody knows any more what is about which mailbox. */
export type Verdict = "done" | "again" | "lost";

/** Whether [CLOSED] of a SELECT in flight came, may come, or cannot come. */
type Closing = "told" | "possible" | "impossible";

export class Selection {
  /** The selected mailbox as the server last described it. */
  view: MailboxView | undefined;
  /** What will be selected when all commands so far are done, if somebody wants to know of it. */
  next: MailboxView | undefined;
  /** Where it is missing, a response behind a SELECT that leaves a mailbox may be about either. */
  closedHabit: ClosedHabit = "unknown";
  /** What SELECTs in flight are going to fill: the first replaces `view` at [CLOSED], or at once when there is none. */
  readonly #openings: MailboxView[] = [];
  /** Of the SELECT of `view`, while it is not answered. */
  #closing: Closing | undefined;
  /** The last SELECT was refused: no mailbox is selected any more (RFC 3501 6.3.1). */
  #isNowhere = false;

  /** Whether a SELECT that is sent now leaves a mailbox. */
  leaves(opens: MailboxView | undefined): boolean {
    const last = this.#openings.at(-1) ?? this.view;
    return last !== undefined && last !== opens;
  }

  /** A SELECT is on its way. */
  started(view: MailboxView): void {
    this.#openings.push(view);
    // Of the same mailbox, selected again, nothing can be confused.
    if (this.view === undefined || (this.view === view && this.#openings.length === 1))
      this.#enter(this.#isNowhere ? "impossible" : "possible");
  }

  /** [CLOSED]. The next mailbox is not entered before the SELECT of this one is answered. */
  closed(): void {
    // What was told since that refusal was about the mailbox that was left now.
    if (this.#closing === "impossible")
      this.view?.noteFault("the server left a mailbox ([CLOSED]) that it had refused to select");
    if (this.#closing !== undefined) {
      this.#closing = "told";
      return;
    }
    if (this.#openings.length > 0) this.closedHabit = "told";
    this.#enter("told");
  }

  /** What a SELECT on its way is going to fill next: what is told may be about that one, or the one before. */
  get opening(): MailboxView | undefined {
    return this.#openings[0];
  }

  /** Ends a SELECT, or another command of its kind, whose `view` may be undefined. */
  answered(view: MailboxView | undefined, isSelected: boolean): Verdict {
    if (view !== undefined && this.#openings[0] === view) {
      if (isSelected && this.view !== undefined) return this.#enterUntold(view);
      this.#enter("told");
    }
    this.#closing = undefined;
    this.#isNowhere = !isSelected;
    if (isSelected && view !== undefined) return "done";
    this.view = undefined;
    if (this.next === view) this.next = undefined;
    this.#enter(isSelected ? "possible" : "impossible");
    return "done";
  }

  #enter(closing: Closing): void {
    const opened = this.#openings.shift();
    if (opened === undefined) return;
    this.view = opened;
    this.#closing = closing;
  }

  /** What the server told of it may have been about the mailbox before: it has to tell again. */
  #enterUntold(view: MailboxView): Verdict {
    this.closedHabit = "missing";
    this.#closing = undefined;
    this.#openings.shift();
    this.view = view;
    return this.#openings.length > 0 ? "lost" : "again";
  }
}
