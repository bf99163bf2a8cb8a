// Asks a server to report changes (RFC 5465), or says what to do instead (IDLE, RFC 2177, or polling).

import { CommandRefused } from "../imap/command-refused.ts";
import type { Session } from "../imap/session/session.ts";
import { offersIdle } from "../imap/verbs/idle.ts";
import { notify, offersNotify } from "../imap/verbs/notify.ts";
import type { Detection } from "../model/watch-state.ts";

export interface Wishes {
  /** The server's list-reference. */
  readonly reference: string;
  readonly canIdle: boolean;
}

export interface Granted {
  readonly detection: Detection;
  /** Why the server does not report all changes. */
  readonly refusal?: string;
}

/** Asks a server to report all changes below the reference. */
export async function requestNotify(session: Session, { reference, canIdle }: Wishes): Promise<Granted> {
  const instead = insteadOfNotify(session, canIdle);
  if (!offersNotify(session)) return { detection: instead, refusal: "the server does not offer NOTIFY (RFC 5465)" };
  // A reference ends in the hierarchy delimiter, whichever that is.
  const below = reference === "" ? undefined : reference.replace(/[^A-Za-z0-9]$/, "");
  try {
    await notify(session, { below });
    return { detection: "notify" };
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return { detection: instead, refusal: error.message };
  }
}

/** How changes are noticed on a server that does not report all of them. */
export function insteadOfNotify(session: Session, canIdle: boolean): "idle" | "poll" {
  return canIdle && offersIdle(session) ? "idle" : "poll";
}
