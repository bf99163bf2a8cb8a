// Connectors make sessions. Anything else that has to happen then is a wrapper around a connector.

import type { Session } from "../../imap/session/session.ts";

export interface Attempt {
  /** Gives up at once; the promise rejects with its reason. */
  readonly signal: AbortSignal;
  /** How long the server may leave us without an answer, in ms; the session's default unless given. */
  readonly silenceLimitMs?: number;
}

/** @throws InterimapError */
export type Connector = (attempt: Attempt) => Promise<Session>;
