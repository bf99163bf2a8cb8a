// Watches one mailbox of a server without NOTIFY over a connection of its own that idles in it (RFC 2177).

import { setTimeout as pause } from "node:timers/promises";
import type { Session } from "../imap/session/session.ts";
import { examine } from "../imap/verbs/examine.ts";
import { idle } from "../imap/verbs/idle.ts";
import { backoffMs } from "../mail/pool/backoff.ts";
import { InterimapError } from "../model/errors.ts";

/** Servers log clients out that say nothing for 30 minutes (RFC 2177 section 3). */
const longestMs = 15 * 60_000;
/** A server that offers IDLE and refuses it, or cuts connections that idle, is not to be tried every second. */
const steadyMs = 60_000;

export interface IdleWatch {
  readonly wireName: string;
  readonly connect: () => Promise<Session>;
  /** Something happened in the mailbox, or may have. */
  readonly onNews: () => void;
  readonly signal: AbortSignal;
  /** How often to begin anew, in ms: some routers forget connections soon, and a dead one is noticed only when it is used. */
  readonly renewMs: number;
}

/** Idles until the signal is aborted. A connection that cannot be had is tried again, without a word: polling goes on. */
export async function watchByIdling({ connect, ...watch }: IdleWatch): Promise<void> {
  const { signal } = watch;
  for (let failures = 0; !signal.aborted;) {
    try {
      const session = await connect();
      const startedAt = performance.now();
      await idleIn(session, watch).catch(async (error: unknown) => {
        if (performance.now() - startedAt > steadyMs) failures = 0;
        await session.logout();
        throw error;
      });
    } catch (error) {
      if (!(error instanceof InterimapError)) throw error;
      const wait = Math.max(backoffMs(++failures), error.retryAfterMs ?? 0);
      await pause(wait, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

async function idleIn(
  session: Session,
  { wireName, onNews, signal, renewMs }: Omit<IdleWatch, "connect">,
): Promise<void> {
  await examine(session, wireName);
  // What happened before is looked at now; what happens from here on is reported.
  onNews();
  session.listen(({ kind }) => {
    if (kind === "exists" || kind === "expunge" || kind === "vanished" || kind === "fetch") onNews();
  });
  while (!signal.aborted) {
    const renewal = new AbortController();
    const over = AbortSignal.any([signal, renewal.signal]);
    const waiting = pause(Math.min(renewMs, longestMs), undefined, { signal: over, ref: false }).catch(() => undefined);
    await idle(session, waiting).finally(() => {
      renewal.abort();
    });
  }
}
