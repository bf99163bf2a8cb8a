// Waiting for what has to come. No test may pass or fail by how fast a machine is: it awaits an event, counts steps, or uses
// a clock of its own. The limit here only ends what hangs for ever.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Nothing that works takes as long, however slow or busy the machine. */
export const patienceMs = 120_000;

const firstPauseMs = 15;

/** Most of what is awaited comes soon. Whoever looks all the time for the rest keeps it from coming. */
function longer(pauseMs: number): number {
  return Math.min(pauseMs * 1.3, 300);
}

/** Resolves with the first result that is neither undefined nor false. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = longer(pauseMs)) {
    const result = await look();
    if (result !== undefined && result !== false) return result;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${patienceMs / 1_000} s`);
    await pause(pauseMs);
  }
}

/**
 * Resolves when what `look` returns is as expected; otherwise fails with the difference. A look that fails, because a
 * mailbox was renamed in the middle of it, does not count.
 */
export async function becomes<T>(look: () => T | Promise<T>, expected: T, message?: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = longer(pauseMs)) {
    try {
      assert.deepEqual(await look(), expected, message);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(pauseMs);
    }
  }
}
