// Work that goes on over new connections when one is lost.

import { setTimeout as pause } from "node:timers/promises";
import type { Session } from "../../imap/session/session.ts";
import { backoffMs } from "../../mail/pool/backoff.ts";
import { InterimapError } from "../../model/errors.ts";
import { type PerSide, type Side, sides } from "../../model/side.ts";
import { hostOf } from "../options/host.ts";
import type { CopyRun } from "./copy-run.ts";

type Work = (sessions: PerSide<Session>) => Promise<void>;

/** The first pause is short: most connections are lost for no reason that lasts. */
const firstPauseMs = 200;

/**
 * Does the work, and again from where it was, as often as `--reconnectretry1` and 2 allow in a row without progress.
 * `progress` is a number that grows with it.
 * @throws InterimapError when it did not help, or cannot.
 */
export async function keepConnected(run: CopyRun, progress: () => number, work: Work): Promise<void> {
  const failures: Record<Side, number> = { local: 0, remote: 0 };
  let reached = progress();
  for (;;) {
    const sessions = await sessionsOf(run, failures);
    try {
      await work(sessions);
      return;
    } catch (error) {
      if (progress() > reached) failures.local = failures.remote = 0;
      reached = progress();
      await prepareRetry(run, { failures, sessions }, error);
    }
  }
}

async function sessionsOf(run: CopyRun, failures: Record<Side, number>): Promise<PerSide<Session>> {
  for (;;) {
    try {
      const sessions = await run.connections.open();
      for (const side of sides) noteSession(run, sessions[side]);
      return sessions;
    } catch (error) {
      await prepareRetry(run, { failures }, error);
    }
  }
}

/** Several folders may have waited for the same new connection. */
function noteSession({ sessions, emit }: CopyRun, session: Session): void {
  const { side } = session;
  if (sessions[side] !== session && sessions[side] !== undefined) emit({ type: "reconnected", host: hostOf(side) });
  sessions[side] = session;
}

interface Attempt {
  readonly failures: Record<Side, number>;
  /** Undefined: there were none. */
  readonly sessions?: PerSide<Session>;
}

/** @throws the error, when another attempt cannot help. */
async function prepareRetry(
  { options, stop }: CopyRun,
  { failures, sessions }: Attempt,
  error: unknown,
): Promise<void> {
  if (!(error instanceof InterimapError) || error.retry !== "reconnect" || stop.aborted) throw error;
  const { side } = error;
  const lost = side === undefined ? sides : [side];
  for (const one of lost) failures[one]++;
  const most = { local: options.reconnectretry1, remote: options.reconnectretry2 };
  if (lost.some((one) => failures[one] > most[one])) throw error;
  // Others may work over the one to the other host, and have new ones already.
  for (const one of lost) sessions?.[one].destroy(error);
  const times = Math.max(failures.local, failures.remote);
  const ms = Math.max(error.retryAfterMs ?? 0, times === 1 ? firstPauseMs : backoffMs(times));
  await pause(ms, undefined, { signal: stop }).catch(() => undefined);
}
