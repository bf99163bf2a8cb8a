// The state of the connection to one server, in a process that runs for months, and the time of the next attempt: after growing
// pauses, and as late as the server asks.

import { setTimeout as pause } from "node:timers/promises";
import type { Session } from "../../imap/session/session.ts";
import { type ErrorCode, InterimapError } from "../../model/errors.ts";
import { defaultLimits } from "../../model/server-limits.ts";
import type { ConnectionState } from "../../model/watch-state.ts";
import { alike } from "../../util/alike.ts";
import { noLaterThan } from "../../util/clocks.ts";
import { backoffMs } from "./backoff.ts";

/** Repeated attempts with a wrong password could lock the account. */
const authAttempts = 3;
const authPauseMs = 5_000;

/** A dead peer should be noticed soon; a slow one must not be given up again and again. */
const firstPatienceMs = 50_000;

/** A connection that lasted this long counts as good even if it is lost. */
const steadyMs = 60_000;
/**
 * How many connections in a row may be lost soon after they worked before pauses grow: each loss may have its own cause.
 */
const forgiven = 10;

/** An error of a server that worked before will pass: a captive portal, or a server in the middle of an upgrade. */
const passingOnceConnected: readonly ErrorCode[] = [
  "TLS",
  "STARTTLS_MISSING",
  "CAPABILITY_MISSING",
  "AUTH_NO_MECHANISM",
  "CREDENTIALS",
  "AUTH_UNSAFE",
];

export interface LinkOptions {
  /** The longest that a server may be silent, in ms; the default unless given. */
  readonly silenceMs?: number | undefined;
  readonly onStateChange?: () => void;
  /** The connection was refused or lost. Not called again for the same reason until all is well. */
  readonly onFailure?: (error: InterimapError, retryInMs: number) => void;
  /** There is a connection again, this long after the first failure for which onFailure was called. */
  readonly onReconnected?: (afterMs: number) => void;
  readonly random?: () => number;
}

export class Link {
  readonly #options: LinkOptions;
  #state: ConnectionState = { state: "connecting", since: Date.now(), connections: 0 };
  #failures = 0;
  /** When the present connection was made; undefined if it was lost, or has not been of use yet. */
  #goodSince: number | undefined;
  #connectedAt = 0;
  /** Connections in a row that worked but were soon lost. */
  #shortLived = 0;
  #authFailures = 0;
  /** By the wall clock, and by a monotonic clock that stops while the machine sleeps. */
  #failingSince: { readonly wall: number; readonly steady: number } | undefined;
  #lastReported = "";
  #notBefore = 0;
  #hurry = new AbortController();
  #patienceMs: number;

  constructor(options: LinkOptions = {}) {
    this.#options = options;
    this.#patienceMs = this.#firstPatienceMs;
  }

  get #silenceMs(): number {
    return this.#options.silenceMs ?? defaultLimits.silenceMs;
  }

  get #firstPatienceMs(): number {
    return Math.min(firstPatienceMs, this.#silenceMs);
  }

  get state(): ConnectionState {
    const { retryAt } = this.#state;
    return retryAt === undefined ? this.#state : { ...this.#state, retryAt: noLaterThan(retryAt, this.#notBefore) };
  }

  /** How long the server may leave us without an answer. */
  get patienceMs(): number {
    return this.#patienceMs;
  }

  /** Waits until the next attempt may be made, and begins it. @throws the signal's reason. */
  async beginAttempt(signal: AbortSignal): Promise<void> {
    await this.#pause(signal);
    this.#enter("connecting");
  }

  /** The attempt gave a session. */
  noteConnected(session: Session): void {
    this.#connectedAt = performance.now();
    this.#enter("connected", { connections: this.#state.connections + 1 });
    void session.ended.then((reason) => {
      if (this.#state.state === "connected") this.#enter("waiting", { reason: reason.message });
    });
    if (this.#failingSince === undefined) return;
    const { wall, steady } = this.#failingSince;
    const afterMs = Math.max(Date.now() - wall, Math.round(performance.now() - steady));
    this.#options.onReconnected?.(afterMs);
    this.#failingSince = undefined;
  }

  /**
   * The connection was refused or lost. Returns the pause before the next attempt, in ms; undefined if another attempt cannot
   * help.
   */
  scheduleRetry(error: unknown): number | undefined {
    if (!(error instanceof InterimapError) || !this.#willPass(error)) return undefined;
    this.#countLoss();
    this.#failures++;
    const least = Math.max(error.retryAfterMs ?? 0, error.code === "AUTH_FAILED" ? authPauseMs : 0);
    const retryInMs = Math.max(backoffMs(this.#failures, this.#options.random), least);
    this.#notBefore = performance.now() + retryInMs;
    this.#enter("waiting", { retryAt: Date.now() + retryInMs, reason: error.message });
    if (error.code === "CONNECTION_SILENT") this.#patienceMs = Math.min(this.#silenceMs, 2 * this.#patienceMs);
    if (alike(error.message) === this.#lastReported) return retryInMs;
    this.#lastReported = alike(error.message);
    this.#failingSince ??= { wall: Date.now(), steady: performance.now() };
    this.#options.onFailure?.(error, retryInMs);
    return retryInMs;
  }

  /** The work succeeded: earlier failures are forgotten, unless this connection turns out short-lived like those before it. */
  noteSuccess(): void {
    this.#goodSince = this.#connectedAt;
    this.#authFailures = 0;
    this.#lastReported = "";
    this.#patienceMs = this.#firstPatienceMs;
  }

  /** The network may be back, so the next attempt is made at once. */
  retryNow(): void {
    this.#failures = 0;
    this.#shortLived = 0;
    this.#notBefore = 0;
    this.#hurry.abort();
    this.#hurry = new AbortController();
  }

  #willPass(error: InterimapError): boolean {
    if (error.code === "AUTH_FAILED") return ++this.#authFailures < authAttempts;
    return error.retry !== "no" || (this.#state.connections > 0 && passingOnceConnected.includes(error.code));
  }

  /** After a connection that worked, attempts start afresh; how eagerly depends on how long such connections lasted. */
  #countLoss(): void {
    if (this.#goodSince === undefined) return;
    const isShortLived = performance.now() - this.#goodSince < steadyMs;
    this.#goodSince = undefined;
    this.#shortLived = isShortLived ? this.#shortLived + 1 : 0;
    this.#failures = Math.max(0, this.#shortLived - forgiven);
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const ms = this.#notBefore - performance.now();
    if (ms <= 0) return;
    await pause(ms, undefined, { signal: AbortSignal.any([signal, this.#hurry.signal]) }).catch(() => undefined);
    signal.throwIfAborted();
  }

  #enter(state: ConnectionState["state"], more: Partial<ConnectionState> = {}): void {
    const { connections, ...before } = this.#state;
    const isChange = (state === "connected") !== (before.state === "connected");
    const since = isChange ? Date.now() : before.since;
    this.#state = { state, since, connections, ...more };
    this.#options.onStateChange?.();
  }
}
