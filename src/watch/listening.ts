// Puts on the agenda whatever a server says unasked, from the first moment of a connection.

import type { UntaggedResponse } from "../imap/responses.ts";
import type { Session } from "../imap/session/session.ts";
import type { Connector } from "../mail/pool/connector.ts";
import type { Agenda } from "./agenda.ts";
import type { ChangeSource } from "./change-source.ts";

export interface Listener {
  readonly agenda: Agenda;
  readonly source: ChangeSource;
  /** Somebody works on the mailbox that is selected. */
  readonly isWorking: () => boolean;
  /** Whether a mailbox is among those that are asked for. */
  readonly mayList: (wireName: string) => boolean;
}

/** Makes the server report changes before anybody gets the session, and asks for a full check if it may have missed some. */
export function listening(connect: Connector, { agenda, source, isWorking, mayList }: Listener): Connector {
  return async (attempt) => {
    const session = await connect(attempt);
    session.listen((response) => {
      if (response.kind === "mailbox-status") source.noteReport();
      if (response.kind === "list" && response.oldName === undefined && !mayList(response.name)) return;
      if (noteUnsolicited(agenda, session, { response, isWorking: isWorking() })) return;
      source.noteOverflow();
      agenda.noteSide(session.side);
    });
    await source.begin(session);
    void session.ended.then(() => {
      agenda.noteEverything();
    });
    // Nobody reported what happened before.
    agenda.noteEverything();
    return session;
  };
}

interface Heard {
  readonly response: UntaggedResponse;
  readonly isWorking: boolean;
}

/**
 * Puts on the agenda what a server said without being asked. What it says of the selected mailbox is for whoever works
 * there, if anybody does. False when it will not report any more (RFC 5465 5.8).
 */
export function noteUnsolicited(agenda: Agenda, { side, view }: Session, { response, isWorking }: Heard): boolean {
  switch (response.kind) {
    case "list":
      if (response.oldName === undefined) agenda.noteSide(side);
      else agenda.noteRename({ side, from: response.oldName, to: response.name });
      return true;
    case "mailbox-status":
      agenda.noteMailbox(side, response.name, response);
      return true;
    case "exists":
    case "expunge":
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
