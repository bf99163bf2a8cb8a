// IDLE: the server reports changes in the selected mailbox without being asked (RFC 2177).

import { line } from "../codec/write-command.ts";
import type { Session } from "../session/session.ts";

export function offersIdle({ capabilities }: Session): boolean {
  return capabilities.has("IDLE");
}

/**
 * Idles until `until` resolves; it must not reject. What the server tells meanwhile goes to the session's view and
 * listener.
 */
export async function idle(session: Session, until: Promise<unknown>): Promise<void> {
  await session.run({
    name: "IDLE",
    overlap: "selected",
    parts: line`IDLE`,
    answerChallenge: () => until.then(() => "DONE"),
  });
}
