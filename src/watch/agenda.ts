// The agenda: what to check next, and when. Servers, the clock and the user add to it.

import type { MailboxStatusResponse } from "../imap/responses.ts";
import { canonicalName } from "../model/mailbox-name.ts";
import { type PerSide, perSide, type Side, sides } from "../model/side.ts";
import type { RenameNews } from "../sync/renames/rename-news-plan.ts";
import { VainNews } from "./vain-news.ts";

/** A mailbox may have changed on a side; undefined: nobody said how. */
export type StatusNews = MailboxStatusResponse | undefined;

export interface Due {
  /** All mailboxes, and their names. */
  readonly everything: boolean;
  /** Mailboxes by their names on the wire. */
  readonly mailboxes: PerSide<ReadonlyMap<string, StatusNews>>;
}

/** A change seldom comes alone: what arrives within this time, in ms, of the first is dealt with together. */
const gatherMs = 10;

interface Noted {
  readonly news: StatusNews;
  readonly at: number;
}

/** What news can be empty of: a side's mailboxes as such, or one of them. */
function subjectOf(side: Side, wireName?: string): string {
  return wireName === undefined ? side : `${side} ${canonicalName(wireName)}`;
}

export class Agenda {
  /** Must not wait, even if it proved empty the last times. */
  #everything = false;
  /** When a side first reported that its list of mailboxes may have changed. */
  #reported: Partial<Record<Side, number>> = {};
  readonly #mailboxes = perSide(() => new Map<string, Noted>());
  #renames: RenameNews[] = [];
  readonly #vain = new VainNews();
  /** What was taken last, and when it had been reported. */
  #taken: ReadonlyMap<string, number> = new Map();
  #arrived: (() => void) | undefined;

  noteEverything(): void {
    this.#everything = true;
    this.#arrived?.();
  }

  /** A server reported a change in its list of mailboxes, or may have left something out. */
  noteSide(side: Side): void {
    this.#reported[side] ??= performance.now();
    this.#arrived?.();
  }

  noteMailbox(side: Side, name: string, news?: StatusNews): void {
    const wireName = canonicalName(name);
    const before = this.#mailboxes[side].get(wireName);
    const at = before?.at ?? performance.now();
    // Each report has only the numbers that changed (RFC 5465 5): perhaps only the first one shows a loss.
    this.#mailboxes[side].set(wireName, { news: news && { ...before?.news, ...news }, at });
    this.#arrived?.();
  }

  noteRename(news: RenameNews): void {
    this.#renames.push(news);
    this.noteSide(news.side);
  }

  /** Those reported since the last call. */
  takeRenames(): readonly RenameNews[] {
    const taken = this.#renames;
    this.#renames = [];
    return taken;
  }

  /** Waits, for a while, for a rename that nobody has taken yet; false if none came. */
  async expectRename(patienceMs: number): Promise<boolean> {
    const deadline = performance.now() + patienceMs;
    const never = new AbortController().signal;
    for (let left = patienceMs; this.#renames.length === 0 && left > 0; left = deadline - performance.now())
      await this.#arrival(never, left);
    return this.#renames.length > 0;
  }

  get isEmpty(): boolean {
    return this.#dueAt() === Infinity;
  }

  /** Takes everything that is due; if a full check is due, the rest of the agenda, too. */
  take(): Due {
    const now = performance.now();
    const everything = this.#everythingAt() <= now;
    const isTaken = (side: Side, [name, { at }]: readonly [string, Noted]): boolean =>
      everything || this.#vain.dueAt(subjectOf(side, name), at) <= now;
    const due = perSide((side) => [...this.#mailboxes[side]].filter((one) => isTaken(side, one)));
    for (const side of sides) for (const [name] of due[side]) this.#mailboxes[side].delete(name);
    const reported = everything ? Object.entries(this.#reported) : [];
    const mailboxes = sides.flatMap((side) => due[side].map(([name, { at }]) => [subjectOf(side, name), at] as const));
    this.#taken = new Map([...reported, ...mailboxes]);
    if (everything) {
      this.#everything = false;
      this.#reported = {};
    }
    return { everything, mailboxes: perSide((side) => new Map(due[side].map(([name, { news }]) => [name, news]))) };
  }

  /**
   * The last reports led to nothing: those about a mailbox, or else about the side's list. The next one may have to wait. True
   * if this has happened again and again.
   */
  noteVain(side: Side, wireName?: string): boolean {
    const subject = subjectOf(side, wireName);
    const reportedAt = this.#taken.get(subject);
    return reportedAt !== undefined && this.#vain.add(subject, { reportedAt, now: performance.now() });
  }

  /** There was a change, whoever had reported it: the next report need not wait. */
  noteFruitful(side: Side, wireName?: string): void {
    this.#vain.forget(subjectOf(side, wireName));
  }

  /** Waits until there is something to do and everything that belongs to it has come, or until `signal` is aborted. */
  async filled(signal: AbortSignal): Promise<void> {
    for (let ms = this.#waitMs(); ms > 0 && !signal.aborted; ms = this.#waitMs()) await this.#arrival(signal, ms);
    if (this.#everythingAt() > performance.now() && !signal.aborted)
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
  }

  #waitMs(): number {
    return this.#dueAt() - performance.now();
  }

  /** When the first item is due; Infinity if there is none. */
  #dueAt(): number {
    let first = this.#everythingAt();
    for (const side of sides)
      for (const [name, { at }] of this.#mailboxes[side])
        first = Math.min(first, this.#vain.dueAt(subjectOf(side, name), at));
    return first;
  }

  #everythingAt(): number {
    if (this.#everything) return 0;
    return Math.min(...sides.map((side) => this.#vain.dueAt(subjectOf(side), this.#reported[side] ?? Infinity)));
  }

  /** Resolves when something comes, or in `ms`, or when `signal` is aborted. */
  #arrival(signal: AbortSignal, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#arrived = undefined;
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      // Not AbortSignal.timeout(), which does not keep the process alive when all connections are lost meanwhile.
      const timer = ms === Infinity ? undefined : setTimeout(done, Math.ceil(ms));
      this.#arrived = done;
      signal.addEventListener("abort", done);
    });
  }
}
