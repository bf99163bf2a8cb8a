// ENABLE: the server tells what QRESYNC lets it tell (RFC 5161, RFC 7162 3.2.3).

import { basic, withCondstore, withQresync } from "../abilities.ts";
import { line } from "../codec/write-command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { UntaggedResponse } from "../responses.ts";
import type { Session } from "../session/session.ts";

/** The most that the server offers of what tells changes. */
export function agreeOnAbilities(session: Session): Promise<unknown> {
  if (session.capabilities.has("QRESYNC")) return enableQresync(session);
  // Nothing has to be enabled: a SELECT that asks for mod-sequences does it (RFC 7162 3.1).
  session.abilities = session.capabilities.has("CONDSTORE") ? withCondstore : basic;
  return Promise.resolve();
}

/**
 * Servers list QRESYNC and do not confirm it, iCloud among them: then it counts as not listed. The session ends when ENABLE is
 * refused, as {@link CommandRefused.ofServer} says.
 */
function enableQresync(session: Session): Promise<unknown> {
  const enabled = new Set<string>();
  // What is sent behind it relies on it.
  session.abilities = withQresync;
  return session.run({
    name: "ENABLE",
    overlap: "any",
    parts: line`ENABLE QRESYNC`,
    claim: (response: UntaggedResponse) => {
      if (response.kind !== "enabled") return false;
      for (const name of response.capabilities) enabled.add(name);
      return true;
    },
    onAnswered: (answer) => {
      if (answer.status !== "OK") throw new CommandRefused("ENABLE", answer, session.side).ofServer();
      if (enabled.has("QRESYNC")) return;
      session.disavow("QRESYNC", { message: "the server advertises QRESYNC but does not enable it" });
      const hasModSeqs = enabled.has("CONDSTORE") || session.capabilities.has("CONDSTORE");
      session.abilities = hasModSeqs ? withCondstore : basic;
    },
  });
}
