// ENABLE: the server tells what QRESYNC lets it tell (RFC 5161, RFC 7162 3.2.3).

import { InterimapError } from "../../model/errors.ts";
import { basic, withCondstore, withQresync } from "../abilities.ts";
import { line } from "../codec/write-command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { UntaggedResponse } from "../responses.ts";
import type { Session } from "../session/session.ts";

/** The most that the server offers of what tells changes. Throws as {@link enableQresync}. */
export function agreeOnAbilities(session: Session): Promise<unknown> {
  if (session.capabilities.has("QRESYNC")) return enableQresync(session);
  // Nothing has to be enabled: a SELECT that asks for mod-sequences does it (RFC 7162 3.1).
  session.abilities = session.capabilities.has("CONDSTORE") ? withCondstore : basic;
  return Promise.resolve();
}

/** The session ends when the server does not: CAPABILITY_MISSING, or as {@link CommandRefused.ofServer} says. */
function enableQresync(session: Session): Promise<unknown> {
  let isEnabled = false;
  // What is sent behind it relies on it.
  session.abilities = withQresync;
  return session.run({
    name: "ENABLE",
    overlap: "any",
    parts: line`ENABLE QRESYNC`,
    claim: (response: UntaggedResponse) => {
      if (response.kind !== "enabled") return false;
      isEnabled ||= response.capabilities.includes("QRESYNC");
      return true;
    },
    onAnswered: (answer) => {
      if (answer.status !== "OK") throw new CommandRefused("ENABLE", answer, session.side).ofServer();
      if (isEnabled) return;
      throw new InterimapError("CAPABILITY_MISSING", "the server advertises QRESYNC but does not enable it");
    },
  });
}
