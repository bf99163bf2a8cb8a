// Connectors for a process that runs for months: they take the condition of the link into account.

import type { Connector } from "./connector.ts";
import type { Link } from "./link.ts";

/** Leaves the server as much time for an answer as the link allows at the moment. */
export function patient(connect: Connector, link: Link): Connector {
  return ({ signal }) => connect({ signal, silenceLimitMs: link.patienceMs });
}

/** Connects again and again, with the link's pauses. @throws InterimapError when another attempt cannot help. */
export function reconnecting(connect: Connector, link: Link): Connector {
  return async (attempt) => {
    const { signal } = attempt;
    for (;;) {
      await link.beginAttempt(signal);
      try {
        const session = await connect(attempt);
        link.noteConnected(session);
        return session;
      } catch (error) {
        signal.throwIfAborted();
        if (link.scheduleRetry(error) === undefined) throw error;
      }
    }
  };
}
