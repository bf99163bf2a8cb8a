// The connections of a run: one session of each side, further ones where they pay, all ended together.

import type { Session } from "../imap/session.ts";
import { bothSides, type PerSide, type Side } from "../model/side.ts";

export type Connect = (side: Side, signal: AbortSignal) => Promise<Session>;

export class Connections {
  readonly #connect: Connect;
  readonly #aborted = new AbortController();
  readonly #open = new Set<Session>();
  readonly #extra = new Map<Side, Promise<Session | undefined>>();

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** Connects to both servers at once. When one cannot be reached, the other is not waited for. */
  open(): Promise<PerSide<Session>> {
    return bothSides((side) =>
      this.#add(side).catch((error: unknown) => {
        this.#aborted.abort(error);
        throw error;
      }),
    );
  }

  /** A second session of a side, always the same; undefined when there is none to be had, which is no error. */
  extra(side: Side): Promise<Session | undefined> {
    const known = this.#extra.get(side) ?? this.#add(side).catch(() => undefined);
    this.#extra.set(side, known);
    return known;
  }

  /** Says goodbye everywhere; never fails. */
  async logout(): Promise<void> {
    await Promise.all([...this.#open].map((session) => session.logout()));
  }

  /** Ends every connection at once; what is in flight, or being connected, fails with `reason`. */
  destroy(reason?: Error): void {
    this.#aborted.abort(reason);
    for (const session of this.#open) session.destroy(reason);
  }

  async #add(side: Side): Promise<Session> {
    const session = await this.#connect(side, this.#aborted.signal);
    this.#open.add(session);
    return session;
  }
}
