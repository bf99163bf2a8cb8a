// Uses connections now and then, so that they stay alive and servers report what they have held back.

import type { MailboxStatusResponse } from "../imap/responses.ts";
import type { Session } from "../imap/session/session.ts";
import { noop, statusIfAny } from "../imap/verbs/mailbox.ts";
import { InterimapError } from "../model/errors.ts";
import type { PerSide, Side } from "../model/side.ts";
import type { Store } from "../state/state-store.ts";
import type { Agenda } from "./agenda.ts";
import type { ChangeSource } from "./change-source.ts";
import { isMore } from "./is-news.ts";
import type { ListedMailboxes } from "./listed-mailboxes.ts";
import { recordedStates } from "./recorded-states.ts";

export interface KeepAliveOptions {
  readonly sources: PerSide<ChangeSource>;
  readonly agenda: Agenda;
  readonly listed: ListedMailboxes;
  readonly store: Store;
  readonly onDefect: (defect: Error) => void;
}

export class KeepAlive {
  readonly #options: KeepAliveOptions;
  /** The last answer about INBOX. */
  readonly #lastAnswers = new Map<Side, string>();

  constructor(options: KeepAliveOptions) {
    this.#options = options;
  }

  /** Dovecot 2.3 reports a rename only when something makes it look at its mailboxes: NOOP does not. */
  send(session: Session): void {
    // Another command would give the one before more time to be answered.
    if (!session.isIdle) return;
    const { sources, onDefect } = this.#options;
    const answered = sources[session.side].isNotified
      ? statusIfAny(session, "INBOX").then((now) => {
          this.#compareInbox(session.side, now);
        })
      : noop(session);
    answered.catch((error: unknown) => {
      // Any other ends the session, which is noticed there.
      if (!(error instanceof InterimapError) || error.code === "BUG") onDefect(error as Error);
    });
  }

  /** The answer may hold a change that was not reported; the same answer a second time does not. */
  #compareInbox(side: Side, now: MailboxStatusResponse | undefined): void {
    const { uidValidity, uidNext, highestModSeq, messages } = now ?? {};
    const numbers = [uidValidity, uidNext, highestModSeq, messages].join(" ");
    if (now === undefined || this.#lastAnswers.get(side) === numbers) return;
    this.#lastAnswers.set(side, numbers);
    const { agenda, listed, store } = this.#options;
    const recorded = recordedStates(store).get(listed.nameOf(side, "INBOX") ?? "")?.[side];
    if (recorded !== undefined && isMore(now, recorded)) agenda.noteMailbox(side, "INBOX", now);
  }
}
