// What is to be looked at next, and when: told by the servers, by the clock or by the user.

import type { MailboxStatusResponse } from "../imap/responses.ts";
import { perSide, sides, type PerSide, type Side } from "../model/side.ts";

/** A mailbox may have changed on a side; undefined: nobody said how. */
export type StatusNews = MailboxStatusResponse | undefined;

/** Names as on the wire. */
export interface RenameNews {
  readonly side: Side;
  readonly from: string;
  readonly to: string;
}

export interface Due {
  /** All mailboxes, and their names. */
  readonly everything: boolean;
  /** Mailboxes by their names on the wire. */
  readonly mailboxes: PerSide<ReadonlyMap<string, StatusNews>>;
}

/** A change seldom comes alone: what arrives within so many ms of the first is dealt with together. */
const gatherMs = 10;

export class Agenda {
  #everything = false;
  #mailboxes = perSide(() => new Map<string, StatusNews>());
  #renames: RenameNews[] = [];
  #arrived: (() => void) | undefined;

  noteEverything(): void {
    this.#everything = true;
    this.#arrived?.();
  }

  noteMailbox(side: Side, wireName: string, news?: StatusNews): void {
    this.#mailboxes[side].set(wireName, news);
    this.#arrived?.();
  }

  noteRename(news: RenameNews): void {
    this.#renames.push(news);
    this.noteEverything();
  }

  /** Those told since the last call. */
  takeRenames(): readonly RenameNews[] {
    const taken = this.#renames;
    this.#renames = [];
    return taken;
  }

  /** Waits, for a while, for a rename that nobody took yet; false if none came. */
  async expectRename(patienceMs: number): Promise<boolean> {
    const deadline = new AbortController();
    // Not AbortSignal.timeout(), which does not keep the process alive when all connections are lost meanwhile.
    const timer = setTimeout(() => {
      deadline.abort();
    }, patienceMs);
    while (this.#renames.length === 0 && !deadline.signal.aborted) await this.#arrival(deadline.signal);
    clearTimeout(timer);
    return this.#renames.length > 0;
  }

  get isEmpty(): boolean {
    return !this.#everything && sides.every((side) => this.#mailboxes[side].size === 0);
  }

  /** Takes what there is. */
  take(): Due {
    const due = { everything: this.#everything, mailboxes: this.#mailboxes };
    this.#everything = false;
    this.#mailboxes = perSide(() => new Map<string, StatusNews>());
    return due;
  }

  /** Waits until there is something to do, and for what belongs to it; no longer than until `signal` is aborted. */
  async filled(signal: AbortSignal): Promise<void> {
    while (this.isEmpty && !signal.aborted) await this.#arrival(signal);
    if (!this.#everything && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, gatherMs));
  }

  #arrival(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#arrived = undefined;
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#arrived = done;
      signal.addEventListener("abort", done);
    });
  }
}
