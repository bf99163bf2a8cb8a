// The flags each side is known to have, for messages whose flags were dealt with in this session.
// It is how our own STOREs are recognised when the server tells us of them. And the flags a side is known not to keep.

import type { FlagChange } from "../../imap/mailbox/pending-changes.ts";
import { type FlagSet, noFlags, unionFlags, withoutFlags } from "../../model/flags.ts";
import type { PerSide, Side } from "../../model/side.ts";

export class FlagKnowledge {
  readonly #flags: PerSide<Map<number, FlagSet>> = { local: new Map(), remote: new Map() };

  readonly #unkept: Record<Side, FlagSet> = { local: noFlags, remote: noFlags };

  learn(side: Side, uid: number, flags: FlagSet): void {
    this.#flags[side].set(uid, flags);
  }

  recall(side: Side, uid: number): FlagSet | undefined {
    return this.#flags[side].get(uid);
  }

  forget(side: Side, uid: number): void {
    this.#flags[side].delete(uid);
  }

  /** Notes flags that a side does not keep; returns those that are new. */
  noteUnkept(side: Side, flags: FlagSet): FlagSet {
    const before = this.#unkept[side];
    this.#unkept[side] = unionFlags(before, flags);
    return withoutFlags(flags, before);
  }

  /** Those that were offered and not kept. */
  unkept(side: Side): FlagSet {
    return this.#unkept[side];
  }

  /** The changes that are not just what we did ourselves, heard back. */
  news(side: Side, changes: ReadonlyMap<number, FlagChange>): ReadonlyMap<number, FlagChange> {
    // Mostly all of them are, and they may be a million.
    if (!this.#hasEchoes(side, changes)) return changes;
    const news = new Map<number, FlagChange>();
    for (const [uid, change] of changes) if (this.#isNews(side, uid, change)) news.set(uid, change);
    return news;
  }

  hasNews(side: Side, changes: ReadonlyMap<number, FlagChange>): boolean {
    for (const [uid, change] of changes) if (this.#isNews(side, uid, change)) return true;
    return false;
  }

  #hasEchoes(side: Side, changes: ReadonlyMap<number, FlagChange>): boolean {
    for (const [uid, change] of changes) if (!this.#isNews(side, uid, change)) return true;
    return false;
  }

  #isNews(side: Side, uid: number, { flags }: FlagChange): boolean {
    return this.recall(side, uid) !== flags;
  }
}
