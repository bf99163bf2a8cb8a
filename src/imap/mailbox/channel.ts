// A session as the worker of one mailbox sees it: its mailbox is always selected. Several channels share a connection. A
// command for a mailbox that is not selected gets a SELECT in front, which costs no round trip of its own.

import type { Command } from "../command.ts";
import type { TaggedResponse } from "../responses.ts";
import type { Session } from "../session/session.ts";
import type { MailboxView } from "./mailbox-view.ts";
import { selectAgain } from "./select-command.ts";

/** What commands on a mailbox and its messages need of a session. */
export type Channel = Pick<
  Session,
  | "side"
  | "limits"
  | "changesNothing"
  | "capabilities"
  | "disavow"
  | "abilities"
  | "isUsable"
  | "roundTripMs"
  | "view"
  | "run"
>;

/**
 * Another channel over a session. While there are channels, the session itself may only run commands that need no mailbox.
 */
export function openChannel(session: Session): Channel {
  return new SharedChannel(session);
}

/** One more over the same session, for another mailbox. Undefined for a session itself, which does not select its mailbox again. */
export function channelBeside(channel: Channel): Channel | undefined {
  return channel instanceof SharedChannel ? channel.another() : undefined;
}

class SharedChannel implements Channel {
  readonly #session: Session;
  view: MailboxView | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  another(): Channel {
    return new SharedChannel(this.#session);
  }

  get side(): Session["side"] {
    return this.#session.side;
  }

  get limits(): Session["limits"] {
    return this.#session.limits;
  }

  get changesNothing(): boolean {
    return this.#session.changesNothing;
  }

  get capabilities(): Session["capabilities"] {
    return this.#session.capabilities;
  }

  disavow(...refused: Parameters<Session["disavow"]>): void {
    this.#session.disavow(...refused);
  }

  get abilities(): Session["abilities"] {
    return this.#session.abilities;
  }

  get isUsable(): boolean {
    return this.#session.isUsable;
  }

  get roundTripMs(): number {
    return this.#session.roundTripMs;
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
