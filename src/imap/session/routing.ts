// Decides whose each untagged response is: the first command in flight that claims it, otherwise the mailbox it is about and
// the listener. Nothing is dropped.

import type { TakeFlags } from "../codec/flag-lines.ts";
import { noteBrought } from "../expected-literals.ts";
import type { MailboxView } from "../mailbox/mailbox-view.ts";
import { isMisplaced } from "../mailbox/misplaced.ts";
import type { Selection } from "../mailbox/selection.ts";
import type { FetchResponse, UntaggedResponse } from "../responses.ts";
import type { Entry } from "./entry.ts";
import type { InFlight } from "./in-flight.ts";
import type { Silence } from "./silence.ts";

export interface RoutingOptions {
  readonly inFlight: InFlight<Entry>;
  readonly selection: Selection;
  readonly silence: Pick<Silence, "claimed" | "unclaimed">;
}

export class Routing {
  readonly #inFlight: InFlight<Entry>;
  readonly #selection: Selection;
  readonly #silence: RoutingOptions["silence"];
  #listener: ((response: UntaggedResponse) => void) | undefined;

  constructor({ inFlight, selection, silence }: RoutingOptions) {
    this.#inFlight = inFlight;
    this.#selection = selection;
    this.#silence = silence;
  }

  /** Receives what no command claims; there is only one listener. */
  listen(listener: (response: UntaggedResponse) => void): void {
    this.#listener = listener;
  }

  /** Hands over directly what the first command asked would claim. */
  flagTaker(): TakeFlags | undefined {
    const take = this.#inFlight.flagTaker(this.#selection.view);
    return (
      take &&
      ((run) => {
        const isTaken = take(run);
        if (isTaken) this.#silence.claimed();
        return isTaken;
      })
    );
  }

  route(response: UntaggedResponse): void {
    // It is unclear which mailbox it is about. For the one that is being left, the server reports it again when it is selected
    // again.
    const view = this.#isInDoubt() ? undefined : this.#selection.view;
    if (response.kind === "fetch") view?.noteModSeq(response.modSeq);
    const owner = this.#inFlight.claim(response, this.#selection.view);
    if (owner !== undefined) {
      this.#silence.claimed();
      if (response.kind === "fetch" && response.body) noteBrought(owner, response.body);
      return;
    }
    this.#silence.unclaimed(response);
    if (response.kind === "fetch" && this.#isUnstamped(response)) view?.noteUnstamped();
    view?.receive(response);
    this.#listener?.(response);
  }

  /** The mailboxes that a response may be about now. */
  concerned(): readonly MailboxView[] {
    const opens = this.#isInDoubt()
      ? this.#inFlight.find(({ opening }) => opening !== undefined)?.command.opens
      : undefined;
    return [this.#selection.view, opens].filter((view) => view !== undefined);
  }

  /** All commands for the mailbox that is being left have been answered, and the next one has not been entered. */
  #isInDoubt(): boolean {
    return this.#selection.isLeaving && this.#inFlight.find(meansMailbox)?.opening !== undefined;
  }

  /**
   * An answer may come in pieces, only one of which has the mod-sequence. It may also come late, when it is not an
   * announcement.
   */
  #isUnstamped(response: FetchResponse): boolean {
    if (response.flags === undefined || response.modSeq !== undefined || isMisplaced(response)) return false;
    return this.#inFlight.findClaimant(isUidFetch) === undefined;
  }
}

function meansMailbox({ command }: Entry): boolean {
  return command.overlap !== "any";
}

function isUidFetch({ command }: Entry): boolean {
  return command.name === "UID FETCH";
}
