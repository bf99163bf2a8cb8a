// ID: who we are (RFC 2971). Some providers open no mailbox to a client that has not said it.

import { atom, line } from "../codec/write-command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Session } from "../session/session.ts";

/** Where the server wants to know. What it says of itself is not asked for. */
export async function identify(session: Session, name: string): Promise<void> {
  if (!session.capabilities.has("ID")) return;
  try {
    await session.run({ name: "ID", overlap: "any", parts: line`ID ("name" "${atom(name)}")` });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
  }
}
