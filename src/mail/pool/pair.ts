// The sessions of both servers: a pool for each side, all ended together.
//
//              connecting fails   open sessions
//   drain            x            go on, but do not wait long for an answer
//   abort                         end at once
//   destroy          x            end at once
//   shrink                        those beside the main ones say goodbye
//   logout                        say goodbye

import type { Session } from "../../imap/session/session.ts";
import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { type PoolOptions, SessionPool } from "./session-pool.ts";

/** Somebody asked us to stop, and is waiting. */
const lastSilenceMs = 5_000;

export class SessionPair {
  readonly #connecting = new AbortController();
  readonly #pools: PerSide<SessionPool>;

  constructor(options: PerSide<PoolOptions>) {
    this.#pools = perSide((side) => new SessionPool(options[side], this.#connecting.signal));
  }

  /**
   * The main sessions; missing ones are opened, both at once. If one server cannot be reached, the other is not waited for.
   * @throws InterimapError
   */
  open(): Promise<PerSide<Session>> {
    return bothSides((side) =>
      this.#pools[side].main().catch((error: unknown) => {
        this.#connecting.abort(error);
        throw error;
      }),
    );
  }

  /** See {@link SessionPool.acquire}. */
  acquire(side: Side): Promise<Session | undefined> {
    return this.#pools[side].acquire();
  }

  release(session: Session): void {
    this.#pools[session.side].release(session);
  }

  /** See {@link SessionPool.openApart}. @throws InterimapError */
  openApart(side: Side): Promise<Session> {
    return this.#pools[side].openApart();
  }

  /** Says goodbye to all sessions that can be acquired; further ones can be. */
  async shrink(): Promise<void> {
    await Promise.all(sides.map((side) => this.#pools[side].shrink()));
  }

  /**
   * After failed work: ends the main sessions of these sides, and any session that still waits for an answer, because nobody
   * needs the answer. open() makes them again.
   */
  abortFailed(reason: Error, failed: readonly Side[]): void {
    for (const side of sides) this.#pools[side].abortMain(reason, failed.includes(side) ? "always" : "busy");
  }

  /** Ends every session at once; open() makes them again. */
  abort(reason?: Error): void {
    for (const side of sides) this.#pools[side].abort(reason);
  }

  /**
   * The work has to end: connecting, now or later, fails with `reason`. Existing sessions go on, as long as their servers do
   * not keep us waiting.
   */
  drain(reason?: Error): void {
    this.#connecting.abort(reason);
    for (const side of sides) this.#pools[side].limitSilence(lastSilenceMs);
  }

  /** Says goodbye everywhere; never fails. */
  async logout(): Promise<void> {
    await Promise.all(sides.map((side) => this.#pools[side].logout()));
  }

  /** Ends every session at once, for good; what is in flight, or being connected, fails with `reason`. */
  destroy(reason?: Error): void {
    this.#connecting.abort(reason);
    this.abort(reason);
  }
}
