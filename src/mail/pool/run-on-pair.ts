// A run on both servers, from its first connection to the goodbyes.

import { InterimapError, interrupted } from "../../model/errors.ts";
import type { SessionPair } from "./pair.ts";

/**
 * Says goodbye when the work is done, and when it ended in good order because `signal` asked for it. When anything else ends it, the
 * sessions are ended at once. @throws what `work` throws, or INTERRUPTED
 */
export async function runOnPair(
  connections: SessionPair,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  const drain = (): void => {
    connections.drain(interrupted());
  };
  signal.addEventListener("abort", drain);
  try {
    if (signal.aborted) drain();
    await work();
    await connections.logout();
  } catch (error) {
    if (!signal.aborted || !(error instanceof InterimapError)) throw error;
    // Work that has ended in good order leaves connections that can be ended so, too.
    if (error.code === "INTERRUPTED") await connections.logout();
    throw error.abandons === "side" ? interrupted() : error;
  } finally {
    signal.removeEventListener("abort", drain);
    connections.destroy();
  }
}
