// A stand-in for a session whose server answers STATUS, NOOP and UNSELECT.

import { withQresync } from "../../../src/imap/abilities.ts";
import { Capabilities } from "../../../src/imap/capabilities.ts";
import type { Command } from "../../../src/imap/command.ts";
import { MailboxView } from "../../../src/imap/mailbox/mailbox-view.ts";
import type { MailboxStatusResponse } from "../../../src/imap/responses.ts";
import type { Session } from "../../../src/imap/session/session.ts";
import type { Side } from "../../../src/model/side.ts";

export interface StatusServer {
  readonly session: Session;
  /** Names of the commands that came. */
  readonly commands: string[];
  /** What STATUS is answered. */
  answer: MailboxStatusResponse | undefined;
  /** All commands fail with it. */
  failure: Error | undefined;
}

export function statusServer(
  side: Side,
  {
    selected,
    left = [],
    capabilities = [],
  }: Partial<Record<"left" | "capabilities", readonly string[]>> & {
    readonly selected?: string;
  } = {},
): StatusServer {
  const server: { -readonly [K in keyof StatusServer]: StatusServer[K] } = {
    commands: [],
    answer: undefined,
    failure: undefined,
    session: {
      side,
      isIdle: true,
      capabilities: new Capabilities(capabilities),
      abilities: withQresync,
      view: selected === undefined ? undefined : new MailboxView(selected, withQresync),
      takeLeft: () => left,
      run: ({ name, claim }: Command): Promise<void> => {
        server.commands.push(name);
        if (server.failure !== undefined) return Promise.reject(server.failure);
        if (name === "STATUS" && server.answer !== undefined) claim?.(server.answer);
        return Promise.resolve();
      },
    } as unknown as Session,
  };
  return server;
}
