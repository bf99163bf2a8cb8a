// What was skipped, of a run or of a daemon's look: how much, which mailboxes, and the exit code that comes of it.

import type { ErrorLine } from "../../model/errors.ts";
import { type ExitCode, exitCode } from "../../model/exit-code.ts";
import type { LookState, SkippedMailbox } from "../../model/watch-state.ts";
import { isSkip, type SyncEvent } from "./events.ts";
import { WorkTally } from "./work-tally.ts";

/** There may be a reason for each of a hundred thousand mailboxes. */
const mostListed = 1_000;

export class Totals {
  readonly #errorLine: ErrorLine;
  #skipped = 0;
  #heldBack: ExitCode | undefined;
  #listed: SkippedMailbox[] = [];
  /** Since the start, whatever is cleared. */
  readonly work = new WorkTally();

  constructor(errorLine: ErrorLine) {
    this.#errorLine = errorLine;
  }

  note(event: SyncEvent): void {
    this.work.note(event);
    if (!isSkip(event)) return;
    this.#skipped++;
    if (event.type === "deletions-held-back") this.#heldBack = event.error.exitCode;
    if (this.#listed.length < mostListed) this.#listed.push(...mailboxesIn(event, this.#errorLine));
  }

  /** How many mailboxes and messages. */
  get skipped(): number {
    return this.#skipped;
  }

  /** What a run that comes to its end ends with. */
  get exitCode(): ExitCode {
    return this.#heldBack ?? (this.#skipped > 0 ? exitCode.partial : exitCode.done);
  }

  get summary(): Pick<LookState, "skipped" | "mailboxesSkipped"> {
    return { skipped: this.#skipped, mailboxesSkipped: this.#listed };
  }

  /** For another look. */
  clear(): void {
    this.#skipped = 0;
    this.#heldBack = undefined;
    this.#listed = [];
  }
}

/** Messages are not meant: the database has those. */
function mailboxesIn(event: SyncEvent, errorLine: ErrorLine): SkippedMailbox[] {
  switch (event.type) {
    case "mailbox-skipped": {
      const { mailbox, side, error } = event;
      return [{ mailbox, side: side ?? error.side, reason: errorLine(error) }];
    }
    case "deletions-held-back": {
      const { mailboxes, side, error } = event;
      const names = mailboxes.length === 0 ? [undefined] : mailboxes;
      return names.map((mailbox) => ({ mailbox, side, reason: errorLine(error) }));
    }
    case "subscription-refused": {
      const { mailbox, side, reason } = event;
      return [{ mailbox, side, reason: `the subscription could not be changed: ${reason}` }];
    }
    default:
      return [];
  }
}
