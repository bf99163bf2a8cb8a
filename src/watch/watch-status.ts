// The state that a running daemon publishes, whenever it changes.

import { perSide, type Side } from "../model/side.ts";
import type { LinkState, WatchState } from "../model/watch-state.ts";
import { noLaterThan } from "../util/clocks.ts";

export interface WatchStatusOptions {
  readonly linkState: (side: Side) => LinkState;
  readonly onChange: (state: WatchState) => void;
}

export class WatchStatus {
  readonly #options: WatchStatusOptions;
  #state: Omit<WatchState, "sides"> = {
    pid: process.pid,
    startedAt: Date.now(),
    activity: "connecting",
    looks: 0,
    mailboxesSynchronised: 0,
  };
  /** When the next look is by a clock that only runs forward. */
  #nextLookBy = 0;

  constructor(options: WatchStatusOptions) {
    this.#options = options;
  }

  get current(): WatchState {
    const { nextLookAt } = this.#state;
    return {
      ...this.#state,
      ...(nextLookAt !== undefined && { nextLookAt: noLaterThan(nextLookAt, this.#nextLookBy) }),
      sides: perSide(this.#options.linkState),
    };
  }

  get activity(): WatchState["activity"] {
    return this.#state.activity;
  }

  enter(activity: Exclude<WatchState["activity"], "waiting">): void {
    this.#note({ activity });
  }

  /** `nextLookMs`: from now. */
  wait(nextLookMs: number): void {
    this.#nextLookBy = performance.now() + nextLookMs;
    this.#note({ activity: "waiting", nextLookAt: Date.now() + nextLookMs });
  }

  noteLook(lastLook: NonNullable<WatchState["lastLook"]>): void {
    this.#note({ looks: this.#state.looks + 1, lastLook });
  }

  noteSynchronised(mailboxes: number): void {
    this.#note({ mailboxesSynchronised: this.#state.mailboxesSynchronised + mailboxes });
  }

  /** A side's link has another state. */
  publish(): void {
    this.#options.onChange(this.current);
  }

  #note(news: Partial<WatchState>): void {
    const { nextLookAt: _, ...state } = this.#state;
    this.#state = { ...state, ...news };
    this.publish();
  }
}
