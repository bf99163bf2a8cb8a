// Several addresses, tried one after another without waiting for one that is slow (RFC 8305 section 5).

import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** RFC 8305 section 8, Connection Attempt Delay. */
const attemptDelayMs = 250;

export interface Attempted {
  readonly address: string;
  /** Undefined: there was no answer yet. */
  readonly error: unknown;
}

/** None of the addresses could be had, or the time was over: `cause` is the signal's reason then. */
export class NoAddress extends Error {
  readonly attempts: readonly Attempted[];

  constructor(attempts: readonly Attempted[], cause?: unknown) {
    super("no address of the host can be connected to", { cause });
    this.name = "NoAddress";
    this.attempts = attempts;
  }
}

/** Makes an attempt, which ends with the signal and then leaves nothing open. */
export type Open = (address: string, signal: AbortSignal) => Promise<Socket>;

/**
 * The socket that is connected first. Another attempt begins when the one before has failed, or has had no answer for a
 * while; that one goes on. All others are closed in the end. @throws NoAddress
 */
export async function firstToConnect(
  addresses: readonly string[],
  open: Open,
  { signal }: { readonly signal: AbortSignal },
): Promise<Socket> {
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const results = new Map<string, unknown>();
  const running = new Map<string, Promise<Socket | undefined>>();
  const begin = (address: string): void => {
    results.set(address, undefined);
    const attempt = open(address, stop).catch((error: unknown) => {
      if (!stop.aborted) results.set(address, error);
      running.delete(address);
      return undefined;
    });
    running.set(address, attempt);
  };
  const rest = [...addresses];
  try {
    for (let next = rest.shift(); next !== undefined || running.size > 0; next = rest.shift()) {
      if (next !== undefined) begin(next);
      const delay = rest.length > 0 ? [pause(attemptDelayMs, undefined, { signal: stop }).catch(() => undefined)] : [];
      const winner = await Promise.race([...running.values(), ...delay]);
      if (winner !== undefined) {
        for (const attempt of running.values()) void attempt.then((loser) => loser !== winner && loser?.destroy());
        return winner;
      }
      if (signal.aborted) break;
    }
  } finally {
    over.abort();
  }
  const attempts = [...results].map(([address, error]) => ({ address, error }));
  throw signal.aborted ? new NoAddress(attempts, signal.reason) : new NoAddress(attempts);
}
