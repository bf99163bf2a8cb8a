// LIST and LSUB as every server has them (RFC 3501 6.3.8, 6.3.9), for what LIST-EXTENDED would list.

import { InterimapError } from "../../model/errors.ts";
import type { Side } from "../../model/side.ts";
import { allDone } from "../../util/all-done.ts";
import { atMost } from "../../util/at-most.ts";
import { astring, type CommandPart, line, listMailbox } from "../codec/write-command.ts";
import type { Session } from "../session/session.ts";
import { type Listed, type ListQuery, sendablePattern } from "./listed.ts";

/** The most commands on their way at the same time. */
export const mostInFlight = 100;

const known: ReadonlySet<string> = new Set(["SUBSCRIBED", "REMOTE", "RECURSIVEMATCH"]);

/** Whether these select options (RFC 5258 3.1) can be done without, and a server would take them. */
export function canDoWithout(selectOptions: readonly string[]): boolean {
  const options = selectOptions.map((option) => option.toUpperCase());
  return (
    options.every((option) => known.has(option)) &&
    (!options.includes("RECURSIVEMATCH") || options.includes("SUBSCRIBED"))
  );
}

/**
 * Asks for the mailboxes and for all subscriptions, into `listed`.
 * @throws InterimapError CAPABILITY_MISSING when the select options need more.
 */
export async function listPlain(session: Session, query: ListQuery, listed: Listed): Promise<void> {
  const { reference, patterns, selectOptions } = query;
  if (!canDoWithout(selectOptions)) throw optionsUnknown(selectOptions, session.side);
  const ask = async (name: string, parts: readonly CommandPart[]): Promise<void> => {
    await session.run({ name, overlap: "any", parts, claim: listed.claim });
  };
  // Where `%` is asked for, servers list what is only above a subscription, too (RFC 3501 6.3.9).
  const subscriptions = ask("LSUB", line`LSUB ${astring(reference)} ${listMailbox("*")}`);
  const mailboxes = atMost(mostInFlight, patterns, (pattern) =>
    ask("LIST", line`LIST ${astring(reference)} ${listMailbox(sendablePattern(pattern))}`),
  );
  await allDone<unknown>([mailboxes, subscriptions]);
}

function optionsUnknown(selectOptions: readonly string[], side: Side): InterimapError {
  return new InterimapError(
    "CAPABILITY_MISSING",
    `the server does not offer LIST-EXTENDED (RFC 5258), which list-select-opts = ${selectOptions.join(" ")} needs`,
    { side, hint: "change list-select-opts" },
  );
}
