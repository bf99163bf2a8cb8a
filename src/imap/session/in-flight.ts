// The commands that were sent and are not answered yet, and what they are, in numbers: whether another one may follow is
// asked for each that waits.

import type { TakeFlags } from "../codec/flag-lines.ts";
import { type Command, type InFlightKinds, saysWhere } from "../command.ts";
import type { MailboxView } from "../mailbox/mailbox-view.ts";
import type { UntaggedResponse } from "../responses.ts";
import { CommandList } from "./command-list.ts";

interface Sent {
  readonly tag: string;
  readonly command: Command;
  /** A mailbox is selected, and the command selects another one. */
  readonly leaves?: boolean;
}

export class InFlight<T extends Sent> implements InFlightKinds {
  readonly #all = new CommandList<T>();
  /** Those that claim responses: each response is offered to them. */
  readonly #claimants = new CommandList<T>();
  readonly #byTag = new Map<string, T>();
  exclusive = 0;
  selecting = 0;
  leaving = 0;
  inMailbox = 0;
  vague = 0;
  /** Those that take flags alone without a response. */
  #takingFlags = 0;

  get total(): number {
    return this.#all.size;
  }

  /** The one that was sent first. */
  get first(): T | undefined {
    return this.#all.first;
  }

  add(sent: T): void {
    this.#all.add(sent);
    this.#byTag.set(sent.tag, sent);
    if (sent.command.claim !== undefined) this.#claimants.add(sent);
    this.#count(sent, 1);
  }

  remove(sent: T): void {
    if (!this.#all.remove(sent)) return;
    this.#byTag.delete(sent.tag);
    if (sent.command.claim !== undefined) this.#claimants.remove(sent);
    this.#count(sent, -1);
  }

  withTag(tag: string): T | undefined {
    return this.#byTag.get(tag);
  }

  /** The first one, in the order in which they were sent. */
  find(isIt: (sent: T) => boolean): T | undefined {
    return this.#all.find(isIt);
  }

  /** The first command, of those that claim responses at all. */
  findClaimant(claims: (sent: T) => boolean): T | undefined {
    return this.#claimants.find(claims);
  }

  /** Of the command that is offered a response first: who takes flags alone. */
  flagTaker(selected: MailboxView | undefined): TakeFlags | undefined {
    if (this.#takingFlags === 0) return undefined;
    return this.#claimants.find(({ command: { view } }) => view === undefined || view === selected)?.command.claimFlags;
  }

  /** The first command to claim a response has it. Another mailbox's messages have the same UIDs. */
  claim(response: UntaggedResponse, selected: MailboxView | undefined): T | undefined {
    const claimants = this.#claimants;
    for (let place = claimants.start; place < claimants.end; place++) {
      const sent = claimants.at(place);
      if (sent === undefined) continue;
      const { view, claim } = sent.command;
      if ((view === undefined || view === selected) && claim?.(response) === true) return sent;
    }
    return undefined;
  }

  toArray(): T[] {
    return this.#all.toArray();
  }

  #count({ command, leaves }: T, by: 1 | -1): void {
    const { overlap } = command;
    if (overlap === "alone" || overlap === "last") this.exclusive += by;
    if (overlap === "select") this.selecting += by;
    if (leaves === true) this.leaving += by;
    if (overlap === "selected" || overlap === "changing") this.inMailbox += by;
    if (!saysWhere(command)) this.vague += by;
    if (command.claimFlags !== undefined) this.#takingFlags += by;
  }
}
