// How changes on a server are noticed: it tells of them itself (RFC 5465), tells of some mailboxes (RFC 2177), or is asked.

import { CommandRefused } from "../imap/command-refused.ts";
import { offersIdle } from "../imap/verbs/idle.ts";
import { notify, offersNotify } from "../imap/verbs/notify.ts";
import type { UntaggedResponse } from "../imap/responses.ts";
import type { Session } from "../imap/session.ts";
import type { Attention } from "../model/watch-state.ts";
import type { Agenda } from "./agenda.ts";

export interface Wishes {
  /** The server's list-reference. */
  readonly reference: string;
  readonly canIdle: boolean;
}

export interface Granted {
  readonly attention: Attention;
  /** Why the server does not tell of all changes. */
  readonly refusal?: string;
}

/** Asks a server to tell of all changes below the reference. */
export async function askForNews(session: Session, { reference, canIdle }: Wishes): Promise<Granted> {
  const instead = insteadOfNotify(session, canIdle);
  if (!offersNotify(session)) return { attention: instead, refusal: "the server does not offer NOTIFY (RFC 5465)" };
  // A reference ends in the hierarchy delimiter, whichever that is.
  const below = reference === "" ? undefined : reference.replace(/[^A-Za-z0-9]$/, "");
  try {
    await notify(session, { below });
    return { attention: "notify" };
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return { attention: instead, refusal: error.message };
  }
}

/** How changes are noticed on a server that does not tell of all of them. */
export function insteadOfNotify(session: Session, canIdle: boolean): "idle" | "poll" {
  return canIdle && offersIdle(session) ? "idle" : "poll";
}

interface Heard {
  readonly response: UntaggedResponse;
  readonly isWorking: boolean;
}

/**
 * Puts on the agenda what a server said without being asked. What it says of the selected mailbox is for whoever works
 * there, if anybody does. False when it will not say any more (RFC 5465 5.8).
 */
export function heed(agenda: Agenda, { side, view }: Session, { response, isWorking }: Heard): boolean {
  switch (response.kind) {
    case "list":
      if (response.oldName === undefined) agenda.noteSide(side);
      else agenda.noteRename({ side, from: response.oldName, to: response.name });
      return true;
    case "mailbox-status":
      agenda.noteMailbox(side, response.name, response);
      return true;
    case "exists":
    case "vanished":
    case "fetch":
      if (view !== undefined && !isWorking) agenda.noteMailbox(side, view.wireName);
      return true;
    case "unreadable":
      if (response.about === "list") agenda.noteSide(side);
      else if (response.about === "status" && response.name !== undefined) agenda.noteMailbox(side, response.name);
      else if (response.about === "status") agenda.noteSide(side);
      else if (response.about !== "flags" && view !== undefined && !isWorking) agenda.noteMailbox(side, view.wireName);
      return true;
    case "status":
      // Dovecot: "* NO NOTIFY error, some events may have got lost".
      if (response.status === "NO" && /^NOTIFY\b/i.test(response.text)) agenda.noteSide(side);
      return response.code?.name !== "NOTIFICATIONOVERFLOW";
    default:
      return true;
  }
}
