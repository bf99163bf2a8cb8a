// LIST with everything we want to know of every mailbox in one command (RFC 5258, RFC 5819).

import { astring, atom, type CommandPart, line, listMailbox } from "../codec/write-command.ts";
import { stateItems } from "../mailbox/told-state.ts";
import type { Session } from "../session/session.ts";
import { type Listed, type ListQuery, sendablePattern } from "./listed.ts";

/** Lists into `listed`: mailboxes with their subscription, and `withStatus` with their state. */
export async function listExtended(
  session: Session,
  query: ListQuery,
  { listed, withStatus }: { readonly listed: Listed; readonly withStatus: boolean },
): Promise<void> {
  const options = query.selectOptions.map(atom);
  const hasUses = session.capabilities.has("SPECIAL-USE");
  await session.run({
    name: "LIST",
    overlap: "any",
    parts: [
      ...line`LIST ${options.length > 0 ? line`(${spaced(options)}) ` : []}${astring(query.reference)} `,
      ...patternList(query.patterns),
      ...line` RETURN (SUBSCRIBED${hasUses ? line` SPECIAL-USE` : []}${withStatus ? line` STATUS (${stateItems(session.abilities)})` : []})`,
    ],
    claim: listed.claim,
  });
}

function patternList(patterns: readonly string[]): CommandPart[] {
  const sent = patterns.map((pattern) => listMailbox(sendablePattern(pattern)));
  return sent.length === 1 ? sent : line`(${spaced(sent)})`;
}

function spaced(parts: readonly CommandPart[]): CommandPart[] {
  return parts.flatMap((part, i) => (i === 0 ? [part] : line` ${part}`));
}
