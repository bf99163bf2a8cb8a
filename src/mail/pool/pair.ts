// The connections to both servers: one session of each side, further ones where they pay, all ended together.

import type { Session } from "../../imap/session.ts";
import { bothSides, perSide, sides, type PerSide, type Side } from "../../model/side.ts";

/** `main`: the session that all of a side's mailboxes are worked on with; `extra`: any beside it. */
export type SessionUse = "main" | "extra";

export type Connect = (side: Side, signal: AbortSignal, use: SessionUse) => Promise<Session>;

/** Whoever asked us to stop is waiting. */
const lastSilenceMs = 5_000;

export class Connections {
  readonly #connect: Connect;
  readonly #aborted = new AbortController();
  readonly #open = new Set<Session>();
  readonly #main = new Map<Side, Session>();
  readonly #limits: PerSide<number>;
  /** Beside the main ones. */
  readonly #extras = perSide(() => new Set<Promise<Session | undefined>>());
  readonly #spare: Session[] = [];

  /** `limits`: how many sessions a side may have at once for its mailboxes, the main one included. */
  constructor(connect: Connect, limits: PerSide<number>) {
    this.#connect = connect;
    this.#limits = limits;
  }

  /**
   * The main sessions; those that are not there (any more) are made, both at once. When one server cannot be reached, the
   * other is not waited for.
   */
  open(): Promise<PerSide<Session>> {
    return bothSides((side) =>
      this.#mainSession(side).catch((error: unknown) => {
        this.#aborted.abort(error);
        throw error;
      }),
    );
  }

  /**
   * A session beside the main one, for nobody else until it is given back; undefined when there is none to be had, which
   * is no error.
   */
  async lend(side: Side): Promise<Session | undefined> {
    const spare = this.#spare.findIndex((session) => session.side === side);
    const [known] = spare < 0 ? [] : this.#spare.splice(spare, 1);
    if (known?.isUsable === true) return known;
    // One that was refused counts: the server is not asked again for as many.
    if (this.#extras[side].size + 1 >= this.#limits[side]) return undefined;
    const made = this.#add(side, "extra").catch(() => undefined);
    this.#extras[side].add(made);
    return made;
  }

  giveBack(session: Session): void {
    this.#spare.push(session);
  }

  /** One more session of a side, for whoever asks. @throws InterimapError */
  another(side: Side): Promise<Session> {
    return this.#add(side, "extra");
  }

  /** Says goodbye to all that can be lent. */
  async dismissExtras(): Promise<void> {
    const extras = sides.flatMap((side) => [...this.#extras[side]]);
    for (const side of sides) this.#extras[side].clear();
    this.#spare.length = 0;
    await Promise.all(extras.map(async (extra) => (await extra)?.logout()));
  }

  /**
   * After work that failed because of `error`: drops its side's session and the second ones, and whichever still has
   * something in flight, whose answer nobody waits for any more.
   */
  async dropBroken(error: Error, failed: readonly Side[]): Promise<void> {
    for (const [side, session] of this.#main) if (failed.includes(side) || !session.isIdle) session.destroy(error);
    await this.dismissExtras();
  }

  /** Drops every connection at once; open() makes them anew. */
  drop(reason: Error): void {
    for (const session of this.#open) session.destroy(reason);
  }

  /**
   * The work is to end: whatever is being connected, now or later, fails with `reason`. The sessions that are there go on,
   * as long as their servers do not keep us waiting.
   */
  windUp(reason: Error): void {
    this.#aborted.abort(reason);
    for (const session of this.#open) session.limitSilence(lastSilenceMs);
  }

  /** Says goodbye everywhere; never fails. */
  async logout(): Promise<void> {
    await Promise.all([...this.#open].map((session) => session.leave()));
  }

  /** Ends every connection at once; what is in flight, or being connected, fails with `reason`. */
  destroy(reason?: Error): void {
    this.#aborted.abort(reason);
    for (const session of this.#open) session.destroy(reason);
  }

  async #mainSession(side: Side): Promise<Session> {
    const known = this.#main.get(side);
    if (known?.isUsable === true) return known;
    const made = await this.#add(side, "main");
    this.#main.set(side, made);
    return made;
  }

  async #add(side: Side, use: SessionUse): Promise<Session> {
    const session = await this.#connect(side, this.#aborted.signal, use);
    this.#open.add(session);
    void session.ended.then(() => this.#open.delete(session));
    return session;
  }
}
