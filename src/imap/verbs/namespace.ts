// NAMESPACE (RFC 2342): where one's own mailboxes are.

import { quotedString, unquoted } from "../codec/wire-values.ts";
import { line } from "../codec/write-command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Channel } from "../mailbox/channel.ts";

export interface PersonalNamespace {
  /** Raw octets, one character each (latin1). */
  readonly prefix: string;
  /** null for a flat name space. */
  readonly delimiter: string | null;
}

const first = new RegExp(String.raw`^\* NAMESPACE \(\((${quotedString}) (${quotedString}|NIL)[ )]`, "i");

/** The first of one's own namespaces; undefined where the server tells none that can be read. */
export async function personalNamespace(session: Channel): Promise<PersonalNamespace | undefined> {
  if (!session.capabilities.has("NAMESPACE")) return undefined;
  let found: PersonalNamespace | undefined;
  try {
    await session.run({
      name: "NAMESPACE",
      overlap: "any",
      parts: line`NAMESPACE`,
      claim: (response) => {
        if (response.kind !== "other" || response.name !== "NAMESPACE") return false;
        const [, prefix, delimiter] = first.exec(response.line) ?? [];
        if (prefix !== undefined && delimiter !== undefined)
          found = { prefix: unquoted(prefix), delimiter: /^NIL$/i.test(delimiter) ? null : unquoted(delimiter) };
        return true;
      },
    });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
  }
  return found;
}
