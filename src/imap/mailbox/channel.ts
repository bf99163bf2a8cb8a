// A session as the worker of one mailbox sees it: that mailbox is always selected. Several channels share a connection; a
// command for a mailbox that is not the selected one has a SELECT sent before it, which costs no round trip of its own.

import { emptyUidSet, isEmpty } from "../../model/uid-set.ts";
import { type CommandPart, line, mailbox, modSeq, number, uids } from "../codec/write-command.ts";
import type { Command } from "../command.ts";
import type { TaggedResponse } from "../responses.ts";
import type { Session } from "../session/session.ts";
import type { MailboxView } from "./mailbox-view.ts";

/** What commands on a mailbox and its messages need of a session. */
export type Channel = Pick<Session, "side" | "capabilities" | "isUsable" | "view" | "run">;

/** One more channel over a session. While there are any, the session itself is only for commands that need no mailbox. */
export function openChannel(session: Session): Channel {
  return new SharedChannel(session);
}

class SharedChannel implements Channel {
  readonly #session: Session;
  view: MailboxView | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  get side(): Session["side"] {
    return this.#session.side;
  }

  get capabilities(): Session["capabilities"] {
    return this.#session.capabilities;
  }

  get isUsable(): boolean {
    return this.#session.isUsable;
  }

  run(command: Command): Promise<TaggedResponse> {
    const session = this.#session;
    if (command.overlap === "select") this.view = command.opens;
    if (command.overlap !== "selected" && command.overlap !== "changing") return session.run(command);
    const { view } = this;
    // If that fails, so does the command.
    if (view !== undefined && session.selectedNext !== view) void session.run(selectAgain(view)).catch(() => undefined);
    return session.run({ ...command, view });
  }
}

/**
 * Whatever happened in the mailbox since the view was told last comes into the view (RFC 7162 3.2.5). Mostly without a
 * set of known UIDs, since messages that were appended meanwhile may be gone, too; with one, only what happened to these.
 * `since`: the mod-sequence up to which all is known.
 */
export function selectAgain(view: MailboxView, since = view.highestModSeq, known = emptyUidSet): Command {
  // RFC 7162 3.2.5: mod-sequences start at 1.
  if (view.lacksModSeqs || since === 0n) return selectInto(view, []);
  const these = isEmpty(known) ? [] : line` ${uids(known)}`;
  return selectInto(view, line` (QRESYNC (${number(view.uidValidity)} ${modSeq(since)}${these}))`);
}

/** SELECT of the view's mailbox; what is reported about it, the codes of the answer included, goes into the view. */
export function selectInto(view: MailboxView, parameters: readonly CommandPart[]): Command {
  return {
    name: "SELECT",
    overlap: "select",
    opens: view,
    parts: line`SELECT ${mailbox(view.wireName)}${parameters}`,
    onAnswered: ({ code }) => {
      if (code !== undefined) view.noteCode(code);
    },
  };
}
