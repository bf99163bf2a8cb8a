// The sessions to both servers of a process that runs for months: lost ones are made again, the others stay.

import type { Session } from "../imap/session/session.ts";
import type { Connector } from "../mail/pool/connector.ts";
import { Link } from "../mail/pool/link.ts";
import { SessionPair } from "../mail/pool/pair.ts";
import { patient, reconnecting } from "../mail/pool/reconnecting.ts";
import { InterimapError } from "../model/errors.ts";
import { type PerSide, perSide, type Side, sides } from "../model/side.ts";
import type { ConnectionState } from "../model/watch-state.ts";
import type { Report } from "../sync/context/events.ts";
import { IntendedLoss } from "./intended-loss.ts";

export interface LastingPairOptions {
  /** Each makes one attempt to get a session. */
  readonly connectors: PerSide<Connector>;
  /** How many sessions each side may have at once for its mailboxes. */
  readonly limits: PerSide<number>;
  /** How long a server may be silent, in ms; the default unless given. */
  readonly silenceMs?: PerSide<number>;
  /** Prepares a main session for use. */
  readonly prepare: (connect: Connector, side: Side) => Connector;
  readonly report: Report;
  /** A connection was made or lost, or another attempt begins. */
  readonly onStateChange: () => void;
}

export class LastingPair {
  readonly sessions: SessionPair;
  readonly #links: PerSide<Link>;

  constructor({ connectors, limits, silenceMs, prepare, report, onStateChange }: LastingPairOptions) {
    this.#links = perSide((side) => {
      return new Link({
        silenceMs: silenceMs?.[side],
        onStateChange,
        onFailure: (error, retryInMs) => {
          report({ type: "connection-failed", side, error, retryInMs });
        },
        onReconnected: (afterMs) => {
          report({ type: "connected-again", side, afterMs });
        },
      });
    });
    this.sessions = new SessionPair(
      perSide((side) => {
        const extra = patient(connectors[side], this.#links[side]);
        return { main: reconnecting(prepare(extra, side), this.#links[side]), extra, limit: limits[side] };
      }),
    );
  }

  state(side: Side): ConnectionState {
    return this.#links[side].state;
  }

  /** The main sessions, both alive. @throws InterimapError when another attempt to connect cannot help. */
  async open(): Promise<PerSide<Session>> {
    for (;;) {
      const sessions = await this.sessions.open();
      // One may be lost while the other is being made.
      if (!(await this.noteLost(sessions))) return sessions;
    }
  }

  /** Finds connections that were lost while nothing happened; true if there are any. The others need not be made anew. */
  async noteLost(sessions: PerSide<Session>): Promise<boolean> {
    const lost = sides.filter((side) => !sessions[side].isUsable);
    for (const side of lost) this.#noteFailure(side, await sessions[side].ended);
    return lost.length > 0;
  }

  /**
   * Ends the sessions with which work failed because of `error`. Those that can be acquired say goodbye.
   * @throws the error, if it is not about a connection, or another attempt cannot help.
   */
  async recover(error: unknown): Promise<void> {
    if (!(error instanceof InterimapError) || error.abandons !== "side") throw error;
    const failed = error.side === undefined ? sides : [error.side];
    this.sessions.abortFailed(error, failed);
    await this.sessions.shrink();
    for (const side of failed) this.#noteFailure(side, error);
  }

  /** The work succeeded with both. */
  noteSuccess(): void {
    for (const side of sides) this.#links[side].noteSuccess();
  }

  /** Nobody waits for the next attempt any longer. */
  retryNow(): void {
    for (const side of sides) this.#links[side].retryNow();
  }

  #noteFailure(side: Side, error: Error): void {
    if (error instanceof IntendedLoss) return;
    if (this.#links[side].scheduleRetry(error) === undefined) throw error;
  }
}
